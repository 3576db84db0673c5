package notebook_test

import (
	"bytes"
	"strings"
	"testing"

	"rekindle/platform/notebook"
	"rekindle/problem"
)

func TestNotebook(t *testing.T) {
	const secretText = "She thinks of leaving her department."
	k, code, err := notebook.New("a quiet passphrase")
	if err != nil {
		t.Fatal(err)
	}
	note, err := k.Seal([]byte(secretText))
	if err != nil || bytes.Contains(note, []byte("leaving")) {
		t.Fatalf("%q, %v", note, err)
	}
	reads := func(r notebook.Reader, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := r.Open(note); err != nil || string(plain) != secretText {
			t.Errorf("%q, %v", plain, err)
		}
	}
	r, err := k.Open("a quiet passphrase")
	reads(r, err)
	reads(k.Recover(" " + strings.ToLower(strings.ReplaceAll(code, "-", " "))))
	for name, open := range map[string]func() (notebook.Reader, error){
		"another passphrase": func() (notebook.Reader, error) { return k.Open("a quiet passphrasf") },
		"the code as one":    func() (notebook.Reader, error) { return k.Open(code) },
		"no passphrase":      func() (notebook.Reader, error) { return k.Open("") },
		"another code":       func() (notebook.Reader, error) { return k.Recover(strings.Repeat("A", 26)) },
	} {
		if _, err := open(); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}

	secret, lent, err := r.Lend()
	if err != nil || bytes.Contains(lent, []byte("AGE-SECRET")) || strings.Contains(notebook.Hash(secret), secret) {
		t.Fatal(err)
	}
	reads(notebook.Borrow(secret, lent))
	if _, err := notebook.Borrow(secret+"x", lent); !problem.Is(err, problem.Invalid) {
		t.Errorf("another browser: %v", err)
	}

	changed, code2, err := r.Wrap("another passphrase")
	if err != nil || code2 == code {
		t.Fatal(err)
	}
	reads(changed.Open("another passphrase"))
	reads(changed.Recover(code2))
	if _, err := changed.Recover(code); !problem.Is(err, problem.Invalid) {
		t.Errorf("the code before: %v", err)
	}

	other, _, err := notebook.New("somebody else's")
	if err != nil {
		t.Fatal(err)
	}
	swapped := k
	swapped.Recipient = other.Recipient
	if _, err := swapped.Open("a quiet passphrase"); !problem.Is(err, problem.Conflict) {
		t.Errorf("a writing half that was put in its place: %v", err)
	}
	theirs, err := other.Open("somebody else's")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.Open(note); !problem.Is(err, problem.Unavailable) {
		t.Errorf("another's key: %v", err)
	}
}
