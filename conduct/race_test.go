package conduct_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/problem"
	"rekindle/trial/session"
)

// A thousand attempts at once at overlapping times, no two of which are the same for one person: one booking stands, and 999 answers say
// that the time is taken and name the three nearest that are free, each of which really is.
func TestThousandAtOnce(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		const people, tries = 20, 50
		codes := w.roster(people)
		k := w.coaches(1)[0]
		must(t, w.SetCaseload(ctx, coordinator, k, people))
		for _, code := range codes {
			w.coachable(code)
			must(t, w.ChooseCoach(ctx, identity.AsParticipant(code), code, k))
		}
		start := time.Date(2021, 8, 12, 16, 0, 0, 0, time.UTC)
		errs := make([]error, people*tries)
		begin := make(chan struct{})
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() {
				<-begin
				code := codes[i%people]
				_, errs[i] = w.Book(ctx, identity.AsParticipant(code), conduct.Booking{Participant: code, Start: start.Add(time.Duration(i/people) * time.Minute)})
			})
		}
		close(begin)
		group.Wait()
		booked, again := 0, 0
		near := map[string]bool{}
		for _, err := range errs {
			switch {
			case err == nil:
				booked++
			case problem.Is(err, problem.Conflict) && strings.Count(err.Error(), " EDT") == 3 && strings.Contains(err.Error(), "nearest free times are"):
				_, times, _ := strings.Cut(err.Error(), "nearest free times are ")
				near[strings.TrimSuffix(times, ".")] = true
			default:
				again++
				t.Errorf("no clear answer: %v (%v)", err, cause(err))
			}
		}
		if booked != 1 || again > 0 {
			t.Fatalf("%d bookings, %d answers that are not clear", booked, again)
		}
		var won session.Session
		for _, code := range codes {
			if all := w.sessions(session.Session{Participant: code}); len(all) == 1 {
				won = all[0]
			}
		}
		const buffer = 15 * time.Minute
		for times := range near {
			for one := range strings.SplitSeq(times, ", ") {
				at, err := time.ParseInLocation("2006 Mon Jan 2 15:04 MST", "2021 "+one, w.Protocol.Location())
				must(t, err)
				if at.Before(won.End().Add(buffer)) && won.Start.Before(at.Add(time.Hour+buffer)) {
					t.Errorf("%s is offered, and %s is booked until %s", one, won.Start, won.End())
				}
			}
		}
	})
}

// Two sessions move to overlapping times at once, and a third person books between them: whatever wins, nothing overlaps, and what lost
// stays where it was.
func TestMovesRace(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		w.at("2021-08-09 10:00")
		const people = 8
		codes := w.roster(people)
		k := w.coaches(1)[0]
		must(t, w.SetCaseload(ctx, coordinator, k, people))
		booked := make([]session.Session, people)
		for i, code := range codes {
			w.coachable(code)
			must(t, w.ChooseCoach(ctx, identity.AsParticipant(code), code, k))
			var err error
			booked[i], err = w.Book(ctx, identity.AsParticipant(code), conduct.Booking{Participant: code, Start: time.Date(2021, 8, 16+7*(i/4), 13+2*(i%4), 0, 0, 0, time.UTC)})
			must(t, err)
		}
		target := time.Date(2021, 8, 19, 15, 0, 0, 0, time.UTC)
		errs := make([]error, people)
		var group sync.WaitGroup
		for i, s := range booked {
			group.Go(func() {
				_, errs[i] = w.Move(ctx, identity.AsParticipant(s.Participant), s.ID, target.Add(time.Duration(i)*15*time.Minute))
			})
		}
		group.Wait()
		moved := 0
		for i, err := range errs {
			now := w.sessions(booked[i])[0]
			if err == nil {
				moved++
				if now.Sequence != 1 || now.ID != booked[i].ID {
					t.Errorf("moved: %+v", now)
				}
				continue
			}
			refused(t, err, problem.Conflict, "nearest free times are")
			if !now.Start.Equal(booked[i].Start) || now.Sequence != 0 {
				t.Errorf("what was refused has moved: %+v", now)
			}
		}
		if moved < 1 || moved > 2 { // two of 90 minutes, 15 apart, do not fit into the 105 minutes between the first and the last
			t.Errorf("%d sessions moved to times that overlap", moved)
		}
	})
}

// Bookings a second where everybody wants the same coach's time: one after the other, each with a time of its own, and each refused once.
func BenchmarkBookUnderContention(b *testing.B) {
	for name, place := range map[string]func(testing.TB) store.Options{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) { contend(b, newWorld(b, place(b))) })
	}
}

func contend(b *testing.B, w *world) {
	ctx := b.Context()
	w.at("2021-08-09 10:00")
	const people = 16
	codes := w.roster(people)
	k := w.coaches(1)[0]
	must(b, w.SetCaseload(ctx, coordinator, k, people))
	for _, code := range codes {
		w.coachable(code)
		must(b, w.ChooseCoach(ctx, identity.AsParticipant(code), code, k))
	}
	start := time.Date(2021, 8, 12, 16, 0, 0, 0, time.UTC)
	booked, refused := 0, 0
	b.ResetTimer()
	for range b.N {
		made := make([]session.Session, people)
		errs := make([]error, people)
		var group sync.WaitGroup
		for i, code := range codes {
			group.Go(func() {
				made[i], errs[i] = w.Book(ctx, identity.AsParticipant(code), conduct.Booking{Participant: code, Start: start.Add(time.Duration(i) * time.Minute)})
			})
		}
		group.Wait()
		for i, err := range errs {
			if err != nil {
				refused++
				continue
			}
			booked++
			_, err := w.Cancel(ctx, identity.AsParticipant(codes[i]), made[i].ID)
			must(b, err)
		}
	}
	b.ReportMetric(float64(booked)/b.Elapsed().Seconds(), "bookings/s")
	b.ReportMetric(float64(refused)/b.Elapsed().Seconds(), "refusals/s")
	if booked != b.N {
		b.Fatalf("%d bookings in %d rounds", booked, b.N)
	}
}
