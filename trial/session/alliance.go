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
