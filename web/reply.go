package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// status is the reply to each kind of problem.
var status = map[problem.Kind]int{
	problem.Internal:    http.StatusInternalServerError,
	problem.Invalid:     http.StatusUnprocessableEntity,
	problem.NotFound:    http.StatusNotFound,
	problem.Forbidden:   http.StatusForbidden,
	problem.Conflict:    http.StatusConflict,
	problem.Unavailable: http.StatusServiceUnavailable,
}

// headings say in a few words what each kind means to whoever reads it.
var headings = map[problem.Kind]string{
	problem.Internal:    "Something went wrong here",
	problem.Invalid:     "That does not fit",
	problem.NotFound:    "There is nothing here",
	problem.Forbidden:   "This is not open to you",
	problem.Conflict:    "Not now",
	problem.Unavailable: "Out of reach for the moment",
}

// problemPage is what goes wrong, told to whoever asked.
type problemPage struct {
	Status    int
	Heading   string
	Problems  []*problem.Problem
	Reference string // by which the log has the cause; empty: nothing is logged
	Told      string // the same for a participant, in their language; empty: for others
	Plain     bool   // what is told says it all
	Dead      bool   // whoever asks has no link that opens anything
	Ask       string // where they ask for one
	Over      bool   // a rehearsal that is only shown
}

// reply turns an error into the page that tells of it: the one place that does. The cause of a fault is logged under a
// reference that the page shows, and is itself never shown.
func (s *Site) reply(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // whoever asked has gone
	}
	if most, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = problem.New(problem.Invalid, "What was sent is too long").Instead("Send at most %d KB.", most.Limit>>10).Because(err)
	}
	kind := problem.KindOf(err)
	if s.Conduct.Simulated && errors.Is(err, store.ErrReadOnly) {
		s.over(w, r)
		return
	}
	p := problemPage{Status: status[kind], Heading: headings[kind]}
	if kind == problem.Internal || kind == problem.Unavailable {
		p.Reference = strings.ToLower(rand.Text()[:8])
		s.log().LogAttrs(r.Context(), slog.LevelError, "a page failed", slog.String("reference", p.Reference),
			slog.String("page", r.Pattern), slog.String("error", err.Error()), slog.String("cause", causes(err)))
	}
	switch all, one := shown(err); {
	case kind == problem.Internal: // its words may tell what is not for everybody
		p.Problems = []*problem.Problem{problem.New(kind, "The page could not be made. Nothing was changed.").Instead("Try again; if it stays, tell the study office the reference below.")}
	case all != nil:
		p.Problems = all
	case kind == problem.Unavailable: // its place may be one on the server
		told := *one
		told.Place = ""
		p.Problems = []*problem.Problem{&told}
	default:
		p.Problems = []*problem.Problem{one}
	}
	if forParticipants(r) {
		if err := p.tell(r, err); err != nil {
			s.log().LogAttrs(r.Context(), slog.LevelError, "the words of a problem failed", slog.String("error", err.Error()))
		}
	}
	if err := s.show(w, r, p.Status, "problem", p.Heading, p); err != nil {
		s.log().LogAttrs(r.Context(), slog.LevelError, "the page of a problem failed", slog.String("error", err.Error()))
		http.Error(w, p.Heading, p.Status)
	}
}

// over says that a rehearsal is past the moment at which something could be done. That is no fault: nothing is logged, and a page that would
// have left a line in the trail, since it tells names or addresses, is not taken for broken.
func (s *Site) over(w http.ResponseWriter, r *http.Request) {
	p := problemPage{Status: http.StatusConflict, Over: true}
	if r.Method == http.MethodGet {
		p.Status = http.StatusOK
	}
	lang := "en"
	if forParticipants(r) {
		lang = tongue(r)
	}
	p.Heading, p.Told = texts[lang]["rehearsal_over"], texts[lang]["rehearsal_over_text"]
	if err := s.show(w, r, p.Status, "problem", p.Heading, p); err != nil {
		s.log().LogAttrs(r.Context(), slog.LevelError, "the page of a rehearsal failed", slog.String("error", err.Error()))
		http.Error(w, p.Heading, p.Status)
	}
}

// tell says to a participant, in their language, what is wrong and what to do. What the program says of it follows in English, where it
// says more.
func (p *problemPage) tell(r *http.Request, cause error) (err error) {
	lang, key := tongue(r), fmt.Sprintf("problem_%d", p.Status)
	var args []any
	_, long := errors.AsType[*http.MaxBytesError](cause)
	p.Dead, p.Ask = actor(r).Role == identity.Visitor, askFor(r)
	p.Plain = p.Status >= http.StatusInternalServerError
	switch {
	case long:
		key, args, p.Plain = "problem_long", []any{largestForm >> 10}, true
	case p.Status == http.StatusNotFound && strings.HasPrefix(r.URL.Path, "/p/"):
		key, p.Plain = "problem_link", true
	case p.Dead && p.Status == http.StatusForbidden && strings.HasPrefix(r.URL.Path, home):
		key, p.Plain = "problem_closed", true
	}
	if p.Heading, err = say(lang, fmt.Sprintf("problem_status_%d", p.Status)); err != nil {
		return err
	}
	p.Told, err = say(lang, key, args...)
	return err
}

// shown gives the problems in an error that may be shown.
func shown(err error) (problem.List, *problem.Problem) {
	if all, ok := errors.AsType[problem.List](err); ok {
		return all, nil
	}
	one, _ := errors.AsType[*problem.Problem](err)
	return nil, one
}

// causes gives what problems in err hide, for the log.
func causes(err error) string {
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.Cause != nil {
		return p.Cause.Error()
	}
	return ""
}

// panicked is the error of a page that panicked.
func panicked(fault any) error {
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(fault)
	}
	return problem.New(problem.Internal, "a page panicked").Because(fmt.Errorf("%v\n%s", fault, debug.Stack()))
}

// nowhere is every address that is none.
func nowhere(http.ResponseWriter, *http.Request) error {
	return problem.New(problem.NotFound, "There is no page at this address").Instead("Follow a link from the start page.")
}
