package participant

import (
	"slices"
	"strings"

	"rekindle/problem"
)

// Use is what a person who withdraws allows from then on. The zero Use is that of everybody who has not withdrawn.
type Use string

// The choices, from the least to the most that is taken back.
const (
	KeepAll     Use = "keep-all"       // coaching ends; surveys go on, all data are used
	StopContact Use = "stop-contact"   // no more mail; what is answered unasked is used, like all before
	UntilNow    Use = "until-now"      // nothing more is collected; what there is stays in use
	RemoveData  Use = "remove-answers" // the answers are deleted; that there was such a person, and the arm, must remain
)

// Uses lists the choices with the words that the person reads.
var Uses = []struct {
	Use  Use
	Text string
}{
	{KeepAll, "End my coaching. I will still answer the surveys, and everything I have answered may be used."},
	{StopContact, "Send me nothing more. Everything I have answered may be used."},
	{UntilNow, "Collect nothing more about me. What I have answered until now may be used."},
	{RemoveData, "Delete my answers. Only that I took part, in which group, and that I left remain."},
}

// ParseUse reads a choice; anything that is not one of Uses is refused with the list.
func ParseUse(s string) (Use, error) {
	var names []string
	for _, u := range Uses {
		names = append(names, string(u.Use))
	}
	if !slices.Contains(names, s) {
		return "", problem.New(problem.Invalid, "%q is not a choice", s).On("use").Instead("Choose one of %s.", strings.Join(names, ", "))
	}
	return Use(s), nil
}

// Contact reports whether mail may still be sent.
func (u Use) Contact() bool { return u == "" || u == KeepAll }

// Collect reports whether answers may still be taken.
func (u Use) Collect() bool { return u == "" || u == KeepAll || u == StopContact }

// Analyse reports whether the answers given so far may be analysed.
func (u Use) Analyse() bool { return u != RemoveData }
