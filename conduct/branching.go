package conduct

import (
	"context"
	"slices"

	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/assessment"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
)

// Branching gives what decides which items of a form are asked of a person, with the answers elsewhere that it depends on.
func (c *Conduct) Branching(ctx context.Context, tx *store.Tx, code participant.Code, visit string, in *instrument.Instrument) (assessment.Branching, error) {
	b, err := assessment.BranchingOf(*c.Protocol, in, visit)
	if err != nil {
		return b, err
	}
	var reads []func() error
	for _, v := range b.Visits() {
		reads = append(reads, func() error {
			answers, err := tx.VisitAnswers(ctx, code, v)
			b.Know(v, answers)
			return err
		})
	}
	return b, tx.Together(ctx, reads...)
}

// needless gives the items with an answer that branching does not ask for, in their order. A person must have been told of each before it
// is taken out: those that are not among told are a conflict.
func needless(in *instrument.Instrument, b assessment.Branching, a instrument.Answers, told []string) ([]string, error) {
	var items []string
	var wrong problem.List
	hidden := b.Hidden(a)
	for _, it := range in.Items {
		if !hidden[it.ID] || a[it.ID] == instrument.Blank {
			continue
		}
		items = append(items, it.ID)
		if !slices.Contains(told, it.ID) {
			wrong.Add(problem.New(problem.Conflict, "The answer to %q no longer applies, by the other answers", it.Heading()).On("%s", it.ID).
				Instead("Tell that it will be taken out, and send the form again."))
		}
	}
	return items, wrong.Err()
}
