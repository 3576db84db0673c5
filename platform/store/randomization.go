package store

import (
	"context"
	"maps"
	"time"

	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/randomization"
	"rekindle/trial/study"
)

// Nothing in this file counts allocations by stratum and arm for a caller: with permuted blocks, such counts tell what
// comes next. What minimization must count stays inside [Tx.Draw].

// Randomization is what may be known of the study's randomization. Before closing, Closed is zero and Revealed empty.
type Randomization struct {
	Design     randomization.Design
	Commitment string
	Opened     time.Time
	Closed     time.Time
	Revealed   string // the seed, in hexadecimal
}

// Randomization gives the study's randomization; problem.NotFound before it is opened.
func (tx *Tx) Randomization(ctx context.Context) (Randomization, error) {
	r, err := One(ctx, tx, func(scan Scan) (r Randomization, err error) {
		var design string
		if err = scan(&design, &r.Commitment, &r.Opened, &r.Closed, &r.Revealed); err == nil {
			r.Design, err = randomization.ParseDesign([]byte(design))
		}
		return r, err
	}, "SELECT design, commitment, opened, closed, revealed FROM randomization")
	if problem.Is(err, problem.NotFound) {
		err = problem.New(problem.NotFound, "randomization has not been opened").Because(err)
	}
	return r, err
}

// OpenRandomization keeps design, commitment and sealed seed. A second time is a problem.Conflict.
func (tx *Tx) OpenRandomization(ctx context.Context, d randomization.Design, commitment string, sealed []byte) error {
	_, err := tx.Do(ctx, "INSERT INTO randomization (id, design, commitment, seed, opened, revealed) VALUES (1, $1, $2, $3, $4, '')",
		string(d.Canonical()), commitment, sealed, tx.Now())
	if tx.Constraint(err) == "randomization_pkey" {
		return problem.New(problem.Conflict, "randomization is open already").Because(err)
	}
	return err
}

// SealedSeed gives the seed as the vault sealed it.
func (tx *Tx) SealedSeed(ctx context.Context) ([]byte, error) {
	return One(ctx, tx, Value[[]byte], "SELECT seed FROM randomization")
}

// CloseRandomization ends all draws and keeps the revealed seed. It cannot be taken back.
func (tx *Tx) CloseRandomization(ctx context.Context, seed randomization.Seed) error {
	changed, err := tx.Do(ctx, "UPDATE randomization SET closed = $1, revealed = $2 WHERE closed IS NULL", tx.Now(), seed.Reveal())
	if err == nil && changed == 0 {
		err = problem.New(problem.Conflict, "randomization is not open")
	}
	return err
}

// Draw computes the next allocation for a participant; [Tx.KeepAllocation] keeps it in the same transaction, and until then
// nothing has happened. No other transaction can draw in between: there is one writer.
func (tx *Tx) Draw(ctx context.Context, seed randomization.Seed, code participant.Code, levels randomization.Values) (randomization.Allocation, error) {
	r, err := tx.Randomization(ctx)
	if err != nil {
		return randomization.Allocation{}, err
	}
	a := randomization.Allocation{Participant: code, Values: levels, At: tx.Now()}
	stream, err := r.Design.Stream(levels)
	if err != nil {
		return a, err
	}
	if a.Stratum, err = r.Design.Stratum(levels); err != nil {
		return a, err
	}
	var before int
	if before, err = One(ctx, tx, Value[int], "SELECT coalesce(max(place), 0) FROM allocation WHERE stream = $1", stream); err != nil {
		return a, err
	}
	if a.Sequence, err = One(ctx, tx, Value[int], "SELECT coalesce(max(sequence), 0) + 1 FROM allocation"); err != nil {
		return a, err
	}
	var tally randomization.Tally
	if r.Design.Method == study.Minimization {
		all, err := All(ctx, tx, allocation, allocationRows+" ORDER BY sequence")
		if err != nil {
			return a, err
		}
		tally = r.Design.NewTally(all)
	}
	a.Index = before + 1
	a.Arm, err = r.Design.Draw(seed, levels, before, tally)
	return a, err
}

