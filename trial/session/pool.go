package session

import (
	"slices"
	"strconv"
)

// What coachees say of a coach is pooled: in one pool for each question and coach, one voice for each person, over at least so many people.
//
// A pool may be read again and again, and whoever keeps two readings can subtract them. So what is shown is made of batches. As soon as
// enough voices wait (the protocol's pooled_over, 5 or more), all that wait become one batch, which is recorded with the number of its
// people and never changes: nobody is added to it or passes into another, and a later correction of an answer does not reach it. A batch
// is shown whole, as it was when it was made, or not at all: if one of its people takes back their data, the voice is deleted, and those that
// are left are never shown again, in this batch or another.
//
// What that guarantees: whatever the order of voices and removals, everything that is ever shown of a pool is a sum over whole batches of at
// least so many people each, and two batches that were ever shown have nobody in common. So is every difference of two readings, and
// every sum of such differences: what goes into it, with whatever sign, are the voices of whole batches, never those of fewer people.
//
// What it does not: that all of a batch said the same shows in its numbers, as in every table; a reader who knows what all others of
// a batch said can work out the last voice; and that a batch is gone tells that somebody of it took back their data, not who or what.

// Voice is what one person said in a pool: item -> code.
type Voice struct {
	Batch int // counts from 1; 0: waits for others
	Of    int // people of the batch when it was made
	Says  map[string]string
}

// NextBatch gives the number of the batch that those who wait in a pool become, and how many they are; 0 where they are too few.
func NextBatch(pool []Voice, least int) (batch, of int) {
	for _, v := range pool {
		batch = max(batch, v.Batch)
		if v.Batch == 0 {
			of++
		}
	}
	if least < 1 || of < least {
		return 0, 0
	}
	return batch + 1, of
}

// Shown gives the voices of a pool that are shown: those of whole batches of at least so many people.
func Shown(pool []Voice, least int) []Voice {
	left := map[int]int{}
	for _, v := range pool {
		left[v.Batch]++
	}
	return slices.DeleteFunc(slices.Clone(pool), func(v Voice) bool {
		return v.Batch == 0 || v.Of < max(least, 1) || left[v.Batch] < v.Of
	})
}

// Pool is what so many people said after a session, item by item: the mean of each.
type Pool struct {
	Number int // of the session
	People int
	Means  map[string]float64
}

// PoolMeans pools what people said of one coach after the session of a number, in codes that are numbers; false where nothing is shown.
func PoolMeans(number int, pool []Voice, least int) (p Pool, ok bool) {
	said := Shown(pool, least)
	p = Pool{Number: number, People: len(said), Means: map[string]float64{}}
	for _, v := range said {
		for item, code := range v.Says {
			if value, err := strconv.ParseFloat(code, 64); err == nil {
				p.Means[item] += value / float64(len(said))
			}
		}
	}
	return p, len(said) > 0
}

// AnswerPool is how often each answer to an item was given by so many people.
type AnswerPool struct {
	Item   string
	People int
	Counts map[string]int // code -> people
}

// PoolCounts pools what people answered to an item about one coach; false where nothing is shown.
func PoolCounts(item string, pool []Voice, least int) (p AnswerPool, ok bool) {
	said := Shown(pool, least)
	p = AnswerPool{Item: item, People: len(said), Counts: map[string]int{}}
	for _, v := range said {
		p.Counts[v.Says[item]]++
	}
	return p, len(said) > 0
}
