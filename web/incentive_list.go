package web

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"rekindle/conduct"
	"rekindle/problem"
)

// incentivesAt is where items are posted from.
const incentivesAt = "/incentives"

// incentiveListPage is what is to be posted, what is on its way, and what has arrived. It knows names and addresses, and no codes.
type incentiveListPage struct {
	Due, Away, Done []parcel
	More            int // due ones that the page does not show
	MoreAway        int // those on the way that it does not show
	Received        int // in all
	Addressed       int // due ones on the page that have an address
	Chosen          map[string]bool
	Carrier         string
	Told            string
	Mistakes        []*problem.Problem
}

// parcel is one item as the page shows it.
type parcel struct {
	conduct.Parcel
	Lines []string // of the address
	Day   string   // on which it was sent
	Since string   // how long it has been due
}

// parcelsShown bounds each part of the page.
const parcelsShown = 150

func (s *Site) incentiveList(w http.ResponseWriter, r *http.Request) error {
	return s.incentivePage(w, r, nil)
}

func (s *Site) incentivePage(w http.ResponseWriter, r *http.Request, refusal error) error {
	wrong, status, err := told(refusal)
	if err != nil {
		return err
	}
	all, err := s.Conduct.Parcels(r.Context(), actor(r))
	if err != nil {
		return err
	}
	page := incentiveListPage{Chosen: map[string]bool{}, Carrier: r.PostFormValue("carrier"), Mistakes: wrong, Told: incentivesTold[r.URL.Query().Get("done")]}
	for _, id := range r.PostForm["parcel"] {
		page.Chosen[id] = true
	}
	every := r.URL.Query().Get("choose") // "due" or "away": their boxes are ticked, and nothing is done yet
	for _, p := range all {
		one := s.parcel(p)
		switch {
		case p.Received != nil:
			page.Received++
			if len(page.Done) < parcelsShown {
				page.Done = append(page.Done, one)
			}
		case p.Sent != nil:
			if len(page.Away) < parcelsShown {
				page.Away = append(page.Away, one)
				page.Chosen[p.ID] = page.Chosen[p.ID] || every == "away"
			} else {
				page.MoreAway++
			}
		case len(page.Due) < parcelsShown:
			page.Due = append(page.Due, one)
			if p.Address != "" {
				page.Addressed++
				page.Chosen[p.ID] = page.Chosen[p.ID] || every == "due"
			}
		default:
			page.More++
		}
	}
	return s.show(w, r, status, "incentive_list", "Incentives", page)
}

func (s *Site) parcel(p conduct.Parcel) parcel {
	one := parcel{Parcel: p}
	for line := range strings.Lines(p.Address) {
		if line = strings.TrimSpace(line); line != "" {
			one.Lines = append(one.Lines, line)
		}
	}
	if p.Sent != nil {
		one.Day = p.Sent.In(s.zone()).Format("January 2, 2006")
	}
	if one.Since = "less than a week"; p.Weeks > 0 {
		one.Since = count(p.Weeks, "week", "weeks")
	}
	return one
}

var incentivesTold = map[string]string{"sent": "Noted as sent. Each person is told by mail that something is on its way.", "received": "Noted as received."}

func (s *Site) incentiveSend(w http.ResponseWriter, r *http.Request) error {
	return s.incentiveAct(w, r, "sent", func(ids []string) error {
		_, err := s.Conduct.SendParcels(r.Context(), actor(r), ids, r.PostFormValue("carrier"))
		return err
	})
}

func (s *Site) incentiveReceive(w http.ResponseWriter, r *http.Request) error {
	return s.incentiveAct(w, r, "received", func(ids []string) error {
		_, err := s.Conduct.ReceiveParcels(r.Context(), actor(r), ids)
		return err
	})
}

func (s *Site) incentiveAct(w http.ResponseWriter, r *http.Request, what string, act func(ids []string) error) error {
	if err := r.ParseForm(); err != nil {
		return problem.New(problem.Invalid, "The form cannot be read").Because(err)
	}
	if err := act(r.PostForm["parcel"]); err != nil {
		return s.incentivePage(w, r, err)
	}
	return doneAt(w, r, incentivesAt, what)
}

// incentiveLabels is a page to print: an address for each parcel that is due.
func (s *Site) incentiveLabels(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Conduct.Parcels(r.Context(), actor(r))
	if err != nil {
		return err
	}
	var labels []parcel
	for _, p := range all {
		if p.Sent == nil && p.Address != "" {
			labels = append(labels, s.parcel(p))
		}
	}
	return s.show(w, r, http.StatusOK, "incentive_labels", "Labels", labels)
}

// incentiveExport hands out the addresses as CSV. That it was asked for is recorded, so that it is asked for with POST.
func (s *Site) incentiveExport(w http.ResponseWriter, r *http.Request) error {
	due, err := s.Conduct.ExportParcels(r.Context(), actor(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="addresses.csv"`)
	out := csv.NewWriter(w)
	_ = out.Write([]string{"parcel", "item", "name", "address", "weeks_due"}) // whoever asked may have gone
	for _, p := range due {
		_ = out.Write([]string{p.ID, plainCell(p.Item), plainCell(p.Name), plainCell(p.Address), strconv.Itoa(p.Weeks)})
	}
	out.Flush()
	return nil
}

// plainCell keeps a text from being taken for a formula by a spreadsheet.
func plainCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
