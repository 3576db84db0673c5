// Package dataset is the locked dataset: everything that an analysis may use, filed under study codes, in one
// canonical JSON document whose SHA-256 is in the audit trail.
//
// It holds no name, no address, no free text and no calendar. It is written once, by conduct when the data are
// locked, and read by analysis; it stands last in the order of the trial because it gathers what the other
// packages know.
package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"rekindle/problem"
)

// Schema names the format. A reader refuses any other.
const Schema = "rekindle-dataset/1"

// Dataset is one trial, locked.
type Dataset struct {
	Schema     string    `json:"schema"`
	Study      string    `json:"study"`                // protocol id
	Protocol   string    `json:"protocol"`             // SHA-256 of the protocol file, hex
	Commitment string    `json:"commitment,omitempty"` // of the randomization
	Program    string    `json:"program"`              // version of the program that locked it
	Locked     time.Time `json:"locked"`               // UTC
	Simulated  bool      `json:"simulated"`            // people of a rehearsal, not of a trial
	Invited    int       `json:"invited"`              // people to whom an invitation was sent
	Bounced    int       `json:"bounced"`              // invitations returned
	OptedOut   int       `json:"opted_out"`            // people who declined further mail before enrolling
	Entrants   []Entrant `json:"entrants"`             // everybody who opened the link and answered anything, sorted by code
	Coaches    []Coach   `json:"coaches"`              // sorted by code
}

// Entrant is one person from the first answer on, under a study code.
type Entrant struct {
	Code        string            `json:"code"`
	Consented   *time.Time        `json:"consented,omitempty"`
	Excluded    string            `json:"excluded,omitempty"` // why not enrolled: "ineligible", "declined", "incomplete-baseline", "waiting-list"; empty: enrolled
	Enrolled    *time.Time        `json:"enrolled,omitempty"`
	Allocation  *Allocation       `json:"allocation,omitempty"` // nil: not randomized
	Withdrawn   *Withdrawal       `json:"withdrawn,omitempty"`
	Unlocked    *time.Time        `json:"unlocked,omitempty"` // coaching opened to an arm that waited
	Coach       string            `json:"coach,omitempty"`    // code of the coach chosen before the endpoint
	CoachChosen *time.Time        `json:"coach_chosen,omitempty"`
	Sessions    []Session         `json:"sessions,omitempty"`   // in order of time; those held before the endpoint's window closed count as dose
	Visits      map[string]*Visit `json:"visits,omitempty"`     // by visit id
	Incentives  []string          `json:"incentives,omitempty"` // ids of the items sent
	Goals       []Goal            `json:"goals,omitempty"`      // in the order in which they were set
	Alliance    []Alliance        `json:"alliance,omitempty"`   // in the order of the sessions
	Nudges      map[string]int    `json:"nudges,omitempty"`     // mails sent that asked to choose a coach or to book a first session, by message id
}

// Allocation is the arm drawn, and the strata as they were at the draw.
type Allocation struct {
	Arm    string            `json:"arm"`
	Strata map[string]string `json:"strata"` // stratum id -> level id
	At     time.Time         `json:"at"`
	Number int               `json:"number"` // 1, 2, ... in order of randomization
}

// Withdrawal is when a person left and what may still be used.
type Withdrawal struct {
	At  time.Time `json:"at"`
	Use string    `json:"use"` // "all": continue to follow and use; "until-now": use what was given; "none": use nothing (answers are absent here)
}

// Visit is one assessment.
type Visit struct {
	Due       time.Time                     `json:"due"`
	Completed *time.Time                    `json:"completed,omitempty"`
	InWindow  bool                          `json:"in_window"`
	Lost      bool                          `json:"lost"`              // the window closed without completion
	Answers   map[string]map[string]Answer  `json:"answers,omitempty"` // instrument -> item -> answer
	Scores    map[string]map[string]float64 `json:"scores,omitempty"`  // instrument -> score; absent: could not be scored
	Flags     map[string]map[string]bool    `json:"flags,omitempty"`   // instrument -> cut-off
}

// Answer is one raw answer: a code, several (select-all), or a number. Free text is never in a dataset.
type Answer struct {
	Code   string   `json:"code,omitempty"`
	Codes  []string `json:"codes,omitempty"`
	Number *float64 `json:"number,omitempty"`
}

// Session is one coaching session.
type Session struct {
	Number  int       `json:"number"` // 1, 2, ... of the plan
	Coach   string    `json:"coach"`
	Start   time.Time `json:"start"`
	Planned int       `json:"planned"`          // minutes
	Held    int       `json:"held"`             // minutes really held; 0 unless State is "held"
	Billed  int       `json:"billed"`           // minutes paid
	State   string    `json:"state"`            // "held", "no-show", "late-cancelled", "cancelled", "booked"
	Missed  string    `json:"missed,omitempty"` // by whom: "participant" or "coach"
	Mode    string    `json:"mode"`
}

// Goal is one three-month goal without its words: how far it was reached, from -2 to +2, and when.
type Goal struct {
	Set     time.Time  `json:"set"`
	Closed  *time.Time `json:"closed,omitempty"` // no longer pursued
	Reached []Reached  `json:"reached"`          // by day
}

// Reached is one rating of a goal.
type Reached struct {
	Day   string `json:"day"` // by the person's clock
	Level int    `json:"level"`
}

// Alliance is what a person said of working with the coach after a session: the codes of the instrument's items, as numbers.
type Alliance struct {
	Session int            `json:"session"` // 1, 2, ... of the plan
	Says    map[string]int `json:"says"`
}

// Coach is one coach, without a name.
type Coach struct {
	Code      string     `json:"code"`
	Certified *time.Time `json:"certified,omitempty"`
	Stipend   float64    `json:"stipend"` // paid, in the protocol's currency
}

// Canonical gives the one byte sequence of a dataset: JSON with sorted keys, two-space indent, UTC times and a final newline.
func (d *Dataset) Canonical() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return nil, problem.New(problem.Internal, "The dataset cannot be encoded").Because(err)
	}
	return b.Bytes(), nil
}

// Digest is the SHA-256 of canonical bytes, in hex.
func Digest(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// Read decodes canonical bytes. name is the file, for the error's place.
func Read(name string, canonical []byte) (*Dataset, error) {
	var d Dataset
	dec := json.NewDecoder(bytes.NewReader(canonical))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, problem.New(problem.Invalid, "not a readable dataset (%v)", err).At("%s", name).
			Instead("give the dataset.json that 'rekindle lock' wrote, unchanged")
	}
	if d.Schema != Schema {
		return nil, problem.New(problem.Invalid, "format %q is not known", d.Schema).At("%s", name).On("schema").
			Instead("this program reads %q", Schema)
	}
	return &d, nil
}
