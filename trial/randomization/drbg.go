package randomization

import (
	"crypto/hmac"
	"crypto/sha256"
)

// drbg is HMAC_DRBG with SHA-256 of NIST SP 800-90A rev. 1, section 10.1.2, without reseeding, additional input
// and prediction resistance: one stream serves one stratum of one trial and must be the same when it is replayed.
// No stream comes near the limit of 2^48 requests after which the standard asks for new entropy.
//
// The generators of crypto/internal and math/rand are no substitute: the first cannot be seeded, the second are not
// safe against a reader who has seen earlier draws.
type drbg struct {
	k, v [sha256.Size]byte
}

// newDRBG is HMAC_DRBG_Instantiate_algorithm (10.1.2.3). Entropy has 32 bytes, nonce 16; personalization may be empty.
func newDRBG(entropy, nonce, personalization []byte) *drbg {
	d := new(drbg)
	for i := range d.v {
		d.v[i] = 1
	}
	d.update(entropy, nonce, personalization)
	return d
}

// update is HMAC_DRBG_Update (10.1.2.2) of the concatenated parts.
func (d *drbg) update(parts ...[]byte) {
	given := false
	for _, p := range parts {
		given = given || len(p) > 0
	}
	for round := range byte(2) {
		mac := hmac.New(sha256.New, d.k[:])
		mac.Write(d.v[:])
		mac.Write([]byte{round})
		for _, p := range parts {
			mac.Write(p)
		}
		mac.Sum(d.k[:0])
		mac = hmac.New(sha256.New, d.k[:])
		mac.Write(d.v[:])
		mac.Sum(d.v[:0])
		if !given {
			return
		}
	}
}

// generate is HMAC_DRBG_Generate_algorithm (10.1.2.5): it fills out, of at most 65,536 bytes.
func (d *drbg) generate(out []byte) {
	mac := hmac.New(sha256.New, d.k[:])
	for len(out) > 0 {
		mac.Reset()
		mac.Write(d.v[:])
		mac.Sum(d.v[:0])
		out = out[copy(out, d.v[:]):]
	}
	d.update()
}
