package session_test

import (
	"archive/zip"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"rekindle/trial/coach"
	"rekindle/trial/session"
)

// zones lists every zone that Go's own copy of the IANA database has.
func zones(t testing.TB) (names []string) {
	t.Helper()
	//lint:ignore SA1019 the tests run with the toolchain that built them
	z, err := zip.OpenReader(filepath.Join(runtime.GOROOT(), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, "/") {
			names = append(names, f.Name)
		}
	}
	if len(names) < 500 {
		t.Fatalf("%d zones", len(names))
	}
	return names
}

// changes gives the moments of ten years at which the clocks of a zone change.
func changes(zone *time.Location) (all []time.Time) {
	last := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC).In(zone); ; {
		_, end := at.ZoneBounds()
		if end.IsZero() || end.After(last) {
			return all
		}
		all = append(all, end)
		at = end
	}
}

// minutes counts the minutes of a day whose wall clock shows a time of a week's hours: what the hours come to on a day on which the clocks
// change, found by looking at every minute.
func minutes(hours []coach.Hours, day, next time.Time, zone *time.Location) (n int) {
	for at := day; at.Before(next); at = at.Add(time.Minute) {
		local := at.In(zone)
		wall := local.Hour()*60 + local.Minute()
		if slices.ContainsFunc(hours, func(h coach.Hours) bool { return h.Day == local.Weekday() && h.From <= wall && wall < h.To }) {
			n++
		}
	}
	return n
}

// beginsTwice reports whether one of the hours begins within the time of day that the clock shows twice because of a change.
func beginsTwice(hours []coach.Hours, at time.Time, zone *time.Location) bool {
	_, before := at.Add(-time.Second).In(zone).Zone()
	_, after := at.In(zone).Zone()
	local := at.In(zone)
	from := local.Hour()*60 + local.Minute()
	return slices.ContainsFunc(hours, func(h coach.Hours) bool { return from < h.From && h.From < from+(before-after)/60 })
}

// In every zone, on and around each day of ten years on which the clocks change: what is listed can be booked, lies in the hours by the wall
// clock, and the hours come to as many minutes as the clock shows of them.
func TestListedTimesOnTheDaysThatTheClocksChange(t *testing.T) {
	var week []coach.Hours
	for d := time.Sunday; d <= time.Saturday; d++ {
		week = append(week, coach.Hours{Day: d, From: 0, To: 5 * 60}, coach.Hours{Day: d, From: 13 * 60, To: 17 * 60}, coach.Hours{Day: d, From: 22 * 60, To: 24 * 60})
	}
	days := 0
	seen := map[string]bool{} // zones that are one by another name have the same changes
	for _, name := range zones(t) {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		all := changes(zone)
		if key := fmt.Sprint(all); seen[key] && len(all) > 0 {
			continue
		} else if len(all) > 0 {
			seen[key] = true
		}
		for _, at := range all {
			days++
			y, m, d := at.In(zone).Date()
			day, next := time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+1, 0, 0, 0, 0, zone)
			s := situation(t)
			s.Zone, s.Coach.Hours = zone, week
			s.Now, s.Opens, s.Closes = day.AddDate(0, 0, -7), day.AddDate(0, 0, -7), day.AddDate(0, 0, 7)
			open := 0
			for _, span := range s.Coach.Open(day, next, zone) {
				open += int(span.To.Sub(span.From) / time.Minute)
			}
			// Hours that begin within what the clock shows twice are open in one of its turns.
			if want := minutes(week, day, next, zone); open > want || open < want && !beginsTwice(week, at, zone) {
				t.Errorf("%s, %s: %d minutes are open, the clock shows %d", name, day.Format(time.DateOnly), open, want)
			}
			w := session.Wish{Number: 2, Minutes: 60, Mode: "phone"}
			for _, w.Start = range s.Free(w, day, next, 1<<20) {
				if err := s.Bookable(w); err != nil {
					t.Errorf("%s: %s was listed: %v", name, w.Start, err)
				}
				for _, edge := range []time.Time{w.Start, w.Start.Add(59 * time.Minute)} {
					if local := edge.In(zone); minutes(week, edge, edge.Add(time.Minute), zone) != 1 {
						t.Errorf("%s: %s was listed and is outside of the hours", name, local)
					}
				}
				if w.Start.In(zone).Minute()%15 != 0 {
					t.Errorf("%s: %s is no quarter hour", name, w.Start.In(zone))
				}
			}
		}
	}
	if days < 500 {
		t.Errorf("%d changes of clocks", days)
	}
}

