package participant

import (
	"fmt"
	"io"
	"strings"

	"rekindle/problem"
)

// Code is the name that a person has in the research data: eight characters in two groups, as "7KDW-Q3MX".
// It is drawn at random when the person is put on the roster, so that neither the order of enrolment nor the arm
// can be read from it.
type Code string

// alphabet has 29 letters and digits: no vowels, so that no word is spelled by accident, and nothing that is
// mistaken for another in print (0, 1, I, O, U). 29 is a prime, which the check character needs.
const alphabet = "23456789BCDFGHJKLMNPQRSTVWXYZ"

// digits is the number of random characters before the check character: 29^7 = 17,249,876,309 codes.
const digits = 7

// NewCode draws a code from random, which must be fit for secrets outside of rehearsals. It fails only where random does.
func NewCode(random io.Reader) (Code, error) {
	var values [digits]int
	var b [1]byte
	for i := 0; i < digits; {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("draw a study code: %w", err)
		}
		// 232 = 8 x 29: a larger byte would favour the first letters.
		if b[0] < 232 {
			values[i] = int(b[0]) % len(alphabet)
			i++
		}
	}
	return spell(values), nil
}

// ParseCode reads a code as people type it: any case, with or without the hyphen or spaces. A code with one wrong
// character, or with two characters swapped, is refused.
func ParseCode(s string) (Code, error) {
	compact := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToUpper(s))
	refuse := func(why string) error {
		return problem.New(problem.Invalid, "%q is not a study code: %s", s, why).Instead("Type the eight characters as they stand in the message, like 7KDW-Q3M9.")
	}
	if len(compact) != digits+1 {
		return "", refuse("it must have eight letters and digits")
	}
	var values [digits]int
	for i := range values {
		values[i] = strings.IndexByte(alphabet, compact[i])
		if values[i] < 0 {
			return "", refuse(fmt.Sprintf("it cannot contain %q", compact[i]))
		}
	}
	code := spell(values)
	if code[len(code)-1] != compact[digits] {
		return "", refuse("one of its characters is wrong")
	}
	return code, nil
}

// spell adds the check character: the sum of i x value(i), i = 1..7, modulo 29. The weights are distinct and not zero
// modulo a prime, so each single substitution and each swap of two characters changes it.
func spell(values [digits]int) Code {
	var b strings.Builder
	sum := 0
	for i, v := range values {
		if i == 4 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[v])
		sum += (i + 1) * v
	}
	b.WriteByte(alphabet[sum%len(alphabet)])
	return Code(b.String())
}
