// Package instrument has the questionnaires of a trial: their items and codes, how answers become
// scores, what a missing answer does, where the cut-offs lie, and who owns the wording.
//
// The paper's Outcome Measures name six instruments (pfi16, mmbi2, uwes9, svs4, qol_vas, iwpr4); its
// Table 1 is the form demographics, its fidelity and satisfaction questions the form fidelity, its
// Table 4 the form themes. Seven more are those that a program asks for next.
//
// Scores are computed from raw codes in exact fractions, so that a cut-off is a comparison of
// integers and never of rounded decimals. Scoring never depends on wording.
//
// The package does not know who answered, or when: that is package assessment. It draws no page.
// It ships no owner's item text: descriptors are in our own words, and licensed words come from a
// wording pack (wording.go).
//
// The registry is data/*.json, one file an instrument. It is derived from the program's instrument
// research (schema instruments/1), with its ids, codes, rules, status words and test vectors unchanged;
// docs/instruments.md tells it in prose.
package instrument

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"rekindle/problem"
)

// Instrument is one questionnaire in one version.
type Instrument struct {
	ID            string            `json:"id"`
	Name          string            `json:"name"`
	Version       string            `json:"version"`        // a wording pack must name the same
	Stem          string            `json:"stem"`           // the sentence above the items, in our own words; may be empty
	RecallWindow  string            `json:"recall_window"`  // the time the questions are about
	ContentStatus string            `json:"content_status"` // what of the content was seen in a source and what was not
	Warning       string            `json:"warning"`
	Citation      string            `json:"citation"`
	Licence       Licence           `json:"licence"`
	LOINC         map[string]string `json:"loinc"` // role (total, panel, t_score) -> code
	LOINCNote     string            `json:"loinc_note"`
	Scales        []*Scale          `json:"scales"`
	Items         []*Item           `json:"items"`  // in the order they are asked
	Scores        []*Score          `json:"scores"` // none for a form that is only described, such as demographics

	items  map[string]*Item
	scores map[string]*Score
}

// Licence says who owns the wording and what of it may ship with the program.
type Licence struct {
	Holder  string       `json:"holder"`
	Terms   string       `json:"terms"`
	Wording WordingRight `json:"wording"`
	Ships   string       `json:"ships"` // what ships, in words
}

// WordingRight says which wording may ship with the program.
type WordingRight string

const (
	// OwnWords: a generic question; our own wording ships and may be used in a real study.
	OwnWords WordingRight = "own words"
	// WithNotice: the owner lets the original be copied with its notice, once that notice was checked.
	WithNotice WordingRight = "with notice"
	// Licensed: the original comes only through a wording pack of a site that holds a licence.
	Licensed WordingRight = "licensed"
)

//go:embed data/*.json
var data embed.FS

// registered reads the embedded registry once. A fault in it is a fault of the build (the package's tests read it
// whole), so it panics.
var registered = sync.OnceValue(func() []*Instrument {
	all, err := load(data)
	if err != nil {
		panic(err)
	}
	return all
})

// All gives every instrument, in the order of their ids. The result is shared: do not change it.
func All() []*Instrument { return registered() }

// Find gives the instrument with the id, or a problem that names those that exist.
func Find(id string) (*Instrument, error) {
	all := registered()
	if i, found := slices.BinarySearchFunc(all, id, func(in *Instrument, id string) int { return strings.Compare(in.ID, id) }); found {
		return all[i], nil
	}
	return nil, problem.New(problem.Invalid, "there is no instrument %q", id).
		On("instrument").Instead("One of %s", strings.Join(ids(all), ", "))
}

// OfItem gives the instrument that an item id belongs to; item ids are unique in the registry.
func OfItem(id string) (*Instrument, bool) {
	for _, in := range registered() {
		if in.items[id] != nil {
			return in, true
		}
	}
	return nil, false
}

// FindItem gives the item with the id.
func (in *Instrument) FindItem(id string) (*Item, bool) {
	it, ok := in.items[id]
	return it, ok
}

// FindScore gives the definition of the score with the id.
func (in *Instrument) FindScore(id string) (*Score, bool) {
	s, ok := in.scores[id]
	return s, ok
}

func ids(all []*Instrument) []string {
	out := make([]string, len(all))
	for i, in := range all {
		out[i] = in.ID
	}
	return out
}

// load reads and checks every data/*.json, sorted by instrument id.
func load(files fs.FS) ([]*Instrument, error) {
	names, err := fs.Glob(files, "data/*.json")
	if err != nil {
		return nil, err
	}
	var all []*Instrument
	owner := map[string]string{} // item id -> instrument id
	for _, name := range names {
		in, err := loadOne(files, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, it := range in.Items {
			if owner[it.ID] != "" {
				return nil, fmt.Errorf("%s: item %s belongs to %s already", name, it.ID, owner[it.ID])
			}
			owner[it.ID] = in.ID
		}
		all = append(all, in)
	}
	slices.SortFunc(all, func(a, b *Instrument) int { return strings.Compare(a.ID, b.ID) })
	for i := 1; i < len(all); i++ {
		if all[i].ID == all[i-1].ID {
			return nil, fmt.Errorf("two instruments %s", all[i].ID)
		}
	}
	return all, nil
}

func loadOne(files fs.FS, name string) (*Instrument, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	dec := json.NewDecoder(f)
	dec.DisallowUnknownFields()
	in := &Instrument{}
	if err := dec.Decode(in); err != nil {
		return nil, err
	}
	return in, in.link()
}

// link joins items to scales and scores to items, and refuses a registry row that cannot be scored.
func (in *Instrument) link() error {
	if in.ID == "" || in.Name == "" || in.Version == "" || in.Licence.Wording == "" || len(in.Items) == 0 {
		return fmt.Errorf("id, name, version, licence.wording or items missing")
	}
	scales := map[string]*Scale{}
	for _, s := range in.Scales {
		if scales[s.ID] != nil {
			return fmt.Errorf("two scales %s", s.ID)
		}
		if err := s.link(); err != nil {
			return fmt.Errorf("scale %s: %w", s.ID, err)
		}
		scales[s.ID] = s
	}
	in.items, in.scores = map[string]*Item{}, map[string]*Score{}
	for i, it := range in.Items {
		it.Position = i + 1
		it.Scale = scales[it.ScaleID]
		switch {
		case it.ID == "" || in.items[it.ID] != nil:
			return fmt.Errorf("item %d: id %q empty or used twice", it.Position, it.ID)
		case it.Scale == nil:
			return fmt.Errorf("item %s: no scale %q", it.ID, it.ScaleID)
		case it.Descriptor == "":
			return fmt.Errorf("item %s: no descriptor", it.ID)
		}
		in.items[it.ID] = it
	}
	flags := map[string]bool{}
	for _, s := range in.Scores {
		if s.ID == "" || in.scores[s.ID] != nil {
			return fmt.Errorf("score id %q empty or used twice", s.ID)
		}
		if err := s.link(in); err != nil {
			return fmt.Errorf("score %s: %w", s.ID, err)
		}
		for _, c := range s.Cutoffs {
			for _, id := range c.Names() {
				if flags[id] {
					return fmt.Errorf("score %s: two cut-offs %s", s.ID, id)
				}
				flags[id] = true
			}
		}
		in.scores[s.ID] = s
	}
	return in.linkBranching()
}
