package session_test

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"rekindle/trial/session"
)

func TestPoolAlliance(t *testing.T) {
	said := func(number, value int) session.Alliance {
		return session.Alliance{Number: number, Says: map[string]int{"heard": value}}
	}
	all := []session.Alliance{said(1, 5), said(3, 1), said(1, 4), said(1, 3)}
	if pools := session.PoolAlliance(all, 3); len(pools) != 1 || pools[0].Number != 1 || pools[0].People != 3 || math.Abs(pools[0].Means["heard"]-4) > 1e-12 {
		t.Errorf("%+v", pools)
	}
}

// Fewer than least people give nothing, and two states that differ by one person give the same, or differ by a whole batch.
func TestPoolTellsNothingOfFewerThanTheLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.IntRange(2, 8).Draw(t, "least")
		var all []session.Alliance
		for range rapid.IntRange(0, 30).Draw(t, "people") {
			all = append(all, session.Alliance{Number: rapid.SampledFrom(session.AllianceAfter).Draw(t, "number"), Says: map[string]int{"heard": rapid.IntRange(1, 5).Draw(t, "value")}})
		}
		pools := session.PoolAlliance(all, least)
		for _, p := range pools {
			if p.People < least || p.People%least != 0 || p.Means["heard"] < 1-1e-9 || p.Means["heard"] > 5+1e-9 {
				t.Fatalf("%+v of at least %d", p, least)
			}
		}
		if n := len(all); n > 0 {
			before := session.PoolAlliance(all[:n-1], least)
			people := func(pools []session.Pool) (n int) {
				for _, p := range pools {
					n += p.People
				}
				return n
			}
			if d := people(pools) - people(before); d != 0 && d != least || d == 0 && !reflect.DeepEqual(pools, before) {
				t.Fatalf("one more person changes the pool by %d people", d)
			}
		}
	})
}
