package identity

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
)

// period is the life of a code of an authenticator app (RFC 6238, six digits, SHA-1: what every app knows).
const period = 30 * time.Second

// NewSecret draws the secret that an authenticator app makes codes from, in base32.
func NewSecret(random io.Reader) (string, error) {
	b := make([]byte, 20)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("draw a secret: %w", err)
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b), nil
}

// SecretURL is what an authenticator app reads, as a picture or a link.
func SecretURL(secret, study, email string) string {
	q := url.Values{"secret": {secret}, "issuer": {study}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	return "otpauth://totp/" + url.PathEscape(study+":"+email) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// CheckCode gives the step of time that a code belongs to. The step before and the one after are taken as well, for clocks that
// disagree; none up to last is, so that a code that somebody looked on at is good once.
func CheckCode(secret, code string, now time.Time, last int64) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	at := now.Unix() / int64(period/time.Second)
	for _, step := range []int64{at, at - 1, at + 1} {
		if step <= last || step < 0 {
			continue
		}
		want, err := hotp.GenerateCode(secret, uint64(step))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

const recoveryCodes = 10

// NewRecovery draws the codes that stand in for a lost authenticator, each good once, and gives the form in which they are kept.
// A code has 80 random bits, so that nothing slower than SHA-256 is needed.
func NewRecovery(random io.Reader) (codes, hashes []string, err error) {
	for range recoveryCodes {
		var b [10]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return nil, nil, fmt.Errorf("draw recovery codes: %w", err)
		}
		text := strings.ToLower(base32.StdEncoding.EncodeToString(b[:])) // 16 characters
		code := text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
		codes, hashes = append(codes, code), append(hashes, recoveryHash(code))
	}
	return codes, hashes, nil
}

func recoveryHash(code string) string {
	code = strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
	sum := sha256.Sum256([]byte("recovery " + code))
	return hex.EncodeToString(sum[:])
}

// UseRecovery gives the hashes that are left once a code is used; false: it is none of them.
func UseRecovery(hashes []string, code string) (left []string, ok bool) {
	i := slices.Index(hashes, recoveryHash(code))
	if i < 0 {
		return hashes, false
	}
	return slices.Delete(slices.Clone(hashes), i, i+1), true
}
