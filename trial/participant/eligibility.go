package participant

import (
	"strings"

	"rekindle/trial/study"
)

// Eligibility is the criteria of a protocol sorted by what is known of a person: IDs, in the protocol's order.
type Eligibility struct {
	Met    []string
	Failed []string
	Open   []string // not yet asked
}

// Eligible reports that no criterion fails and none is open.
func (e Eligibility) Eligible() bool { return len(e.Failed) == 0 && len(e.Open) == 0 }

// Evaluate sorts the criteria. A criterion with an Item is compared with fact(item), the value of a roster column
// or the code answered to "form.item", without regard to case or outer spaces; one without is met when the person
// has attested it, fails when denied, and is open when neither.
func Evaluate(criteria []study.Criterion, fact func(item string) (value string, known bool), attested map[string]bool) Eligibility {
	var e Eligibility
	for _, c := range criteria {
		var met, known bool
		if c.Item == "" {
			met, known = attested[c.ID]
		} else {
			var value string
			value, known = fact(c.Item)
			met = strings.EqualFold(strings.TrimSpace(value), strings.TrimSpace(c.Equals))
		}
		switch {
		case !known:
			e.Open = append(e.Open, c.ID)
		case met:
			e.Met = append(e.Met, c.ID)
		default:
			e.Failed = append(e.Failed, c.ID)
		}
	}
	return e
}
