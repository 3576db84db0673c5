package session_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"rekindle/trial/session"
)

func TestUpcoming(t *testing.T) {
	s := situation(t) // Thursday, August 12, 8:00 in New York; office hours; 12 hours' notice
	w := session.Wish{Number: 1, Minutes: 90, Mode: "phone"}
	for name, c := range map[string]struct {
		part session.Part
		days int
		want string
	}{
		"any":       {"", 14, "Fri 09:00, Fri 12:00, Mon 09:00"},
		"afternoon": {session.Afternoon, 14, "Fri 12:00, Mon 12:00, Tue 12:00"},
		"evening":   {session.Evening, 14, ""},
		"two days":  {"", 2, "Fri 09:00, Fri 12:00"},
	} {
		got := ""
		for i, f := range s.Upcoming(w, c.part, c.days, 3, newYork(t)) {
			if i > 0 {
				got += ", "
			}
			got += f.In(newYork(t)).Format("Mon 15:04")
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	// By a clock in Honolulu the same coach's mornings are before dawn, and what is offered is the same set of times.
	far, err := time.LoadLocation("Pacific/Honolulu")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Upcoming(w, session.Morning, 14, 3, far) {
		if s.Bookable(session.Wish{Start: f, Number: 1, Minutes: 90, Mode: "phone"}) != nil || f.In(far).Hour() >= 12 {
			t.Errorf("%s is no free morning in Honolulu", f.In(far))
		}
	}
}

func TestUpcomingIsBookableAndInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := situation(t)
		s.Now = s.Now.Add(time.Duration(rapid.IntRange(0, 80*24*60).Draw(t, "minutes")) * time.Minute)
		part := rapid.SampledFrom(append([]session.Part{""}, session.Parts...)).Draw(t, "part")
		w := session.Wish{Number: 1, Minutes: rapid.SampledFrom([]int{60, 90}).Draw(t, "length"), Mode: "video"}
		var last time.Time
		for _, f := range s.Upcoming(w, part, 28, 5, newYork(t)) {
			w.Start = f
			if err := s.Bookable(w); err != nil || !f.After(last) {
				t.Fatalf("%s after %s: %v", f, last, err)
			}
			last = f
		}
	})
}

// Somebody far away is offered the coach's hours that are no night to them, and those at night where there are no others.
func TestNightIsLast(t *testing.T) {
	s := situation(t) // office hours in New York, 9 to 17
	zones := map[string]string{
		"Pacific/Auckland": "day",   // 01:00 to 09:00
		"Asia/Kolkata":     "day",   // 18:30 to 02:30
		"Asia/Tokyo":       "night", // 22:00 to 06:00
	}
	for name, want := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		w := session.Wish{Number: 1, Minutes: 90, Mode: "phone"}
		free := s.Upcoming(w, "", 28, 3, zone)
		if len(free) != 3 {
			t.Fatalf("%s: %d times", name, len(free))
		}
		for _, f := range free {
			if session.Night(f.In(zone), 90) != (want == "night") {
				t.Errorf("%s: %s is offered", name, f.In(zone))
			}
		}
		series, err := s.Series(free[0], 7, "phone", zone)
		if err != nil || len(series) != 6 {
			t.Fatalf("%s: %d of a series, %v", name, len(series), err)
		}
		for _, one := range series {
			if session.Night(one.Start.In(zone), one.Minutes) != (want == "night") {
				t.Errorf("%s: session %d is proposed for %s", name, one.Number, one.Start.In(zone))
			}
		}
	}
	for wall, want := range map[string]bool{"05:59": true, "06:00": false, "20:30": false, "20:45": true, "23:00": true} {
		at, err := time.ParseInLocation("15:04", wall, newYork(t))
		if err != nil {
			t.Fatal(err)
		}
		if session.Night(at, 90) != want {
			t.Errorf("90 minutes from %s: night %v", wall, !want)
		}
	}
}
