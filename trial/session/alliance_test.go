package session_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rekindle/trial/session"
)

func TestPoolsAreOfWholeBatches(t *testing.T) {
	said := func(batch, of, value int) session.Voice {
		return session.Voice{Batch: batch, Of: of, Says: map[string]string{"heard": fmt.Sprint(value)}}
	}
	pool := []session.Voice{said(1, 3, 5), said(1, 3, 4), said(2, 3, 1), said(1, 3, 3), said(2, 3, 1), said(0, 0, 1)}
	p, ok := session.PoolMeans(1, pool, 3)
	if !ok || p.Number != 1 || p.People != 3 || math.Abs(p.Means["heard"]-4) > 1e-12 {
		t.Errorf("%+v", p)
	}
	counts, ok := session.PoolCounts("heard", pool, 3)
	if !ok || counts.People != 3 || counts.Counts["4"] != 1 || counts.Counts["1"] != 0 {
		t.Errorf("%+v", counts)
	}
	if p, ok := session.PoolMeans(1, pool, 4); ok {
		t.Errorf("batches of fewer than the least: %+v", p)
	}
	if batch, of := session.NextBatch(pool, 2); batch != 0 || of != 0 {
		t.Errorf("one who waits became batch %d of %d", batch, of)
	}
	if batch, of := session.NextBatch(append(pool, said(0, 0, 2)), 2); batch != 3 || of != 2 {
		t.Errorf("two who wait became batch %d of %d", batch, of)
	}
}

// Whatever people say and take back, and in whatever order: what is shown is a sum over whole batches of at least so many, two batches that
// were ever shown have nobody in common, and two readings differ by nobody or by so many at least on each side.
func TestNoTwoReadingsTellOfFewerThanTheLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.IntRange(2, 6).Draw(t, "least")
		var pool []session.Voice
		var readings [][]string
		ever := map[string]string{} // person -> everybody of the batch in which they were shown
		next := 0
		for range rapid.IntRange(0, 60).Draw(t, "acts") {
			if n := len(pool); n > 0 && rapid.IntRange(0, 3).Draw(t, "removes") == 0 {
				i := rapid.IntRange(0, n-1).Draw(t, "who")
				pool = slices.Delete(pool, i, i+1)
			} else {
				next++
				pool = append(pool, session.Voice{Says: map[string]string{"who": fmt.Sprint(next)}})
				if batch, of := session.NextBatch(pool, least); batch > 0 {
					for i := range pool {
						if pool[i].Batch == 0 {
							pool[i].Batch, pool[i].Of = batch, of
						}
					}
				}
			}
			batches := map[int][]string{}
			var reading []string
			for _, v := range session.Shown(pool, least) {
				batches[v.Batch] = append(batches[v.Batch], v.Says["who"])
				reading = append(reading, v.Says["who"])
			}
			for _, people := range batches {
				if len(people) < least {
					t.Fatalf("a batch of %d is shown, least %d", len(people), least)
				}
				for _, who := range people {
					if before, shown := ever[who]; shown && before != fmt.Sprint(people) {
						t.Fatalf("%s was shown with %s, and with %v", who, before, people)
					}
					ever[who] = fmt.Sprint(people)
				}
			}
			readings = append(readings, reading)
		}
		for i, a := range readings {
			for _, b := range readings[i+1:] {
				for _, d := range [][]string{without(a, b), without(b, a)} {
					if len(d) > 0 && len(d) < least {
						t.Fatalf("two readings differ by %v", d)
					}
				}
			}
		}
	})
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(who string) bool { return slices.Contains(b, who) })
}
