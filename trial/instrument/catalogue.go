package instrument

import "rekindle/trial/study"

// Catalogue gives what a protocol may refer to: every instrument with its scores, items, codes and cut-offs.
func Catalogue() study.Catalogue {
	all := study.Catalogue{}
	for _, in := range All() {
		facts := study.InstrumentFacts{Name: in.Name, Scores: map[string]study.ScoreFacts{}, Items: map[string][]string{}}
		for _, it := range in.Items {
			facts.Items[it.ID] = it.Scale.Allowed()
			facts.Asked = append(facts.Asked, study.ItemFacts{ID: it.ID, SelectAll: it.Scale.Kind == SelectAll, Always: it.Required || in.scored(it.ID)})
		}
		for _, s := range in.Scores {
			facts.Scores[s.ID] = study.ScoreFacts{Label: s.Label, HigherMeans: s.HigherMeans, Lowest: s.Range[0], Highest: s.Range[1]}
			for _, c := range s.Cutoffs {
				facts.Cutoffs = append(facts.Cutoffs, c.ID)
			}
		}
		all[in.ID] = facts
	}
	return all
}
