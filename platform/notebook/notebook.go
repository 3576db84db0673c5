// Package notebook seals what somebody writes for themself alone, so that whoever has the database and every key of the program still
// cannot read it.
//
// A notebook has a key pair (age, X25519). The half that writes is stored open: writing needs no passphrase. The half that reads is stored
// wrapped twice, by a passphrase and by a recovery code, which are stored nowhere; while somebody reads it is lent to one browser, sealed with
// a secret that only that browser has.
//
// It does not protect from whoever changes the program while it runs, or looks at its memory: docs/decisions/0006-notes.md says what that
// means. It serves the paper's confidential coaching.
package notebook

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"filippo.io/age"

	"rekindle/problem"
)

// Key is what is stored of a notebook's key.
type Key struct {
	Recipient string // writes
	Wrapped   []byte // reads, by the passphrase
	Recovery  []byte // reads, by the recovery code
}

// Reader is the half of a key that reads.
type Reader struct{ identity *age.X25519Identity }

// How long scrypt works on a guess: 2 to this power. A passphrase needs it; a recovery code has 125 random bits.
const (
	passphraseWork = 16
	recoveryWork   = 10
)

// New makes a key, and gives the recovery code, which is shown once.
func New(passphrase string) (k Key, code string, err error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return k, "", err
	}
	return Reader{identity}.Wrap(passphrase)
}

// Wrap gives the key of a reader under another passphrase, with a new recovery code. Earlier ones open it no more.
func (r Reader) Wrap(passphrase string) (k Key, code string, err error) {
	code = rand.Text()[:25] // 125 bits
	k.Recipient = r.identity.Recipient().String()
	if k.Wrapped, err = wrap(r.identity.String(), passphrase, passphraseWork); err != nil {
		return k, "", err
	}
	k.Recovery, err = wrap(r.identity.String(), code, recoveryWork)
	return k, grouped(code), err
}

// grouped writes a code in groups that can be copied by hand.
func grouped(code string) string {
	var groups []string
	for len(code) > 0 {
		n := min(5, len(code))
		groups, code = append(groups, code[:n]), code[n:]
	}
	return strings.Join(groups, "-")
}

func wrap(secret, passphrase string, work int) ([]byte, error) {
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	to.SetWorkFactor(work)
	return sealed([]byte(secret), to)
}

func sealed(plain []byte, to age.Recipient) ([]byte, error) {
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// Open gives the reader that a passphrase opens.
func (k Key) Open(passphrase string) (Reader, error) {
	r, ok := k.unwrap(k.Wrapped, passphrase)
	if !ok {
		return r, problem.New(problem.Invalid, "This is not the passphrase of your notes").On("passphrase").Instead("Try again, or use the recovery code.")
	}
	return k.ours(r)
}

// Recover gives the reader that the recovery code opens, however it is written.
func (k Key) Recover(code string) (Reader, error) {
	plain := strings.ToUpper(strings.Map(func(r rune) rune {
		if strings.ContainsRune("- \t\r\n", r) {
			return -1
		}
		return r
	}, code))
	r, ok := k.unwrap(k.Recovery, plain)
	if !ok {
		return r, problem.New(problem.Invalid, "This is not the recovery code of your notes").On("recovery").Instead("It has 25 letters and digits, and was shown when you set the passphrase.")
	}
	return k.ours(r)
}

func (k Key) unwrap(file []byte, secret string) (r Reader, ok bool) {
	by, err := age.NewScryptIdentity(secret)
	if err != nil {
		return r, false
	}
	by.SetMaxWorkFactor(passphraseWork)
	plain, err := age.Decrypt(bytes.NewReader(file), by)
	if err != nil {
		return r, false
	}
	text, err := io.ReadAll(plain)
	if err != nil {
		return r, false
	}
	r.identity, err = age.ParseX25519Identity(string(text))
	return r, err == nil
}

// ours refuses a key whose halves do not belong together: somebody has put another writing half in its place, to read what is written.
func (k Key) ours(r Reader) (Reader, error) {
	if r.identity.Recipient().String() != k.Recipient {
		return Reader{}, problem.New(problem.Conflict, "The key that writes your notes is not yours any more").
			Instead("Somebody has changed the database. Write no more notes, and tell the study's owner.")
	}
	return r, nil
}

// Seal hides a text, so that only the key's reader opens it.
func (k Key) Seal(plain []byte) ([]byte, error) {
	to, err := age.ParseX25519Recipient(k.Recipient)
	if err != nil {
		return nil, err
	}
	return sealed(plain, to)
}

// Open gives a sealed text back.
func (r Reader) Open(file []byte) ([]byte, error) {
	plain, err := age.Decrypt(bytes.NewReader(file), r.identity)
	if err != nil {
		return nil, problem.New(problem.Unavailable, "a note cannot be read with this key").Because(err)
	}
	return io.ReadAll(plain)
}

// Lend seals a reader with a secret that is drawn for one browser.
func (r Reader) Lend() (secret string, file []byte, err error) {
	secret = rand.Text() + rand.Text()
	box, err := boxOf(secret)
	if err != nil {
		return "", nil, err
	}
	return secret, box.Seal(nil, nil, []byte(r.identity.String()), nil), nil
}

// Borrow gives the reader back that was lent to the browser with the secret.
func Borrow(secret string, file []byte) (r Reader, err error) {
	box, err := boxOf(secret)
	if err != nil {
		return r, err
	}
	plain, err := box.Open(nil, nil, file, nil)
	if err != nil {
		return r, problem.New(problem.Invalid, "These notes were not opened here").Because(err)
	}
	r.identity, err = age.ParseX25519Identity(string(plain))
	return r, err
}

func boxOf(secret string) (cipher.AEAD, error) {
	key := sha256.Sum256([]byte("rekindle notes " + secret))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Hash is under what a lent reader is found, which tells nothing of the secret.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte("rekindle lent " + secret))
	return hex.EncodeToString(sum[:])
}
