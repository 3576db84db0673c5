package coach

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"rekindle/trial/participant"
)

// Need is what a participant looks for in a coach. The zero Need is met by everybody.
type Need struct {
	Topics   []string // by code: what they want to speak of; it orders, and excludes nobody
	Language string   // as a profile names it, or its code: see Language
	Mode     string
}

// Meets reports whether a coach speaks the language and offers the way of meeting that is looked for.
func (n Need) Meets(p Profile) bool {
	speaks := func(language string) bool {
		return Language(language) == Language(n.Language)
	}
	return (n.Language == "" || slices.ContainsFunc(p.Languages, speaks)) && (n.Mode == "" || p.Offers(n.Mode))
}

// Shared counts the topics that the participant looks for and the coach is good for.
func (n Need) Shared(p Profile) (shared int) {
	for _, topic := range n.Topics {
		if slices.Contains(p.Topics, topic) {
			shared++
		}
	}
	return shared
}

// Turn is a coach's place in what one participant is shown, before anything else decides: whoever has the lowest comes first. For each
// participant it is another fair shuffle of all coaches, so that over the participants every coach has the same chance of every place; and
// it stays, so that nobody's page is another when they come back.
func Turn(viewer participant.Code, shown Code) uint64 {
	sum := sha256.Sum256([]byte(string(viewer) + " " + string(shown)))
	return binary.BigEndian.Uint64(sum[:])
}
