package conduct_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/audit"
	"rekindle/platform/identity"
	"rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/platform/vault"
	"rekindle/problem"
	"rekindle/protocols"
	"rekindle/trial/coach"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// world is a trial under test: the conduct of the shipped protocol on one database, and a clock that the test moves.
type world struct {
	testing.TB
	*conduct.Conduct
	mu    sync.Mutex
	now   time.Time
	key   *audit.Key
	vault *vault.Vault
}

var (
	coordinator  = identity.Actor{Name: "office", Role: identity.Coordinator}
	owner        = identity.Actor{Name: "investigator", Role: identity.Owner}
	statistician = identity.Actor{Name: "statistician", Role: identity.Statistician}
)

// seeded is a source of chance that gives the same again; it is not safe for concurrent use, and conduct draws only in transactions.
func seeded(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

// each runs a test in a world of each database, opened on the morning of the first day.
func each(t *testing.T, fn func(w *world), change ...func(*study.Protocol)) {
	t.Helper()
	storetest.EachPlace(t, func(t *testing.T, where store.Options) { fn(newWorld(t, where, change...)) })
}

func newWorld(t testing.TB, where store.Options, change ...func(*study.Protocol)) *world {
	t.Helper()
	f, err := protocols.Files.Open("kiser2024.toml")
	must(t, err)
	defer f.Close()
	p, err := study.Read("kiser2024.toml", f)
	must(t, err)
	for _, c := range change {
		c(p)
	}
	w := &world{TB: t, now: time.Date(2021, 8, 5, 11, 0, 0, 0, time.UTC)} // 07:00 in Boston
	w.key, err = audit.NewKey(seeded(1))
	must(t, err)
	where.Key = w.key
	w.vault, err = vault.New(seeded(2))
	must(t, err)
	where.Vault, where.Clock = w.vault, w.clock
	w.Conduct = &conduct.Conduct{Store: storetest.Open(t, where), Protocol: p, Random: seeded(3), BaseURL: "https://coaching.example.org", Program: "test", Simulated: true}
	must(t, w.OpenStudy(w.Context(), owner))
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (cause %v)", err, cause(err))
	}
}

func cause(err error) error {
	if p, ok := err.(*problem.Problem); ok {
		return p.Cause
	}
	return nil
}

// refused asks for a problem of a kind whose text has a part.
func refused(t testing.TB, err error, kind problem.Kind, part string) {
	t.Helper()
	if !problem.Is(err, kind) || !strings.Contains(err.Error(), part) {
		t.Errorf("got %v, want %s with %q", err, kind, part)
	}
}

// at moves the clock to a wall-clock time in the protocol's zone.
func (w *world) at(wall string) {
	w.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", wall, w.Protocol.Location())
	must(w, err)
	w.mu.Lock()
	w.now = t
	w.mu.Unlock()
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	w.now = w.now.Add(d)
	w.mu.Unlock()
}

func (w *world) tick() conduct.Ticked {
	w.Helper()
	done, err := w.Tick(w.Context())
	must(w, err)
	return done
}

// roster adds n people and gives their codes.
func (w *world) roster(n int) []participant.Code {
	w.Helper()
	people := make([]conduct.Person, n)
	for i := range people {
		people[i] = conduct.Person{Name: fmt.Sprintf("Dr. Person %d", i), Email: fmt.Sprintf("p%d@hospital.example", i), Columns: map[string]string{"division": fmt.Sprintf("division %d", i%7)}}
	}
	codes, err := w.AddRoster(w.Context(), coordinator, people)
	must(w, err)
	return codes
}

var attested = map[string]bool{"practicing": true, "baseline": true}

// consent has a person sign the version in force.
func (w *world) consent(code participant.Code) {
	w.Helper()
	status, err := w.Consent(w.Context(), identity.AsParticipant(code), code, conduct.Agreement{Version: "1", Name: "Signed Name", Choices: []int{2, 2, 0}, Attested: attested})
	must(w, err)
	if status != participant.Consented {
		w.Fatalf("after consent %s is %s", code, status)
	}
}

