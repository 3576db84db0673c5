package conduct_test

import (
	"fmt"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store/storetest"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// benchWorld is a trial on SQLite, synchronous=FULL, without a cap.
func benchWorld(b *testing.B, people int) (*world, []participant.Code) {
	b.Helper()
	w := newWorld(b, storetest.SQLite(b), func(p *study.Protocol) { p.Enrolment.Cap = 100_000 })
	list := make([]conduct.Person, people)
	for i := range list {
		list[i] = conduct.Person{Name: fmt.Sprint("Dr. ", i), Email: fmt.Sprintf("p%d@hospital.example", i)}
	}
	codes, err := w.AddRoster(w.Context(), coordinator, list)
	must(b, err)
	w.at("2021-08-09 10:00")
	return w, codes
}

// BenchmarkEnrol measures one participant: consent, seven forms, place and draw; each a durable transaction with its event.
func BenchmarkEnrol(b *testing.B) {
	w, codes := benchWorld(b, max(b.N, 1))
	b.ResetTimer()
	for i := range b.N {
		w.enrol(codes[i])
	}
}

// BenchmarkAnswer measures one saved form of sixteen items.
func BenchmarkAnswer(b *testing.B) {
	w, codes := benchWorld(b, max(b.N, 1))
	for i := range b.N {
		w.consent(codes[i])
	}
	b.ResetTimer()
	for i := range b.N {
		s := sheet(codes[i], "baseline", "pfi16")
		if _, err := w.Answer(w.Context(), identity.AsParticipant(codes[i]), s); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInvite measures the paper's 3,247 invitations: roster, announcement planned, and sent to the outbox.
func BenchmarkInvite(b *testing.B) {
	for range b.N {
		b.StopTimer()
		w := newWorld(b, storetest.SQLite(b))
		list := make([]conduct.Person, 3247)
		for i := range list {
			list[i] = conduct.Person{Name: fmt.Sprint("Dr. ", i), Email: fmt.Sprintf("p%d@hospital.example", i)}
		}
		b.StartTimer()
		_, err := w.AddRoster(w.Context(), coordinator, list)
		must(b, err)
		_, err = w.Invite(w.Context(), coordinator, nil)
		must(b, err)
		w.at("2021-08-05 08:00")
		if done := w.tick(); done.Sent != 3247 {
			b.Fatalf("%d sent", done.Sent)
		}
	}
}
