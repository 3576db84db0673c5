package session_test

import (
	"testing"
	"time"

	"rekindle/trial/coach"
	"rekindle/trial/session"
)

// busyWeek is what the calendar of a physician keeps busy in weeks to come: clinic, rounds, conferences, and two whole days away.
func busyWeeks(s *session.Situation, weeks int) {
	for n := range weeks * 7 {
		day := s.Now.Truncate(24*time.Hour).AddDate(0, 0, n)
		for _, hour := range []int{13, 16, 19} {
			s.CoachBusy = append(s.CoachBusy, coach.Span{From: day.Add(time.Duration(hour) * time.Hour), To: day.Add(time.Duration(hour)*time.Hour + 50*time.Minute)})
		}
	}
	s.Coach.Away = []coach.Span{{From: s.Now.AddDate(0, 0, 30), To: s.Now.AddDate(0, 0, 37)}}
}

// Every free time of 60 coaches in the 12 weeks to come, for one participant.
func BenchmarkFreeOf60CoachesOver12Weeks(b *testing.B) {
	s := situation(b)
	busyWeeks(&s, 12)
	w := session.Wish{Number: 1, Minutes: 90, Mode: "phone"}
	slots := 0
	for b.Loop() {
		slots = 0
		for range 60 {
			slots += len(s.Free(w, s.Now, s.Now.AddDate(0, 0, 84), 1<<20))
		}
	}
	b.ReportMetric(float64(slots), "slots")
}

// The next three choices with each of 10,000 coaches.
func BenchmarkUpcomingOf10000Coaches(b *testing.B) {
	s := situation(b)
	busyWeeks(&s, 12)
	w := session.Wish{Number: 1, Minutes: 90, Mode: "phone"}
	for b.Loop() {
		for range 10_000 {
			if len(s.Upcoming(w, "", 21, 3, s.Zone)) != 3 {
				b.Fatal("there are free times")
			}
		}
	}
}
