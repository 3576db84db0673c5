package instrument

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
)

// Fraction is an exact number num/den with den > 0, written in the registry as a decimal (3.325 = 133/40).
// The numbers of the registry and of any score have numerators and denominators far below 2^31, so
// that products in int64 cannot overflow; UnmarshalJSON keeps out what would not be.
type Fraction struct{ num, den int64 }

// UnmarshalJSON reads a decimal exactly.
func (f *Fraction) UnmarshalJSON(b []byte) error {
	var text json.Number
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	r, ok := new(big.Rat).SetString(text.String())
	if !ok || len(text) > 9 || r.Num().BitLen() > 20 || r.Denom().BitLen() > 20 {
		return fmt.Errorf("%s is not a decimal of a few digits", text)
	}
	f.num, f.den = r.Num().Int64(), r.Denom().Int64()
	return nil
}

// Float gives the nearest float64.
func (f Fraction) Float() float64 { return float64(f.num) / float64(f.den) }

// String gives the shortest decimal of the nearest float64.
func (f Fraction) String() string { return strconv.FormatFloat(f.Float(), 'f', -1, 64) }

// compare gives -1, 0, 1 as f is less than, equal to, greater than g.
func (f Fraction) compare(g Fraction) int {
	switch l, r := f.num*g.den, g.num*f.den; {
	case l < r:
		return -1
	case l > r:
		return 1
	}
	return 0
}

// ceil gives the least whole number that is not less than f.
func (f Fraction) ceil() Fraction {
	q := f.num / f.den
	if f.num%f.den > 0 {
		q++
	}
	return Fraction{q, 1}
}
