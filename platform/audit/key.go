package audit

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"rekindle/problem"
)

// Key signs the heads of one study's trail (Ed25519). Whoever has its Public text can check the signatures.
type Key struct {
	signer note.Signer
	secret string
	public string
}

// NewKey draws a key from random.
func NewKey(random io.Reader) (*Key, error) {
	secret, _, err := note.GenerateKey(random, "rekindle-audit")
	if err != nil {
		return nil, fmt.Errorf("draw the audit key: %w", err)
	}
	return ParseKey(secret)
}

// ParseKey reads what Secret gave.
func ParseKey(secret string) (*Key, error) {
	secret = strings.TrimSpace(secret)
	unreadable := problem.New(problem.Unavailable, "the audit key cannot be read").
		Instead("Restore keys/audit.key from a backup; without it events are still recorded under no signature anybody trusts")
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, unreadable.Because(err)
	}
	// PRIVATE+KEY+name+hash+base64 of the algorithm's number and the seed
	parts := strings.Split(secret, "+")
	raw, err := base64.StdEncoding.DecodeString(strings.Join(parts[4:], "+"))
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return nil, unreadable.Because(err)
	}
	public, err := note.NewEd25519VerifierKey(signer.Name(), ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey))
	if err != nil {
		return nil, unreadable.Because(err)
	}
	return &Key{signer, secret, public}, nil
}

// Secret gives the key as one line to keep in a file that nobody else can read.
func (k *Key) Secret() string { return k.secret }

// Public gives the verifier's key as one line, to print and to publish.
func (k *Key) Public() string { return k.public }

// Checkpoint is a head of the tree: its first Size leaves have this root.
type Checkpoint struct {
	Size int64
	Root tlog.Hash
}

const origin = "rekindle audit trail"

func (c Checkpoint) text() string { return fmt.Sprintf("%s\n%d\n%s\n", origin, c.Size, c.Root) }

// Sign gives a checkpoint as a signed note (the form of transparency logs: origin, size, root, blank line, signature).
func (k *Key) Sign(c Checkpoint) (string, error) {
	signed, err := note.Sign(&note.Note{Text: c.text()}, k.signer)
	if err != nil {
		return "", fmt.Errorf("sign the audit trail: %w", err)
	}
	return string(signed), nil
}

// OpenCheckpoint checks a signed note against the verifier's key. Anything but the exact bytes that Sign makes is refused.
func OpenCheckpoint(public, signed string) (c Checkpoint, err error) {
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return c, fmt.Errorf("not a verifier's key: %w", err)
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return c, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != origin {
		return c, errors.New("not a checkpoint of an audit trail")
	}
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return c, err
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return c, err
	}
	// Base64 has spare bits that decoding ignores: write the note again and compare.
	exact := opened.Text + "\n"
	for _, s := range opened.Sigs {
		raw, err := base64.StdEncoding.DecodeString(s.Base64)
		if err != nil {
			return c, err
		}
		exact += fmt.Sprintf("— %s %s\n", s.Name, base64.StdEncoding.EncodeToString(raw))
	}
	if exact != signed || opened.Text != c.text() {
		return c, errors.New("not a checkpoint in its exact form")
	}
	return c, nil
}
