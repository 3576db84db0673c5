package session

import "slices"

// AllianceAfter lists the sessions after which a participant says how working with the coach was.
var AllianceAfter = []int{1, 3}

// Rated says whether a session asks for it: held, and one of AllianceAfter.
func (s Session) Rated() bool { return s.State == Held && slices.Contains(AllianceAfter, s.Number) }

// Alliance is what one person said after one session: the codes of an instrument's items, as numbers.
type Alliance struct {
	Number int
	Says   map[string]int
}

// Pool is what so many people said after a session, item by item: the mean of each.
type Pool struct {
	Number int // of the session
	People int
	Means  map[string]float64
}

// PoolAlliance pools what people said of one coach, in the order in which they said it, for each session apart and in batches of least
// people: nothing of fewer than least, and one more person changes nothing until the batch is full, so that no two pools differ by what one
// person said.
func PoolAlliance(all []Alliance, least int) (pools []Pool) {
	for _, number := range AllianceAfter {
		var said []Alliance
		for _, a := range all {
			if a.Number == number {
				said = append(said, a)
			}
		}
		if least < 1 || len(said) < least {
			continue
		}
		said = said[:len(said)/least*least]
		p := Pool{Number: number, People: len(said), Means: map[string]float64{}}
		for _, a := range said {
			for item, value := range a.Says {
				p.Means[item] += float64(value) / float64(len(said))
			}
		}
		pools = append(pools, p)
	}
	return pools
}
