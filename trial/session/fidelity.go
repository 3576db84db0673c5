package session

// AnswerPool is how often each answer to an item was given by so many people.
type AnswerPool struct {
	Item   string
	People int
	Counts map[string]int // code -> people
}

// PoolAnswers pools what people answered about one coach, one entry of item -> code for each person and in the order in which they did: each
// item apart, in batches of least people as PoolAlliance has them. An item that was left out or declined counts for nobody.
func PoolAnswers(all []map[string]string, items []string, least int) (pools []AnswerPool) {
	if least < 1 {
		return nil
	}
	for _, item := range items {
		var said []string
		for _, one := range all {
			if code := one[item]; code != "" {
				said = append(said, code)
			}
		}
		said = said[:len(said)/least*least]
		if len(said) == 0 {
			continue
		}
		p := AnswerPool{Item: item, People: len(said), Counts: map[string]int{}}
		for _, code := range said {
			p.Counts[code]++
		}
		pools = append(pools, p)
	}
	return pools
}
