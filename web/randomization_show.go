package web

import (
	"net/http"
	"strings"
	"time"

	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/randomization"
	"rekindle/trial/study"
)

// randomizationPage is how people were allocated, and the proof of it. Allocations stand in it only after closing.
type randomizationPage struct {
	Opened      bool
	Words       string // the design in a line
	Commitment  string
	Seed        string // empty until closing
	OpenedAt    time.Time
	ClosedAt    time.Time
	Draws       int
	Proof       *finding[proof]
	Factors     []study.Stratum
	Allocations []allocationLine
}

// allocationLine is one draw.
type allocationLine struct {
	Sequence, Place int
	Code            string
	Levels          []string // in the order of the factors
	Arm             string
	At              time.Time
}

// randomizationShow shows commitment, design and, after closing, allocations and proof.
func (s *Site) randomizationShow(w http.ResponseWriter, r *http.Request) error {
	var content randomizationPage
	err := s.read(r, func(tx *store.Tx) error {
		rand, err := tx.Randomization(r.Context())
		if problem.Is(err, problem.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		content = randomizationPage{Opened: true, Words: rand.Design.String(), Commitment: rand.Commitment, Seed: rand.Revealed, OpenedAt: rand.Opened.In(s.zone())}
		if content.Draws, err = tx.Randomized(r.Context()); err != nil || rand.Closed.IsZero() {
			return err
		}
		content.ClosedAt = rand.Closed.In(s.zone())
		open, err := tx.Study(r.Context())
		if err != nil || unmasked(actor(r), open) != nil {
			return err
		}
		all, err := tx.Allocations(r.Context())
		if err != nil {
			return err
		}
		content.Factors = s.Conduct.Protocol.Strata
		for _, a := range all {
			content.Allocations = append(content.Allocations, s.allocationLine(a))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !content.ClosedAt.IsZero() {
		content.Proof = new(s.provedDraws(r))
	}
	return s.show(w, r, http.StatusOK, "randomization_show", "Randomization", content)
}

func (s *Site) allocationLine(a randomization.Allocation) allocationLine {
	line := allocationLine{Sequence: a.Sequence, Place: a.Index, Code: string(a.Participant), Arm: a.Arm, At: a.At.In(s.zone())}
	for _, f := range s.Conduct.Protocol.Strata {
		line.Levels = append(line.Levels, strings.ReplaceAll(a.Values[f.ID], "_", " "))
	}
	if arm, ok := s.Conduct.Protocol.Arm(a.Arm); ok {
		line.Arm = arm.Name
	}
	return line
}
