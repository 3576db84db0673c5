package web

import (
	"net/http"

	"rekindle/trial/instrument"
	"rekindle/trial/session"
)

// deskAlliancePage is what people say of working with a coach, pooled.
type deskAlliancePage struct {
	Least    int
	Items    []rated // of the ratings after sessions
	Pools    []session.Pool
	Fidelity []pooledItem // of the survey
	Rates    bool         // the protocol asks after sessions
	Surveys  bool         // the protocol asks in a survey
}

// pooledItem is how people answered one item.
type pooledItem struct {
	Text    string
	People  int
	Answers []pooledAnswer
}

// pooledAnswer is how many gave one answer.
type pooledAnswer struct {
	Label  string
	People int
	Width  int // of its bar, in twentieths
}

// deskAlliance shows a coach what people say of working with them.
func (s *Site) deskAlliance(w http.ResponseWriter, r *http.Request) error {
	p := s.Conduct.Protocol.Coaching
	page := deskAlliancePage{Least: p.PooledOver, Rates: p.Alliance != "", Surveys: p.Fidelity != ""}
	if !page.Rates && !page.Surveys || page.Least == 0 {
		return nowhere(w, r)
	}
	if page.Rates {
		in, err := instrument.Find(p.Alliance)
		if err != nil {
			return err
		}
		for _, item := range in.Items {
			page.Items = append(page.Items, rated{ID: item.ID, Text: item.Label})
		}
		if page.Pools, err = s.Conduct.PooledAlliance(r.Context(), actor(r)); err != nil {
			return err
		}
	}
	pools, err := s.Conduct.PooledFidelity(r.Context(), actor(r))
	if err != nil {
		return err
	}
	for _, pool := range pools {
		one, err := pooled(p.Fidelity, pool)
		if err != nil {
			return err
		}
		page.Fidelity = append(page.Fidelity, one)
	}
	return s.show(w, r, http.StatusOK, "desk_alliance", "Feedback", page)
}

// pooled puts what was answered to an item in words, in the order of its scale.
func pooled(form string, pool session.AnswerPool) (one pooledItem, err error) {
	in, err := instrument.Find(form)
	if err != nil {
		return one, err
	}
	words, err := instrument.OwnWording(in, "en")
	if err != nil {
		return one, err
	}
	item, _ := in.FindItem(pool.Item)
	one = pooledItem{Text: item.Heading(), People: pool.People}
	for _, code := range item.Scale.Allowed() {
		n := pool.Counts[code]
		one.Answers = append(one.Answers, pooledAnswer{words.Label(item, code), n, (20*n + pool.People/2) / pool.People})
	}
	return one, nil
}
