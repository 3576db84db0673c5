// Package vault keeps what tells who somebody is unreadable to whoever has only the database: names, addresses, roster
// columns, mail.
//
// A column's value is sealed with AES-256-GCM under a key that is named in it, bound to the table, column and row where
// it stands, so that it cannot be moved to another. Keys can be changed without stopping: new values take the newest
// key, old ones still open. An equal value is found by its digest (HMAC-SHA-256), which tells nothing without the key.
//
// It is not a place: values stand in the store's tables, keys in a file outside of the database. It does not protect
// from somebody who has both. It serves the paper's promise that participation and answers were confidential.
package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"rekindle/problem"
)

// Vault is a set of keys. It is safe for concurrent use.
type Vault struct {
	// Reread gives the keys as they stand in their file now; nil: they are those that were read. A value under a key that is not known
	// yet, because another process has rotated, has them read again. It is set before the vault is used.
	Reread func() (string, error)

	mu      sync.RWMutex
	current uint32
	secrets map[uint32][]byte
	sealers map[uint32]cipher.AEAD
	lookup  []byte
}

const keySize = 32

// New draws the first keys from random.
func New(random io.Reader) (*Vault, error) {
	v := &Vault{secrets: map[uint32][]byte{}, sealers: map[uint32]cipher.AEAD{}, lookup: make([]byte, keySize)}
	if _, err := io.ReadFull(random, v.lookup); err != nil {
		return nil, fmt.Errorf("draw the vault's keys: %w", err)
	}
	return v, v.Rotate(random)
}

// Rotate adds a key, which seals from now on. What was sealed before still opens, until its key is forgotten.
func (v *Vault) Rotate(random io.Reader) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	secret := make([]byte, keySize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return fmt.Errorf("draw the vault's keys: %w", err)
	}
	if err := v.add(v.current+1, secret); err != nil {
		return err
	}
	v.current++
	return nil
}

// Forget drops every key but the one that seals now: what others have sealed can never be opened again.
func (v *Vault) Forget() (forgotten int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for id := range v.secrets {
		if id != v.current {
			delete(v.secrets, id)
			delete(v.sealers, id)
			forgotten++
		}
	}
	return forgotten
}

// Keys gives how many keys there are, and the number of the one that seals.
func (v *Vault) Keys() (n int, current uint32) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.secrets), v.current
}

// Refresh reads the keys again, and reports whether they are others.
func (v *Vault) Refresh() (changed bool, err error) {
	if v.Reread == nil {
		return false, nil
	}
	text, err := v.Reread()
	if err != nil {
		return false, err
	}
	fresh, err := Parse(text)
	if err != nil {
		return false, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !bytes.Equal(fresh.lookup, v.lookup) || fresh.current < v.current {
		return false, problem.New(problem.Unavailable, "the file of the vault's keys was changed to one of another study, or an older one").Instead("Restore keys/vault.key from a backup")
	}
	changed = fresh.current != v.current || len(fresh.secrets) != len(v.secrets)
	v.current, v.secrets, v.sealers = fresh.current, fresh.secrets, fresh.sealers
	return changed, nil
}

// sealer gives the cipher of a key, which may be one that another process has added.
func (v *Vault) sealer(id uint32) cipher.AEAD {
	v.mu.RLock()
	known := v.sealers[id]
	v.mu.RUnlock()
	if known != nil || v.Reread == nil {
		return known
	}
	if _, err := v.Refresh(); err != nil {
		return nil
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.sealers[id]
}

func (v *Vault) add(id uint32, secret []byte) error {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return err
	}
	sealer, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return err
	}
	v.secrets[id], v.sealers[id] = secret, sealer
	return nil
}

// keyring is the vault's text form.
type keyring struct {
	Current uint32            `json:"current"`
	Keys    map[uint32]string `json:"keys"` // base64 of 32 bytes each
	Lookup  string            `json:"lookup"`
}

