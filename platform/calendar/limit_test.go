package calendar

import (
	"strings"
	"testing"
	"time"

	"rekindle/problem"
)

// Rules that give nothing, or too much, cost more than any calendar is worth: each is looked through to the year 9999.
func TestRulesThatCostTooMuch(t *testing.T) {
	all := func(n int) string { // "0,1,2,..."
		var b strings.Builder
		for i := range n {
			b.WriteString(",")
			b.WriteString(string(rune('0'+i/10)) + string(rune('0'+i%10)))
		}
		return b.String()[1:]
	}
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, rule := range map[string]string{
		"every second":   "FREQ=DAILY;BYHOUR=" + all(24) + ";BYMINUTE=" + all(60) + ";BYSETPOS=-1",
		"a long list":    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=" + strings.Repeat("30,", 300) + "30",
		"many positions": "FREQ=DAILY;BYSETPOS=" + strings.Repeat("3,", 40) + "3",
	} {
		started := time.Now()
		text := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:19700101T100000Z\r\nDURATION:PT1H\r\nRRULE:" + rule + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		if spans, err := Busy([]byte(text), from, from.AddDate(0, 6, 0), time.UTC, func(string) bool { return false }); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %d spans, %v", name, len(spans), err)
		}
		if took := time.Since(started); took > time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

// A rule without any occurrence ends its event; the next is not begun when the time for the calendar is over.
func TestReadingEndsInTime(t *testing.T) {
	late := &busy{until: time.Now().Add(-time.Second)}
	if err := late.event(&component{name: "VEVENT"}); !problem.Is(err, problem.Invalid) {
		t.Errorf("an event is read after the time is over: %v", err)
	}
}
