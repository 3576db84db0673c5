package cost_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/trial/coach"
	"rekindle/trial/cost"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

func day(month time.Month, day int) time.Time {
	return time.Date(2021, month, day, 15, 0, 0, 0, time.UTC)
}

func held(id string, k coach.Code, start time.Time, minutes int) session.Session {
	return session.Session{ID: id, Coach: k, Start: start, Planned: 60, State: session.Held, Actual: minutes}
}

// $200 an hour, $2,500 for training and certification, half of the booked time for a no-show.
var terms = study.Cost{Currency: "USD", HourlyRate: 200, Stipend: 2500, NoShowShare: 0.5, Basis: "actual"}

func TestDraftAndCorrections(t *testing.T) {
	missed := session.Session{ID: "c", Coach: "A", Start: day(9, 20), Planned: 60, State: session.NoShow, Missed: session.ByParticipant}
	p := cost.Paying{Cost: terms, Zone: time.UTC, Sessions: []session.Session{held("a", "A", day(9, 6), 90), held("b", "A", day(9, 13), 55), missed, held("d", "B", day(10, 4), 60)},
		Certified: map[coach.Code]time.Time{"A": day(8, 1), "B": day(9, 30)}}
	if got := p.Months(day(10, 20)); !slices.Equal(got, []cost.Month{"2021-08", "2021-09", "2021-10"}) {
		t.Errorf("months %v", got)
	}
	august, entries := p.Draft("2021-08")
	if len(august.Coaches) != 1 || august.Amount != 250_000 || len(entries) != 1 {
		t.Errorf("August %+v", august)
	}
	september, entries := p.Draft("2021-09")
	a, b := september.Coaches[0], september.Coaches[1]
	// 90 + 55 + 30 minutes at $200 an hour: $583.33.
	if a.Sessions != 2 || a.Minutes != 145 || a.Missed != 1 || a.Share != 30 || a.Amount != 58_333 || b.Amount != 250_000 || september.Amount != 308_333 || len(entries) != 4 {
		t.Errorf("September %+v", september)
	}
	p.Approved, p.Paid = []cost.Month{"2021-09"}, entries

	// Afterwards: fewer minutes, one that was recorded late, a milestone that was entered late. All of it is October's.
	p.Sessions[1].Actual = 50
	p.Sessions = append(p.Sessions, held("e", "B", day(9, 14), 60))
	p.Certified["C"] = day(9, 1)
	october, entries := p.Draft("2021-10")
	a, b = october.Coaches[0], october.Coaches[1]
	if a.Amount != -1667 || !slices.Equal(a.Corrections, []cost.Correction{{Month: "2021-09", Why: cost.ChangedLater, Minutes: -5}}) {
		t.Errorf("a correction downwards: %+v", a)
	}
	if b.Sessions != 1 || b.Amount != 40_000 || !slices.Equal(b.Corrections, []cost.Correction{{Month: "2021-09", Why: cost.RecordedLater, Minutes: 60}}) {
		t.Errorf("a session recorded late: %+v", b)
	}
	if c := october.Coaches[2]; c.Coach != "C" || c.Amount != 250_000 {
		t.Errorf("a milestone entered late: %+v", c)
	}
	p.Approved, p.Paid = append(p.Approved, "2021-10"), append(p.Paid, entries...)
	if november, entries := p.Draft("2021-11"); len(november.Coaches) != 0 || len(entries) != 0 {
		t.Errorf("what was corrected is paid again: %+v", november)
	}
	_, digest, err := october.Canonical()
	if err != nil || len(digest) != 64 {
		t.Errorf("digest %q, %v", digest, err)
	}
}

// However sessions come and change between approvals, in the end every billed minute is paid once.
func TestEveryMinuteIsPaidOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := cost.Paying{Cost: terms, Zone: time.UTC, Certified: map[coach.Code]time.Time{"A": day(7, 3)}}
		for m := time.July; m <= time.December; m++ {
			for range rapid.IntRange(0, 4).Draw(t, "new") {
				start := day(time.Month(rapid.IntRange(7, int(m)).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"))
				p.Sessions = append(p.Sessions, held(fmt.Sprint(len(p.Sessions)), []coach.Code{"A", "B"}[rapid.IntRange(0, 1).Draw(t, "coach")], start, rapid.IntRange(1, 240).Draw(t, "minutes")))
			}
			if len(p.Sessions) > 0 && rapid.Bool().Draw(t, "correct") {
				p.Sessions[rapid.IntRange(0, len(p.Sessions)-1).Draw(t, "which")].Actual = rapid.IntRange(1, 240).Draw(t, "to")
			}
			month := cost.MonthOf(day(m, 1), time.UTC)
			_, entries := p.Draft(month)
			p.Approved, p.Paid = append(p.Approved, month), append(p.Paid, entries...)
		}
		_, entries := p.Draft("2022-01") // whatever is left
		p.Paid = append(p.Paid, entries...)
		var paid, billed, sheets int
		for _, e := range p.Paid {
			paid += e.Minutes
			if e.Session == "" {
				sheets++
			}
		}
		for _, s := range p.Sessions {
			billed += session.Billed(terms, s)
		}
		if paid != billed || sheets != 1 {
			t.Fatalf("%d minutes paid, %d billed; %d milestones", paid, billed, sheets)
		}
	})
}

// Half a cent is half a cent, whatever its binary fraction is.
func TestPayIsExactToTheCent(t *testing.T) {
	for _, c := range []struct {
		minutes int
		rate    float64
		cents   int64
	}{{1, 33.30, 56}, {59, 33.30, 3275}, {145, 200, 48_333}, {35, 99.9, 5828}, {63, 110.1, 11_561}, {60, 0, 0}} {
		terms := study.Cost{HourlyRate: c.rate, Basis: "actual"}
		p := cost.Paying{Cost: terms, Zone: time.UTC, Sessions: []session.Session{held("a", "A", day(9, 6), c.minutes)}}
		if sheet, _ := p.Draft("2021-09"); sheet.Amount != c.cents {
			t.Errorf("%d minutes at %.2f: %d, not %d", c.minutes, c.rate, sheet.Amount, c.cents)
		}
	}
}

func TestMonths(t *testing.T) {
	for text, ok := range map[string]bool{"2021-09": true, "2021-9": false, "2021-13": false, "": false, "next": false, "2021-09-01": false} {
		if _, got := cost.ParseMonth(text); got != ok {
			t.Errorf("%q: %v", text, got)
		}
	}
	m := cost.Month("2021-12")
	if m.Next() != "2022-01" || m.Title() != "December 2021" || !m.Ends(time.UTC).Equal(time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%s, %s, %s", m.Next(), m.Title(), m.Ends(time.UTC))
	}
}
