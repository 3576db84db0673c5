package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
)

// peopleListPage is the people of the study, by code; with their names where whoever looks has asked for them.
type peopleListPage struct {
	Status   participant.Status
	Hold     followup.Hold
	Statuses []statusChoice
	Holds    []holdChoice
	Lines    []personLine
	Pager    pager
	Named    bool
	May      bool // see names at all
	Back     string
	Text     string // what was searched for
	Searched bool
	More     int // people whom the search found and the page does not show
	Problems []*problem.Problem
	Roster   bool // may add people
	Empty    bool // nobody is on the roster
}

type statusChoice struct {
	Status participant.Status
	Count  int
}

type holdChoice struct {
	Hold  followup.Hold
	Label string
	Count int
}

// personLine is one person of a list.
type personLine struct {
	followup.Way
	Name, Email string
	ArmName     string
	CoachName   string
	Hold        followup.Hold
	HoldLabel   string
	Since       time.Time
	Days        int   // since then
	Last        phase // what happened last
}

// holdLabels say what holds people up.
var holdLabels = map[followup.Hold]string{
	followup.NoMail:      "The address takes no mail",
	followup.NotSigned:   "Came, has not signed",
	followup.NotFinished: "Signed, baseline not complete",
	followup.OnTheList:   "On the waiting list",
	followup.NoCoach:     "Has no coach",
	followup.NoSession:   "No first session booked",
	followup.NotNoted:    "A session is over, nothing noted",
	followup.NoNext:      "Next session not booked",
	followup.SurveyLate:  "Survey late",
}

// unwilling stands among what holds people up for those who want no mail: they are waited for in vain, and nothing is amiss.
const unwilling followup.Hold = "no-more-mail"

// peopleFound is how many people a search shows.
const peopleFound = 50

// peopleList shows the people of the study.
func (s *Site) peopleList(w http.ResponseWriter, r *http.Request) error {
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	page := peopleListPage{Status: participant.Status(r.URL.Query().Get("status")), Hold: followup.Hold(r.URL.Query().Get("hold")), Back: "/people?" + r.URL.RawQuery}
	if page.Status != "" && !slices.Contains(participant.Statuses, page.Status) {
		return problem.New(problem.Invalid, "%.40q is no status", string(page.Status)).On("status").Instead("Choose one of the list.")
	}
	if page.Hold != "" && page.Hold != unwilling && !slices.Contains(followup.Holds, page.Hold) {
		return problem.New(problem.Invalid, "%.40q is nothing that holds people up", string(page.Hold)).On("hold").Instead("Choose one of the list.")
	}
	var ways []followup.Way
	err = s.read(r, func(tx *store.Tx) error {
		if err := s.peopleFrame(r, tx, &page); err != nil {
			return err
		}
		if page.Hold == "" {
			counts, err := tx.StatusCounts(r.Context())
			if err != nil {
				return err
			}
			total := counts[page.Status]
			if page.Status == "" {
				for _, c := range counts {
					total += c
				}
			}
			if page.Pager, err = paged(r, n, total); err != nil {
				return err
			}
			codes, err := tx.PeopleCodes(r.Context(), page.Status, (n-1)*pageSize, pageSize)
			if err != nil {
				return err
			}
			ways, err = s.waysOf(r, tx, codes)
			return err
		}
		if page.Hold == unwilling {
			codes, err := tx.Unwilling(r.Context(), page.Status)
			if err != nil {
				return err
			}
			if page.Pager, err = paged(r, n, len(codes)); err != nil {
				return err
			}
			ways, err = s.waysOf(r, tx, codes[(n-1)*pageSize:min(n*pageSize, len(codes))])
			return err
		}
		held, err := tx.Ways(r.Context())
		if err != nil {
			return err
		}
		for _, w := range held {
			if by, _ := followup.HeldUp(s.Conduct.Protocol, w, tx.Now()); by == page.Hold && (page.Status == "" || page.Status == w.Status) {
				ways = append(ways, w)
			}
		}
		if page.Pager, err = paged(r, n, len(ways)); err != nil {
			return err
		}
		ways = ways[(n-1)*pageSize : min(n*pageSize, len(ways))]
		return nil
	})
	if err != nil {
		return err
	}
	page.Pager.BeforeLabel, page.Pager.AfterLabel = "Before", "After"
	return s.showPeople(w, r, http.StatusOK, page, ways)
}

// waysOf gives how far some people have come, in their order.
func (s *Site) waysOf(r *http.Request, tx *store.Tx, codes []participant.Code) (ways []followup.Way, err error) {
	ways = make([]followup.Way, len(codes))
	for i, code := range codes {
		if ways[i], err = tx.Way(r.Context(), code); err != nil {
			return nil, err
		}
	}
	return ways, nil
}

