package simulation

import (
	"time"

	"rekindle/trial/study"
)

// Midway gives a moment in the middle of a trial at which coaching runs: four days before the clocks of the study's zone change,
// where they do so while people are coached, so that sessions are booked on both sides of it; else two thirds of the way.
func Midway(p *study.Protocol) time.Time {
	opens, closes := p.EnrolmentWindow()
	from, until := p.CoachingPeriod(closes)
	zone := p.Location()
	from = opens.Add(until.Sub(from) / 3)
	for day := from; day.Before(until); day = day.AddDate(0, 0, 1) {
		_, before := day.In(zone).Zone()
		if _, after := day.AddDate(0, 0, 4).In(zone).Zone(); before != after {
			return morning(day, zone)
		}
	}
	return morning(opens.Add(until.Sub(opens)*2/3), zone)
}

// morning is ten o'clock on the day of t.
func morning(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 10, 0, 0, 0, zone)
}