// KeepAllocation keeps what Draw gave, once the event that caused it is recorded. A participant who has an arm keeps it:
// the second allocation is a problem.Conflict.
func (tx *Tx) KeepAllocation(ctx context.Context, a randomization.Allocation) error {
	event, err := tx.cause()
	if err != nil {
		return err
	}
	r, err := tx.Randomization(ctx)
	if err != nil {
		return err
	}
	stream, err := r.Design.Stream(a.Values)
	if err != nil {
		return err
	}
	_, err = tx.Do(ctx, `INSERT INTO allocation (sequence, participant, levels, stratum, stream, place, arm, at, event)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		a.Sequence, string(a.Participant), JSON[randomization.Values]{V: a.Values}, a.Stratum, stream, a.Index, a.Arm, a.At, event)
	if tx.Constraint(err) == "allocation_once" {
		return problem.New(problem.Conflict, "%s has been randomized already", a.Participant).Because(err)
	}
	return err
}

// cause gives the number of the event recorded last, which a row that cannot be changed points to.
func (tx *Tx) cause() (int64, error) {
	event, ok := tx.Cause()
	if !ok {
		return 0, problem.New(problem.Internal, "nothing is allocated or corrected before its event is recorded")
	}
	return event, nil
}

const allocationRows = "SELECT participant, sequence, levels, stratum, place, arm, at FROM allocation"

func allocation(scan Scan) (a randomization.Allocation, err error) {
	var levels JSON[randomization.Values]
	err = scan(&a.Participant, &a.Sequence, &levels, &a.Stratum, &a.Index, &a.Arm, &a.At)
	a.Values = levels.V
	return a, err
}

// Allocation gives one participant's allocation; problem.NotFound before the draw.
func (tx *Tx) Allocation(ctx context.Context, code participant.Code) (randomization.Allocation, error) {
	a, err := One(ctx, tx, allocation, allocationRows+" WHERE participant = $1", string(code))
	if problem.Is(err, problem.NotFound) {
		err = problem.New(problem.NotFound, "%s has not been randomized", code).Because(err)
	}
	return a, err
}

// Allocations gives all allocations in their order, after closing. Before, it is a problem.Conflict.
func (tx *Tx) Allocations(ctx context.Context) ([]randomization.Allocation, error) {
	r, err := tx.Randomization(ctx)
	if err != nil {
		return nil, err
	}
	if r.Closed.IsZero() {
		return nil, problem.New(problem.Conflict, "strata and arms are not listed together while randomization is open").
			Instead("Close randomization first, once enrolment has ended")
	}
	return All(ctx, tx, allocation, allocationRows+" ORDER BY sequence")
}

// Randomized gives the number of allocations.
func (tx *Tx) Randomized(ctx context.Context) (int, error) {
	return One(ctx, tx, Value[int], "SELECT count(*) FROM allocation")
}

// ArmTotals gives the number allocated to each arm of the design. Before closing it needs at least shown allocations,
// and with shown 0 it waits for closing; until then it is a problem.Conflict.
func (tx *Tx) ArmTotals(ctx context.Context, shown int) (map[string]int, error) {
	r, err := tx.Randomization(ctx)
	if err != nil {
		return nil, err
	}
	n, err := tx.Randomized(ctx)
	if err != nil {
		return nil, err
	}
	if r.Closed.IsZero() && (shown == 0 || n < shown) {
		p := problem.New(problem.Conflict, "totals by arm are shown after randomization has closed")
		if shown > 0 {
			p = problem.New(problem.Conflict, "totals by arm are shown from %d allocations on", shown)
		}
		return nil, p
	}
	totals := map[string]int{}
	for _, arm := range r.Design.Arms {
		if totals[arm.ID], err = One(ctx, tx, Value[int], "SELECT count(*) FROM allocation WHERE arm = $1", arm.ID); err != nil {
			return nil, err
		}
	}
	return totals, nil
}

// StratumCorrection is a level that turned out wrong after the draw.
type StratumCorrection struct {
	Participant participant.Code `json:"participant"`
	Factor      string           `json:"factor"`
	Level       string           `json:"level"` // the right one
	Reason      string           `json:"reason"`
	At          time.Time        `json:"at"`
}

// CorrectStratum keeps the right level beside the one randomized as, once its event is recorded.
func (tx *Tx) CorrectStratum(ctx context.Context, c StratumCorrection) error {
	event, err := tx.cause()
	if err != nil {
		return err
	}
	_, err = tx.Do(ctx, "INSERT INTO stratum_correction (participant, factor, level, reason, at, event) VALUES ($1, $2, $3, $4, $5, $6)",
		string(c.Participant), c.Factor, c.Level, c.Reason, tx.Now(), event)
	return err
}

// StratumCorrections gives the corrections of one participant, the oldest first.
func (tx *Tx) StratumCorrections(ctx context.Context, code participant.Code) ([]StratumCorrection, error) {
	return All(ctx, tx, func(scan Scan) (c StratumCorrection, err error) {
		err = scan(&c.Participant, &c.Factor, &c.Level, &c.Reason, &c.At)
		return c, err
	}, "SELECT participant, factor, level, reason, at FROM stratum_correction WHERE participant = $1 ORDER BY id", string(code))
}

// Levels gives a participant's levels twice: as randomized, and with all corrections.
func (tx *Tx) Levels(ctx context.Context, code participant.Code) (randomized, corrected randomization.Values, err error) {
	a, err := tx.Allocation(ctx, code)
	if err != nil {
		return nil, nil, err
	}
	corrections, err := tx.StratumCorrections(ctx, code)
	corrected = maps.Clone(a.Values)
	for _, c := range corrections {
		corrected[c.Factor] = c.Level
	}
	return a.Values, corrected, err
}
