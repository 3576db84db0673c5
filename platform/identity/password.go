package identity

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"rekindle/problem"
)

// The cost of argon2id: OWASP's first choice, 19 MiB, two passes, one lane. Hashes carry their cost, so that it can be raised.
const (
	memory   = 19 * 1024 // KiB
	passes   = 2
	lanes    = 1
	saltSize = 16
	hashSize = 32
)

// hashing bounds how many passwords are hashed at once: each takes its memory.
var hashing = make(chan struct{}, 4)

func argon(password string, salt []byte, passes, memory uint32, lanes uint8) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, hashSize)
}

// HashPassword gives the form in which a password is kept: argon2id with a random salt, in PHC's notation.
func HashPassword(random io.Reader, password string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("draw a salt: %w", err)
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes, b64.EncodeToString(salt), b64.EncodeToString(argon(password, salt, passes, memory, lanes))), nil
}

// nobodysPassword is what a password is compared with where there is no such account, so that the answer takes as long.
const nobodysPassword = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// IsPassword reports whether a password is the one that was hashed. An empty or damaged hash is nobody's, and takes as long.
func IsPassword(hash, password string) bool {
	if hash == "" {
		hash = nobodysPassword
	}
	var version int
	var m, t uint32
	var p uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &m, &t, &p); err != nil || version != argon2.Version || t == 0 || p == 0 || m > 1<<20 || t > 64 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) != hashSize || len(password) > longestPassword {
		return false
	}
	return subtle.ConstantTimeCompare(argon(password, salt, t, m, p), want) == 1
}

const (
	shortestPassword = 12  // characters
	longestPassword  = 256 // bytes
)

// CheckPassword refuses a password that is short, simple, or made of what others know about the person: their name and address. It asks
// for no special characters: they make passwords no harder to guess, only to remember (NIST SP 800-63B).
func CheckPassword(password string, known ...string) error {
	refuse := func(message, remedy string) error {
		return problem.New(problem.Invalid, "%s", message).On("password").Instead("%s", remedy)
	}
	lower := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password) || len(password) > longestPassword:
		return refuse("The password is too long", "Take at most 256 characters.")
	case utf8.RuneCountInString(password) < shortestPassword:
		return refuse("The password is too short", "Take at least 12 characters; a few words that do not belong together are easy to keep in mind.")
	case simple(lower):
		return refuse("The password is too simple", "Take a few words that do not belong together.")
	}
	rest := lower
	for _, text := range known {
		for _, part := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" @.,;-_", r) }) {
			if utf8.RuneCountInString(part) >= 3 {
				rest = strings.ReplaceAll(rest, part, "")
			}
		}
	}
	if utf8.RuneCountInString(rest) < shortestPassword/2 {
		return refuse("The password is made of what others know", "Leave out your name, your address and the name of the study.")
	}
	return nil
}

// simple reports whether a text of at least 12 characters is among the first that are tried: few different characters, a walk over
// the keyboard or the alphabet, or a common word with digits around it.
func simple(lower string) bool {
	kinds := []rune(lower)
	slices.Sort(kinds)
	if len(slices.Compact(kinds)) < 5 {
		return true
	}
	for _, walk := range []string{"abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "1qaz2wsx3edc4rfv5tgb", "1q2w3e4r5t6y7u8i9o0p"} {
		back := []byte(walk)
		slices.Reverse(back)
		for _, w := range []string{walk, string(back)} {
			if strings.Contains(w, lower) || len(lower) >= 8 && strings.Contains(w, lower[:8]) && strings.Trim(lower[8:], w+"0123456789!") == "" {
				return true
			}
		}
	}
	bare := strings.Trim(lower, "0123456789!.?*#$@-_ ")
	return slices.Contains([]string{"password", "passwordpassword", "passphrase", "letmein", "letmeinplease", "welcome", "iloveyou", "administrator", "changeme", "changemenow",
		"correcthorsebatterystaple", "correct horse battery staple", "hospital", "medicine", "physician", "rekindle", "coaching", "trustno", "qwerty", "monkey", "dragon", "sunshine", "princess", "football", "baseball"}, bare)
}
