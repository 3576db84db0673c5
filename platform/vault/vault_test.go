package vault_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rekindle/platform/vault"
	"rekindle/problem"
)

func newVault(t testing.TB) *vault.Vault {
	t.Helper()
	v, err := vault.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealAndOpen(t *testing.T) {
	v := newVault(t)
	rapid.Check(t, func(r *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(r, "plain")
		table, column, row := rapid.String().Draw(r, "table"), rapid.String().Draw(r, "column"), rapid.String().Draw(r, "row")
		sealed := v.Seal(plain, table, column, row)
		if len(plain) > 8 && bytes.Contains(sealed, plain) {
			r.Fatal("the value can be read")
		}
		if again := v.Seal(plain, table, column, row); bytes.Equal(again, sealed) {
			r.Fatal("sealed twice it is the same")
		}
		opened, err := v.Open(sealed, table, column, row)
		if err != nil || !bytes.Equal(opened, plain) {
			r.Fatalf("opened %q, %v", opened, err)
		}
		for _, place := range [][3]string{{table + "x", column, row}, {table, column + "x", row}, {table, column, row + "x"}, {table + column, "", row}} {
			if place == [3]string{table, column, row} {
				continue
			}
			if _, err := v.Open(sealed, place[0], place[1], place[2]); !problem.Is(err, problem.Unavailable) {
				r.Fatalf("opened at %q: %v", place, err)
			}
		}
		bad := bytes.Clone(sealed)
		bad[rapid.IntRange(0, len(bad)-1).Draw(r, "at")] ^= rapid.ByteRange(1, 255).Draw(r, "by")
		if _, err := v.Open(bad, table, column, row); !problem.Is(err, problem.Unavailable) {
			r.Fatalf("opened after a change: %v", err)
		}
		cut := sealed[:rapid.IntRange(0, len(sealed)-1).Draw(r, "cut")]
		if _, err := v.Open(cut, table, column, row); !problem.Is(err, problem.Unavailable) {
			r.Fatalf("opened after a cut: %v", err)
		}
	})
}

func TestRotate(t *testing.T) {
	v := newVault(t)
	old := v.Seal([]byte("kim@example.org"), "identity", "sealed", "7KDW-Q3MX")
	digest := v.Digest("email", "kim@example.org")
	if err := v.Rotate(rand.Reader); err != nil {
		t.Fatal(err)
	}
	again, err := vault.Parse(v.Secret())
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]*vault.Vault{"rotated": v, "read back": again} {
		fresh := v.Seal([]byte("kim@example.org"), "identity", "sealed", "7KDW-Q3MX")
		for _, sealed := range [][]byte{old, fresh} {
			if plain, err := v.Open(sealed, "identity", "sealed", "7KDW-Q3MX"); err != nil || string(plain) != "kim@example.org" {
				t.Errorf("%s: %q, %v", name, plain, err)
			}
		}
		if bytes.HasPrefix(old, v.Header()) || !bytes.HasPrefix(fresh, v.Header()) {
			t.Errorf("%s: what is stale cannot be told by its beginning", name)
		}
		if v.Digest("email", "kim@example.org") != digest {
			t.Errorf("%s: the digest is another", name)
		}
	}
	if _, err := newVault(t).Open(old, "identity", "sealed", "7KDW-Q3MX"); !problem.Is(err, problem.Unavailable) {
		t.Errorf("another vault opened it: %v", err)
	}
}

func TestDigest(t *testing.T) {
	v, other := newVault(t), newVault(t)
	seen := map[string]string{}
	for _, of := range [][2]string{{"email", "a@b"}, {"email", "a@c"}, {"name", "a@b"}, {"emaila", "@b"}, {"", ""}} {
		d := v.Digest(of[0], of[1])
		if len(d) != 64 || seen[d] != "" || d == other.Digest(of[0], of[1]) {
			t.Errorf("digest of %v: %s, as %s", of, d, seen[d])
		}
		seen[d] = of[0] + of[1]
	}
}

func TestParseDamaged(t *testing.T) {
	good := newVault(t).Secret()
	for _, bad := range []string{"", "{}", "null", good[:len(good)/2], strings.Replace(good, `"current": 1`, `"current": 2`, 1),
		strings.Replace(good, `"1": "`, `"1": "AA`, 1), strings.Replace(good, `"lookup": "`, `"lookup": "!`, 1)} {
		if _, err := vault.Parse(bad); !problem.Is(err, problem.Unavailable) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := vault.New(strings.NewReader("short")); err == nil {
		t.Error("keys were drawn from nothing")
	}
}

func TestSecretFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.key")
	if _, err := vault.ReadSecret(path); !problem.Is(err, problem.NotFound) {
		t.Errorf("no file: %v", err)
	}
	if err := vault.WriteSecret(path, "secret"); err != nil {
		t.Fatal(err)
	}
	if err := vault.WriteSecret(path, "another"); !problem.Is(err, problem.Unavailable) || !errors.Is(err, os.ErrExist) {
		t.Errorf("written over: %v", err)
	}
	if text, err := vault.ReadSecret(path); err != nil || text != "secret" {
		t.Errorf("%q, %v", text, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.ReadSecret(path); !problem.Is(err, problem.Unavailable) || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("readable by the group: %v", err)
	}
	if err := vault.WriteSecret(filepath.Join(path, "none"), "x"); !problem.Is(err, problem.Unavailable) {
		t.Errorf("no directory: %v", err)
	}
}
