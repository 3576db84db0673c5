package cost

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"rekindle/trial/coach"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// Month is a month of the protocol's calendar, "2021-09". Sorted as text they are sorted in time.
type Month string

const monthLayout = "2006-01"

// MonthOf gives the month of a moment.
func MonthOf(t time.Time, zone *time.Location) Month { return Month(t.In(zone).Format(monthLayout)) }

// ParseMonth reads a month; false where the text is none.
func ParseMonth(text string) (Month, bool) {
	_, err := time.Parse(monthLayout, text)
	return Month(text), err == nil && len(text) == len(monthLayout)
}

// Next gives the month after.
func (m Month) Next() Month {
	t, _ := time.Parse(monthLayout, string(m))
	return Month(t.AddDate(0, 1, 0).Format(monthLayout))
}

// Title gives the month in words: "September 2021".
func (m Month) Title() string {
	t, err := time.Parse(monthLayout, string(m))
	if err != nil {
		return string(m)
	}
	return t.Format("January 2006")
}

// Ends gives the moment at which the month is over.
func (m Month) Ends(zone *time.Location) time.Time {
	t, _ := time.ParseInLocation(monthLayout, string(m.Next()), zone)
	return t
}

// Paid is an entry of the ledger of pay: minutes of a session, or a milestone, that an approved sheet pays. The ledger of dose is the
// sessions themselves, session.DoseOf.
type Paid struct {
	Month   Month
	Coach   coach.Code
	Session string // ID; empty: a milestone
	What    string // Held, Missed, Corrected, or the milestone
	Minutes int
	Amount  int64 // of a milestone, in hundredths of the currency
}

// What an entry of the ledger is for.
const (
	ForHeld      = "held"
	ForMissed    = "missed"
	ForCorrected = "corrected"
	Training     = "training and certification" // the milestone
)

// Sheet is what coaches are paid for a month. It knows coaches by code, and neither participants nor days.
type Sheet struct {
	Month    Month    `json:"month"`
	Currency string   `json:"currency"`
	Rate     float64  `json:"hourly_rate"`
	Coaches  []Earned `json:"coaches"` // those who have earned something, by code
	Amount   int64    `json:"amount"`  // in hundredths of the currency, as all amounts here
}

// Earned is what one coach is paid.
type Earned struct {
	Coach       coach.Code   `json:"coach"`
	Sessions    int          `json:"sessions"` // held
	Minutes     int          `json:"minutes"`  // billed for them
	Missed      int          `json:"missed"`   // that are paid, in part or whole
	Share       int          `json:"missed_minutes"`
	Corrections []Correction `json:"corrections,omitempty"`
	Milestones  []Milestone  `json:"milestones,omitempty"`
	Amount      int64        `json:"amount"`
}

// Correction is what a month that was approved before should have paid more, or less where it is negative.
type Correction struct {
	Month   Month  `json:"month"`
	Why     string `json:"why"`
	Minutes int    `json:"minutes"`
}

// Why a month is corrected later.
const (
	RecordedLater = "recorded after the month was approved"
	ChangedLater  = "minutes corrected after the month was approved"
)

// Milestone is a sum that is paid once.
type Milestone struct {
	Name   string `json:"name"`
	Amount int64  `json:"amount"`
}

// Paying is everything that pay follows from.
type Paying struct {
	Cost      study.Cost
	Zone      *time.Location
	Sessions  []session.Session
	Certified map[coach.Code]time.Time // when certification was complete for the first time
	Paid      []Paid                   // by all approved sheets
	Approved  []Month
}

// After gives the month that corrections of approved months go to: the one after the last of them; empty where none is approved.
func (p Paying) After() Month {
	if len(p.Approved) == 0 {
		return ""
	}
	return slices.Max(p.Approved).Next()
}

// Months gives the months in which something is to be paid, from the first to now, in order.
func (p Paying) Months(now time.Time) []Month {
	first := MonthOf(now, p.Zone)
	for _, s := range p.Sessions {
		if session.Billed(p.Cost, s) > 0 {
			first = min(first, MonthOf(s.Start, p.Zone))
		}
	}
	if p.Cost.Stipend > 0 {
		for _, t := range p.Certified {
			first = min(first, MonthOf(t, p.Zone))
		}
	}
	var all []Month
	for m, last := first, max(MonthOf(now, p.Zone), p.After()); m <= last && len(all) < 1200; m = m.Next() {
		all = append(all, m)
	}
	return all
}