// Secret gives all keys as text, to keep in a file that nobody else can read.
func (v *Vault) Secret() string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	ring := keyring{Current: v.current, Keys: map[uint32]string{}, Lookup: base64.StdEncoding.EncodeToString(v.lookup)}
	for id, secret := range v.secrets {
		ring.Keys[id] = base64.StdEncoding.EncodeToString(secret)
	}
	text, err := json.MarshalIndent(ring, "", "  ")
	if err != nil {
		panic(err) // numbers and texts can always be written
	}
	return string(text) + "\n"
}

// Parse reads what Secret gave.
func Parse(secret string) (*Vault, error) {
	unreadable := func(why string, cause error) error {
		return problem.New(problem.Unavailable, "the vault's keys cannot be read: %s", why).
			Instead("Restore keys/vault.key from a backup: without it nobody can be written to").Because(cause)
	}
	var ring keyring
	if err := json.Unmarshal([]byte(secret), &ring); err != nil {
		return nil, unreadable("the file is damaged", err)
	}
	v := &Vault{current: ring.Current, secrets: map[uint32][]byte{}, sealers: map[uint32]cipher.AEAD{}}
	for id, text := range ring.Keys {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) != keySize {
			return nil, unreadable(fmt.Sprintf("key %d is damaged", id), err)
		}
		if err := v.add(id, raw); err != nil {
			return nil, unreadable(fmt.Sprintf("key %d is damaged", id), err)
		}
	}
	var err error
	if v.lookup, err = base64.StdEncoding.DecodeString(ring.Lookup); err != nil || len(v.lookup) != keySize {
		return nil, unreadable("the lookup key is damaged", err)
	}
	if v.sealers[v.current] == nil {
		return nil, unreadable("the current key is missing", nil)
	}
	return v, nil
}

// A sealed value is a byte for its form, four for its key, then nonce and ciphertext as GCM gives them.
const (
	form   = 1
	header = 1 + 4
)

// Seal hides a value that will stand in the row of a table's column. The same value is sealed differently each time.
func (v *Vault) Seal(plain []byte, table, column, row string) []byte {
	v.mu.RLock()
	defer v.mu.RUnlock()
	head := v.header()
	return v.sealers[v.current].Seal(head, nil, plain, place(head, table, column, row))
}

// Open gives a value back. One that was changed, or that was sealed for another place or by another vault, is a
// problem.Unavailable.
func (v *Vault) Open(sealed []byte, table, column, row string) ([]byte, error) {
	id, ok := keyOf(sealed)
	var sealer cipher.AEAD
	if ok {
		sealer = v.sealer(id)
	}
	if sealer == nil {
		return nil, problem.New(problem.Unavailable, "a value of %s.%s was sealed with a key that is not here (%d)", table, column, id).
			Instead("Restore keys/vault.key from the backup that belongs to this database")
	}
	plain, err := sealer.Open(nil, nil, sealed[header:], place(sealed[:header], table, column, row))
	if err != nil {
		return nil, problem.New(problem.Unavailable, "a sealed value of %s.%s was changed or moved", table, column).
			Instead("Run 'rekindle audit verify' and compare with a backup").Because(err)
	}
	return plain, nil
}

// Header is how every value begins that the newest key has sealed.
func (v *Vault) Header() []byte {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.header()
}

func (v *Vault) header() []byte { return binary.BigEndian.AppendUint32([]byte{form}, v.current) }

func keyOf(sealed []byte) (id uint32, ok bool) {
	if len(sealed) < header || sealed[0] != form {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:header]), true
}

// place is what a value is bound to, each part with its length, so that no two places have one text.
func place(head []byte, parts ...string) []byte {
	bound := append([]byte(nil), head...)
	for _, part := range parts {
		bound = binary.BigEndian.AppendUint64(bound, uint64(len(part)))
		bound = append(bound, part...)
	}
	return bound
}

// Digest gives 64 hexadecimal digits that are the same for equal values of a kind and tell nothing of the value: to
// find an address, to keep one address once, and to stand for a value in the audit trail. Bring values to one spelling
// first. The kind keeps equal texts of different meaning apart.
func (v *Vault) Digest(kind, value string) string {
	mac := hmac.New(sha256.New, v.lookup)
	mac.Write(place(nil, kind, value))
	return hex.EncodeToString(mac.Sum(nil))
}
