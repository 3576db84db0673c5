// Package web has the pages of a study. routes.go lists them all; a page is a function that gives an error, in a file
// noun_verb.go, with its text in the folder of that name under page/.
//
// It holds no rule of the trial and changes nothing by itself: what a page does goes through conduct, what it shows is read on
// one snapshot of the store. GET never changes anything. Whoever looks is an identity.Actor, and each route names the permission
// that it takes. It serves the parts of the paper that people meet: the e-mailed link, the sign-up platform, the report.
package web

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"rekindle/conduct"
	"rekindle/platform/audit"
	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/report"
	"rekindle/trial/instrument"
)

// Site is the pages of one study. Its fields are set before Handler is called and stay as they are.
type Site struct {
	Conduct   *conduct.Conduct     // the study: its store, its protocol, whether its people are simulated
	PublicKey string               // checks the audit trail; empty: the trail cannot be checked here
	Report    string               // folder of the report; there need not be one yet
	Log       *slog.Logger         // nil: slog.Default()
	Wordings  *instrument.Wordings // licensed words of instruments; nil: our own
	Post      *post.Server         // who carries the mail; nil: it waits in the outbox

	moment  Moment   // of a rehearsal; zero: it has one only
	moments []Moment // all that it is shown at

	trail  kept[audit.Report]
	draws  kept[proof]
	report kept[*report.Manifest]

	tongues sync.Map // language -> translated
}

// Handler serves the site.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range s.routes() {
		mux.Handle(rt.pattern, s.serve(rt))
	}
	mux.HandleFunc("GET /asset/{name}", serveAsset)
	foreign := http.NewCrossOriginProtection()
	foreign.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.reply(w, r, problem.New(problem.Forbidden, "This form was sent from another site").Instead("Open the page here and send it again."))
	}))
	return s.watch(secure(foreign.Handler(mux)))
}

// largestForm bounds what a form may send, in bytes; where a file comes with it, largestFile has the route's own bound.
const largestForm = 1 << 20

var largestFile = map[string]int64{"POST /roster": largestRoster, "POST /desk/photo": largestPhoto}

// mostSent is how much a route may be sent.
func mostSent(rt route) int64 {
	if most, ok := largestFile[rt.pattern]; ok {
		return most
	}
	return largestForm
}

// serve asks for the route's permission, runs its page, and replies to what goes wrong.
func (s *Site) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = s.recognized(r)
		r.Body = http.MaxBytesReader(w, r.Body, mostSent(rt))
		if err := s.guarded(rt, w, r); err != nil {
			s.reply(w, r, err)
		}
	})
}

// guarded runs a page; a panic in it becomes an error.
func (s *Site) guarded(rt route, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = panicked(fault)
		}
	}()
	if rt.verb != anybody {
		if err := actor(r).Require(rt.verb); err != nil {
			return s.closed(w, r, rt, err)
		}
	}
	return rt.page(w, r)
}

// read runs fn on a snapshot of the study.
func (s *Site) read(r *http.Request, fn func(tx *store.Tx) error) error {
	return s.Conduct.Store.Read(r.Context(), fn)
}

// zone is the study's time zone, in which pages tell the time.
func (s *Site) zone() *time.Location { return s.Conduct.Protocol.Location() }

func (s *Site) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}

// unmasked refuses a statistician before unblinding: what tells arms and codes together is not for whoever analyses masked.
func unmasked(by identity.Actor, study store.Study) error {
	if by.Role == identity.Statistician && study.Unblinded == nil {
		return problem.New(problem.Conflict, "This page tells who is in which arm, and opens to a statistician at unblinding").
			Instead("Lock the dataset and unblind it first.")
	}
	return nil
}
