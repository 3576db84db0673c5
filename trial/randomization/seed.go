package randomization

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"rekindle/problem"
)

// Domains keep the uses of one seed apart: no output of one use is ever an output of the other.
const (
	commitmentDomain = "rekindle randomization commitment v1\n"
	streamDomain     = "rekindle randomization stream v1\n"
	trailDomain      = "rekindle randomization trail v1\n"
)

// Seed is the 32 secret bytes that all allocations of a trial follow from. Whoever knows it knows every allocation to
// come, so no formatting verb, log or encoder prints it: only Reveal does.
type Seed struct{ secret [32]byte }

// NewSeed reads a seed from a source of true randomness: crypto/rand.Reader in a trial. A source that cannot give 32
// bytes is an error, never a weaker seed.
func NewSeed(random io.Reader) (Seed, error) {
	var s Seed
	if _, err := io.ReadFull(random, s.secret[:]); err != nil {
		return Seed{}, problem.New(problem.Unavailable, "the source of randomness gave no seed").Because(err)
	}
	return s, nil
}

// ParseSeed reads what Reveal gives: 64 hexadecimal digits.
func ParseSeed(text string) (Seed, error) {
	var s Seed
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(s.secret) {
		return Seed{}, problem.New(problem.Invalid, "a seed is 64 hexadecimal digits, not %d characters of something else", len(text))
	}
	copy(s.secret[:], raw)
	return s, nil
}

// Reveal gives the seed as 64 hexadecimal digits: for sealing it in the vault, and for the proof after closing.
func (s Seed) Reveal() string { return hex.EncodeToString(s.secret[:]) }

// Format hides the seed from every verb of package fmt, and so from logs and error texts.
func (Seed) Format(f fmt.State, _ rune) { io.WriteString(f, "(sealed seed)") }

// Commitment binds a trial to its seed and design before the first allocation, and gives neither away: SHA-256, in
// hexadecimal, of a domain line, the seed, and the canonical text of the design.
func (d Design) Commitment(s Seed) string {
	h := sha256.New()
	io.WriteString(h, commitmentDomain)
	h.Write(s.secret[:])
	h.Write(d.Canonical())
	return hex.EncodeToString(h.Sum(nil))
}

// stream opens the random numbers of one name: a stratum, or the draw of one sequence number. HKDF-Expand (RFC 5869;
// HMAC with SHA-256) makes 32 bytes of entropy and 16 of nonce for the generator from the seed, the digest of
// the design and the name, so that streams are independent of one another and those of a test are not those of the trial.
func (d Design) stream(s Seed, name string) *stream {
	digest := sha256.Sum256(d.Canonical())
	key, err := hkdf.Expand(sha256.New, s.secret[:], streamDomain+hex.EncodeToString(digest[:])+"\n"+name, 48)
	if err != nil {
		panic(err) // only for more than 255 hashes of output; 48 bytes are two
	}
	return &stream{drbg: newDRBG(key[:32], key[32:], nil)}
}
