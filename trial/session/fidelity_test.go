package session_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"rekindle/trial/session"
)

func TestPoolAnswers(t *testing.T) {
	all := []map[string]string{{"vision": "yes"}, {"vision": "no", "again": "yes"}, {"vision": "yes"}, {"vision": "no"}}
	want := []session.AnswerPool{{Item: "vision", People: 3, Counts: map[string]int{"yes": 2, "no": 1}}}
	if pools := session.PoolAnswers(all, []string{"vision", "again"}, 3); !reflect.DeepEqual(pools, want) {
		t.Errorf("%+v", pools)
	}
	if pools := session.PoolAnswers(all, []string{"vision"}, 0); pools != nil {
		t.Errorf("where the protocol pools over nobody: %+v", pools)
	}
}

// No item tells of fewer than least people, and one person more changes nothing, or fills a batch.
func TestPoolAnswersTellsNothingOfFewerThanTheLeast(t *testing.T) {
	items := []string{"vision", "goals"}
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.IntRange(2, 8).Draw(t, "least")
		var all []map[string]string
		for range rapid.IntRange(0, 30).Draw(t, "people") {
			one := map[string]string{}
			for _, item := range items {
				one[item] = rapid.SampledFrom([]string{"", "yes", "no"}).Draw(t, item)
			}
			all = append(all, one)
		}
		people := func(pools []session.AnswerPool) map[string]int {
			n := map[string]int{}
			for _, p := range pools {
				n[p.Item] = p.People
			}
			return n
		}
		pools := session.PoolAnswers(all, items, least)
		for _, p := range pools {
			if p.People < least || p.People%least != 0 || p.Counts["yes"]+p.Counts["no"] != p.People || p.Counts[""] != 0 {
				t.Fatalf("%+v of at least %d", p, least)
			}
		}
		if len(all) == 0 {
			return
		}
		before := session.PoolAnswers(all[:len(all)-1], items, least)
		now, then := people(pools), people(before)
		for _, item := range items {
			if d := now[item] - then[item]; d != 0 && d != least {
				t.Fatalf("one more person changes %s by %d people", item, d)
			}
		}
		if reflect.DeepEqual(now, then) && !reflect.DeepEqual(pools, before) {
			t.Fatal("one more person changes a pool that holds no more people")
		}
	})
}