// sheet has an answer to each item of a form.
func sheet(code participant.Code, visit, form string) conduct.Sheet {
	in, err := instrument.Find(form)
	if err != nil {
		panic(err)
	}
	answers := instrument.Answers{}
	for i, item := range in.Items {
		switch item.Scale.Kind {
		case instrument.SelectAll:
			answers[item.ID] = instrument.Select(item.Scale.Allowed()[i%3])
		case instrument.VAS, instrument.Number:
			answers[item.ID] = instrument.Whole(int(item.Scale.Low) + 7)
		case instrument.Text:
			answers[item.ID] = "More time for what matters."
		default:
			answers[item.ID] = instrument.Answer(item.Scale.Allowed()[(i+len(code))%2])
		}
	}
	return conduct.Sheet{Participant: code, Visit: visit, Instrument: form, Answers: answers, Submit: true}
}

// answer submits every form of a visit that holds it up, and gives where the person stands after the last.
func (w *world) answer(code participant.Code, visit string) (p conduct.Progress) {
	w.Helper()
	v, _ := w.Protocol.Visit(visit)
	var err error
	for _, f := range v.Forms {
		if f.Optional {
			continue
		}
		p, err = w.Answer(w.Context(), identity.AsParticipant(code), sheet(code, visit, f.Instrument))
		must(w, err)
	}
	if !p.Complete {
		w.Fatalf("%s: %s is not complete: %v", code, visit, p.Open)
	}
	return p
}

// enrol brings a person through consent and baseline.
func (w *world) enrol(code participant.Code) conduct.Progress {
	w.Helper()
	w.consent(code)
	return w.answer(code, "baseline")
}

// arms enrols n people and sorts them by arm.
func (w *world) arms(n int) (coaching, control []participant.Code) {
	w.Helper()
	for _, code := range w.roster(n) {
		switch p := w.enrol(code); p.Arm {
		case "coaching":
			coaching = append(coaching, code)
		case "control":
			control = append(control, code)
		default:
			w.Fatalf("%s is in the arm %q", code, p.Arm)
		}
	}
	return coaching, control
}

// office is a coach's week: Monday to Friday, nine to five.
func office() (week []coach.Hours) {
	for d := time.Monday; d <= time.Friday; d++ {
		week = append(week, coach.Hours{Day: d, From: 9 * 60, To: 17 * 60})
	}
	return week
}

// coaches registers and certifies n coaches.
func (w *world) coaches(n int) (codes []coach.Code) {
	w.Helper()
	for i := range n {
		code, err := w.RegisterCoach(w.Context(), coordinator, conduct.NewCoach{
			Person: conduct.Person{Name: fmt.Sprintf("Coach %d", i), Email: fmt.Sprintf("coach%d@hospital.example", i), Columns: map[string]string{"division": "coaching"}}, Hours: office()})
		must(w, err)
		for _, step := range w.Protocol.Coaching.Certification {
			must(w, w.CertifyCoach(w.Context(), coordinator, code, coach.Step{Name: step, Done: time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)}))
		}
		codes = append(codes, code)
	}
	return codes
}

// read looks at the store.
func (w *world) read(fn func(ctx context.Context, tx *store.Tx) error) {
	w.Helper()
	must(w, w.Store.Read(w.Context(), func(tx *store.Tx) error { return fn(w.Context(), tx) }))
}

func (w *world) record(code participant.Code) (r participant.Record) {
	w.Helper()
	w.read(func(ctx context.Context, tx *store.Tx) (err error) { r, err = tx.Participant(ctx, code); return err })
	return r
}

// mail gives the kinds of the mails to a person, in the order in which they were sent.
func (w *world) mail(code participant.Code) (kinds []string, all []mail.Message) {
	w.Helper()
	w.read(func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = tx.Mail(ctx, string(code), 0, 100)
		return err
	})
	for _, m := range all {
		kinds = append(kinds, m.Kind)
	}
	return kinds, all
}

// trail gives the verbs of the trail about an object, all where it is empty.
func (w *world) trail(object string) (verbs []string) {
	w.Helper()
	w.read(func(ctx context.Context, tx *store.Tx) error {
		entries, err := tx.Events(ctx, object, 0, 100_000)
		for _, e := range entries {
			verbs = append(verbs, e.Verb)
		}
		return err
	})
	return verbs
}

func certify(step string) coach.Step {
	return coach.Step{Name: step, Done: time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)}
}
