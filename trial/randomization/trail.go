package randomization

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"rekindle/problem"
	"rekindle/trial/participant"
)

// Entry is an allocation as the audit trail keeps it. Stratum and arm are sealed under a key that follows from the seed:
// until the seed is revealed nobody who reads the trail can count arms by stratum, or learn an answer; from then on
// everybody can open every entry, with nothing but the trail.
type Entry struct {
	Participant participant.Code `json:"participant"`
	Sequence    int              `json:"sequence"`
	Sealed      string           `json:"sealed"` // base64 of nonce and AES-256-GCM of the allocation's JSON
}

// Entry seals an allocation for the trail. The nonce is derived from the text, so that the same allocation has the same
// entry and two allocations never share a nonce.
func (s Seed) Entry(a Allocation) (Entry, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return Entry{}, problem.New(problem.Internal, "an allocation cannot be written").Because(err)
	}
	sealer, mac := s.sealer()
	h := hmac.New(sha256.New, mac)
	h.Write(text)
	nonce := h.Sum(nil)[:sealer.NonceSize()]
	sealed := sealer.Seal(nonce, nonce, text, nil)
	return Entry{a.Participant, a.Sequence, base64.StdEncoding.EncodeToString(sealed)}, nil
}

// OpenTrail opens the entries of a trail, in order. An entry that was not sealed under this seed, or that holds another
// participant or sequence number than stands beside it, is a finding and is left out of the allocations.
func OpenTrail(s Seed, entries []Entry) (trail []Allocation, findings []Finding) {
	sealer, _ := s.sealer()
	for _, e := range entries {
		a, ok := open(sealer, e.Sealed)
		switch {
		case !ok:
			findings = append(findings, Finding{e.Participant, e.Sequence, "entry in the trail", "one sealed under the trial's seed", "one that does not open"})
		case a.Participant != e.Participant || a.Sequence != e.Sequence:
			findings = append(findings, Finding{e.Participant, e.Sequence, "name and number of the entry in the trail",
				Finding{Participant: a.Participant, Sequence: a.Sequence}.where(), Finding{Participant: e.Participant, Sequence: e.Sequence}.where()})
		default:
			trail = append(trail, a)
		}
	}
	return trail, findings
}

func open(sealer cipher.AEAD, text string) (a Allocation, ok bool) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) < sealer.NonceSize() {
		return a, false
	}
	plain, err := sealer.Open(nil, raw[:sealer.NonceSize()], raw[sealer.NonceSize():], nil)
	return a, err == nil && json.Unmarshal(plain, &a) == nil
}

// sealer gives the cipher of the trail's entries and the key that nonces are derived with.
func (s Seed) sealer() (cipher.AEAD, []byte) {
	key, err := hkdf.Expand(sha256.New, s.secret[:], trailDomain, 64)
	if err != nil {
		panic(err) // as in Design.stream
	}
	block, err := aes.NewCipher(key[:32])
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	sealer, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has the block size that GCM needs
	}
	return sealer, key[32:]
}