// peopleFrame fills what the page shows around its list.
func (s *Site) peopleFrame(r *http.Request, tx *store.Tx, page *peopleListPage) error {
	counts, err := tx.StatusCounts(r.Context())
	if err != nil {
		return err
	}
	for _, status := range participant.Statuses {
		if counts[status] > 0 {
			page.Statuses = append(page.Statuses, statusChoice{status, counts[status]})
		}
	}
	held := map[followup.Hold]int{}
	ways, err := tx.Ways(r.Context())
	for _, w := range ways {
		by, _ := followup.HeldUp(s.Conduct.Protocol, w, tx.Now())
		held[by]++
	}
	for _, h := range followup.Holds {
		if held[h] > 0 || h == page.Hold {
			page.Holds = append(page.Holds, holdChoice{h, holdLabels[h], held[h]})
		}
	}
	if err != nil {
		return err
	}
	out, err := tx.Unwilling(r.Context(), "")
	if len(out) > 0 || page.Hold == unwilling {
		page.Holds = append(page.Holds, holdChoice{unwilling, "Wants no more mail", len(out)})
	}
	page.Empty = len(counts) == 0
	return err
}

// showPeople replies with the list.
func (s *Site) showPeople(w http.ResponseWriter, r *http.Request, status int, page peopleListPage, ways []followup.Way) error {
	by := actor(r)
	page.Named, page.May, page.Roster = s.named(r), by.May("participant.identify"), by.May("participant.add")
	codes := make([]participant.Code, len(ways))
	for i, way := range ways {
		codes[i] = way.Code
	}
	names := map[participant.Code]conduct.Person{}
	var err error
	if !page.Searched { // a search is the reading already
		if names, err = s.names(r, "people", codes...); err != nil {
			return err
		}
	}
	coaches, err := s.Conduct.CoachNames(r.Context(), by)
	if err != nil {
		return err
	}
	now, err := s.now(r)
	if err != nil {
		return err
	}
	found := page.Lines
	page.Lines = nil
	for i, way := range ways {
		line := s.personLine(way, coaches, now)
		line.Name, line.Email = names[way.Code].Name, names[way.Code].Email
		if page.Searched {
			line.Name, line.Email = found[i].Name, found[i].Email
		}
		page.Lines = append(page.Lines, line)
	}
	return s.show(w, r, status, "people_list", "People", page)
}

func (s *Site) personLine(way followup.Way, coaches map[coach.Code]conduct.Person, now time.Time) personLine {
	line := personLine{Way: way, CoachName: coaches[way.Coach].Name}
	if arm, ok := s.Conduct.Protocol.Arm(way.Arm); ok {
		line.ArmName = arm.Name
	}
	line.Hold, line.Since = followup.HeldUp(s.Conduct.Protocol, way, now)
	line.HoldLabel, line.Since = holdLabels[line.Hold], line.Since.In(s.zone())
	line.Days = int(now.Sub(line.Since).Hours() / 24)
	for _, step := range s.personSteps(way) {
		if !step.At.Before(line.Last.At) { // of those of a moment the furthest
			line.Last = step
		}
	}
	return line
}

// now is the study's time.
func (s *Site) now(r *http.Request) (now time.Time, err error) {
	return now, s.read(r, func(tx *store.Tx) error {
		now = tx.Now()
		return nil
	})
}

// peopleFind leads to the person of a code, or shows those whose name or address fits. What is searched for comes in a form that is
// posted: a name must not stand in an address.
func (s *Site) peopleFind(w http.ResponseWriter, r *http.Request) error {
	text := strings.TrimSpace(r.PostFormValue("text"))
	if code, err := participant.ParseCode(text); err == nil {
		http.Redirect(w, r, "/people/"+string(code), http.StatusSeeOther)
		return nil
	}
	page := peopleListPage{Text: clip(100, text), Searched: true, Back: "/people"}
	found, all, err := s.Conduct.FindPeople(r.Context(), actor(r), text, peopleFound)
	status := http.StatusOK
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.Kind == problem.Invalid {
		page.Problems, status = []*problem.Problem{p}, http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	var codes []participant.Code
	for _, f := range found {
		codes, page.Lines = append(codes, f.Code), append(page.Lines, personLine{Name: f.Name, Email: f.Email})
	}
	page.More = all - len(found)
	var ways []followup.Way
	if err := s.read(r, func(tx *store.Tx) error {
		if err := s.peopleFrame(r, tx, &page); err != nil {
			return err
		}
		ways, err = s.waysOf(r, tx, codes)
		return err
	}); err != nil {
		return err
	}
	return s.showPeople(w, r, status, page, ways)
}