// Draft gives the sheet of a month that is not approved, and the entries that its approval would make.
func (p Paying) Draft(month Month) (Sheet, []Paid) {
	by := map[coach.Code]*Earned{}
	of := func(code coach.Code) *Earned {
		if by[code] == nil {
			by[code] = &Earned{Coach: code}
		}
		return by[code]
	}
	var entries []Paid
	before := map[string]int{} // minutes paid, by session
	known := map[string]bool{}
	bonus := map[coach.Code]bool{}
	for _, e := range p.Paid {
		before[e.Session] += e.Minutes
		known[e.Session] = true
		bonus[e.Coach] = bonus[e.Coach] || e.Session == "" && e.What == Training
	}
	corrects := month == p.After()
	for _, s := range p.Sessions {
		minutes, at := session.Billed(p.Cost, s), MonthOf(s.Start, p.Zone)
		switch {
		case at == month && minutes > 0 && s.State == session.Held:
			k := of(s.Coach)
			k.Sessions, k.Minutes = k.Sessions+1, k.Minutes+minutes
			entries = append(entries, Paid{Month: month, Coach: s.Coach, Session: s.ID, What: ForHeld, Minutes: minutes})
		case at == month && minutes > 0:
			k := of(s.Coach)
			k.Missed, k.Share = k.Missed+1, k.Share+minutes
			entries = append(entries, Paid{Month: month, Coach: s.Coach, Session: s.ID, What: ForMissed, Minutes: minutes})
		case corrects && slices.Contains(p.Approved, at) && minutes != before[s.ID]:
			why := ChangedLater
			if !known[s.ID] {
				why = RecordedLater
			}
			of(s.Coach).correct(at, why, minutes-before[s.ID])
			entries = append(entries, Paid{Month: month, Coach: s.Coach, Session: s.ID, What: ForCorrected, Minutes: minutes - before[s.ID]})
		}
	}
	for code, t := range p.Certified {
		at, amount := MonthOf(t, p.Zone), cents(p.Cost.Stipend)
		if amount > 0 && !bonus[code] && (at == month || corrects && slices.Contains(p.Approved, at)) {
			of(code).Milestones = []Milestone{{Training, amount}}
			entries = append(entries, Paid{Month: month, Coach: code, What: Training, Amount: amount})
		}
	}
	sheet := Sheet{Month: month, Currency: p.Cost.Currency, Rate: p.Cost.HourlyRate, Coaches: []Earned{}}
	for _, k := range by {
		k.Amount = owed(k.Billed(), p.Cost.HourlyRate)
		for _, m := range k.Milestones {
			k.Amount += m.Amount
		}
		sheet.Coaches = append(sheet.Coaches, *k)
		sheet.Amount += k.Amount
	}
	slices.SortFunc(sheet.Coaches, func(a, b Earned) int { return strings.Compare(string(a.Coach), string(b.Coach)) })
	slices.SortFunc(entries, func(a, b Paid) int {
		return strings.Compare(string(a.Coach)+" "+a.Session, string(b.Coach)+" "+b.Session)
	})
	return sheet, entries
}

// Billed gives all minutes that a coach is paid for on a sheet.
func (e Earned) Billed() int {
	minutes := e.Minutes + e.Share
	for _, c := range e.Corrections {
		minutes += c.Minutes
	}
	return minutes
}

// correct adds minutes to the correction of a month.
func (e *Earned) correct(month Month, why string, minutes int) {
	for i, c := range e.Corrections {
		if c.Month == month && c.Why == why {
			e.Corrections[i].Minutes += minutes
			return
		}
	}
	e.Corrections = append(e.Corrections, Correction{month, why, minutes})
	slices.SortFunc(e.Corrections, func(a, b Correction) int {
		return strings.Compare(string(a.Month)+a.Why, string(b.Month)+b.Why)
	})
}

// Canonical gives the bytes that are frozen when a sheet is approved, and their SHA-256.
func (s Sheet) Canonical() (text []byte, digest string, err error) {
	if text, err = json.MarshalIndent(s, "", "  "); err != nil {
		return nil, "", err
	}
	text = append(text, '\n')
	sum := sha256.Sum256(text)
	return text, hex.EncodeToString(sum[:]), nil
}

// owed gives what so many minutes come to, in hundredths of the currency, half of one rounded away from zero. It counts in whole numbers: a
// minute at 33.30 an hour is 55.5 hundredths, and a little less in binary fractions.
func owed(minutes int, hourly float64) int64 {
	const finer = 10_000 // parts of the currency that a rate is kept in
	sum, per := int64(minutes)*int64(math.Round(hourly*finer)), int64(60*finer/100)
	if sum < 0 {
		return -(-sum + per/2) / per
	}
	return (sum + per/2) / per
}

// cents gives an amount in hundredths, half of one rounded away from zero.
func cents(amount float64) int64 { return int64(math.Round(amount * 100)) }