// A series keeps its time by the participant's clock, wherever the coach is, and through every change of either's.
func TestSeriesKeepsTheWallClock(t *testing.T) {
	names := zones(t)
	rapid.Check(t, func(t *rapid.T) {
		theirs, err := time.LoadLocation(rapid.SampledFrom(names).Draw(t, "participant"))
		if err != nil {
			t.Fatal(err)
		}
		s := situation(t)
		if s.Zone, err = time.LoadLocation(rapid.SampledFrom(names).Draw(t, "coach")); err != nil {
			t.Fatal(err)
		}
		s.Coach.Hours = nil
		for d := time.Sunday; d <= time.Saturday; d++ {
			s.Coach.Hours = append(s.Coach.Hours, coach.Hours{Day: d, From: 0, To: 24 * 60})
		}
		first := time.Date(rapid.IntRange(2021, 2030).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 12, 0, 0, 0, theirs)
		every := rapid.IntRange(3, 14).Draw(t, "every")
		s.Now, s.Opens, s.Closes = first.AddDate(0, 0, -3), first.AddDate(0, 0, -3), first.AddDate(0, 0, 90)
		series, err := s.Series(first, every, "phone", theirs)
		if err != nil || len(series) != len(s.Plan.Sessions) {
			t.Fatalf("%d sessions, %v", len(series), err)
		}
		var before time.Time
		for n, w := range series {
			local := w.Start.In(theirs)
			want := first.AddDate(0, 0, n*every)
			// A quarter of an hour away at most where the two clocks differ by less than that.
			if local.Sub(want).Abs() >= session.Step {
				t.Errorf("session %d is at %s, want %s", n+1, local, want)
			}
			if err := s.Bookable(w); err != nil {
				t.Errorf("session %d, proposed for %s: %v", n+1, w.Start, err)
			}
			if !before.IsZero() && w.Start.Before(before) {
				t.Errorf("session %d at %s begins before the one before ends", n+1, w.Start)
			}
			before = w.Start.Add(time.Duration(w.Minutes) * time.Minute)
			s.Theirs = append(s.Theirs, session.Session{Number: w.Number, Start: w.Start, Planned: w.Minutes, State: session.Booked})
		}
	})
}

// The list is what the predicate says of every quarter hour, whatever keeps the coach busy and however many sessions they want.
func TestFreeIsBookableAtEveryQuarterHour(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := situation(t)
		s.Closes = s.Now.AddDate(0, 0, 12)
		s.Coach.Limits = coach.Limits{Day: rapid.IntRange(0, 3).Draw(t, "a day"), Week: rapid.IntRange(0, 6).Draw(t, "a week")}
		s.Override = rapid.Bool().Draw(t, "override")
		for range rapid.IntRange(0, 12).Draw(t, "busy") {
			from := s.Now.Add(time.Duration(rapid.IntRange(0, 12*24*60).Draw(t, "from")) * time.Minute)
			s.CoachBusy = append(s.CoachBusy, coach.Span{From: from, To: from.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "minutes")) * time.Minute)})
			s.CoachStarts = append(s.CoachStarts, from)
		}
		w := session.Wish{Number: 2, Minutes: 60, Mode: "phone"}
		from := s.Now.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "look")) * time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(0, 12*24*60).Draw(t, "as far")) * time.Minute)
		got := s.Free(w, from, to, 1<<20)
		var want []time.Time
		hours := s
		hours.Override = false // the list keeps to the coach's hours for everybody
		for at := from.Truncate(session.Step); at.Before(to); at = at.Add(session.Step) {
			w.Start = at
			end := at.Add(time.Hour)
			if !at.Before(from) && !end.After(to) && s.Bookable(w) == nil && hours.Coach.Covers(coach.Span{From: at, To: end}, s.Zone) {
				want = append(want, at)
			}
		}
		if !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Fatalf("listed %v\nbookable %v", got, want)
		}
	})
}
