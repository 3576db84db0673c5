package identity

import (
	"net/netip"
	"time"
)

// Guessing is made slow twice: for an account, whoever tries, and for an address, whomever it tries to be. A hospital's people may
// share one address, so that it is given more.
const (
	FreeForAccount = 5
	FreeForAddress = 20
)

// Forgiven is after how long without a failure all failures are forgotten.
const Forgiven = 24 * time.Hour

// Delay is how long nobody may try after so many failures in a row: nothing up to free, then 15 seconds, doubled each time, a quarter of
// an hour at most, so that nobody can be kept out for long by another's guessing.
func Delay(failures, free int) time.Duration {
	const first, longest = 15 * time.Second, 15 * time.Minute
	over := failures - free
	if over <= 0 {
		return 0
	}
	if over > 6 { // 2^6 x 15 s are 16 minutes
		return longest
	}
	return min(first<<(over-1), longest)
}

// Network is the part of an address that counts as one: the address itself, or the /64 that one customer has of IPv6.
func Network(a netip.Addr) string {
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
