package audit_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"rekindle/platform/audit"
)

func newKey(t testing.TB) *audit.Key {
	t.Helper()
	key, err := audit.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var start = time.Date(2020, 9, 1, 8, 0, 0, 0, time.UTC)

func entry(t testing.TB, seq int64) audit.Entry {
	t.Helper()
	e, err := audit.Event{Actor: "kim", Role: "coordinator", Verb: "participant.invite", Object: fmt.Sprint("P", seq),
		New: map[string]any{"wave": seq % 2, "to": nil}, Reason: `said "now" & left`}.Enter(seq, start.Add(time.Duration(seq)*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// export writes a trail of n events with a checkpoint after every fourth and after the last.
func export(t testing.TB, key *audit.Key, n int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := audit.NewWriter(&b, key.Public(), n, int((n+3)/4))
	if err != nil {
		t.Fatal(err)
	}
	var tree audit.Tree
	for seq := range n {
		e := entry(t, seq)
		leaf := tlog.RecordHash(e.Leaf())
		tree.Append(leaf)
		if err := w.Event(e, leaf); err != nil {
			t.Fatal(err)
		}
		if tree.Size%4 == 0 || tree.Size == n {
			signed, err := key.Sign(audit.Checkpoint{Size: tree.Size, Root: tree.Root()})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Checkpoint(signed); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verify(t testing.TB, log []byte, public string) audit.Report {
	t.Helper()
	report, _, err := audit.VerifyLog(bytes.NewReader(log), public)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// The tree of the right edge alone must be tlog's tree over all hashes, for every size.
func TestTreeIsTlogs(t *testing.T) {
	var all []tlog.Hash
	reader := tlog.HashReaderFunc(func(positions []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(positions))
		for i, p := range positions {
			found[i] = all[p]
		}
		return found, nil
	})
	var tree audit.Tree
	for n := range int64(300) {
		leaf := []byte(fmt.Sprint("event ", n))
		want, err := tlog.StoredHashes(n, leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		got := tree.Append(tlog.RecordHash(leaf))
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("hashes stored for event %d differ", n)
		}
		all = append(all, got...)
		root, err := tlog.TreeHash(n+1, reader)
		if err != nil {
			t.Fatal(err)
		}
		if tree.Root() != root {
			t.Fatalf("root of %d events differs", n+1)
		}
		loaded, err := audit.Load(n+1, func(position int64) (tlog.Hash, error) { return all[position], nil })
		if err != nil || loaded != tree {
			t.Fatalf("edge loaded for %d events differs (%v)", n+1, err)
		}
	}
}

func TestLeaf(t *testing.T) {
	e, err := audit.Event{Actor: "7KDW-Q3MX", Role: "participant", Verb: "assessment.correct", Object: "7KDW-Q3MX",
		Old: map[string]any{"z": 1, "a": "<&>"}, New: struct {
			B int64   `json:"b"`
			A float64 `json:"a"`
		}{9007199254740993, 0.1}, Reason: "typed \u2028 wrong\xff"}.Enter(7, start)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"seq":7,"at":"2020-09-01T08:00:00.000000Z","actor":"7KDW-Q3MX","role":"participant","verb":"assessment.correct","object":"7KDW-Q3MX","old":{"a":"<&>","z":1},"new":{"a":0.1,"b":9007199254740993},"reason":"typed \u2028 wrong` + "�" + `"}`
	if got := string(e.Leaf()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	back, err := audit.ParseLeaf(e.Leaf())
	if err != nil || back != e {
		t.Errorf("read back %+v, %v", back, err)
	}
	for _, bad := range []audit.Event{
		{Role: "owner", Verb: "study.open"},
		{Actor: "kim", Verb: "study.open"},
		{Actor: "kim", Role: "owner"},
		{Actor: "kim", Role: "owner", Verb: "study.open", Reason: "a\x00b"},
		{Actor: "kim", Role: "owner", Verb: "study.open", New: func() {}},
	} {
		if _, err := bad.Enter(0, start); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func TestGenuineLog(t *testing.T) {
	key := newKey(t)
	for _, n := range []int64{0, 1, 3, 4, 5, 64, 67} {
		r := verify(t, export(t, key, n), key.Public())
		if len(r.Findings) > 0 || r.Events != n || r.Signed != n || r.Err() != nil {
			t.Errorf("%d events: %+v", n, r)
		}
	}
	again, err := audit.ParseKey(key.Secret() + "\n")
	if err != nil || again.Public() != key.Public() {
		t.Errorf("key read back: %v", err)
	}
}

// Each kind of change is found, and the finding names the first event concerned.
func TestTamperedLog(t *testing.T) {
	key, other := newKey(t), newKey(t)
	log := export(t, key, 20)
	lines := strings.SplitAfter(string(log), "\n")
	lines = lines[:len(lines)-1]
	line := func(seq int) int { return 1 + seq + seq/4 } // where an event stands
	join := func(l []string) []byte { return []byte(strings.Join(l, "")) }
	without := func(i, j int) []byte { return join(append(append([]string{}, lines[:i]...), lines[j:]...)) }
	change := func(i int, old, new string) []byte {
		l := append([]string{}, lines...)
		if l[i] = strings.Replace(l[i], old, new, 1); l[i] == lines[i] {
			t.Fatalf("line %d has no %q", i, old)
		}
		return join(l)
	}
	swapped := append([]string{}, lines...)
	swapped[line(5)], swapped[line(6)] = swapped[line(6)], swapped[line(5)]
	cases := []struct {
		name  string
		log   []byte
		first int64
	}{
		{"event changed", change(line(9), "P9", "P8"), 9},
		{"event and hash changed", rehash(t, lines, line(9), "P9", "P8"), 8}, // the checkpoint after 7 still fits
		{"time changed", change(line(9), "2020", "2021"), 9},
		{"order of keys", change(line(9), `"actor":"kim","role":"coordinator"`, `"role":"coordinator","actor":"kim"`), 9},
		{"space in a value", change(line(9), `"wave":1`, `"wave": 1`), 9},
		{"hash changed", change(line(9), `"hash":"`, `"hash":"A`), 9},
		{"dropped", without(line(9), line(10)), 9},
		{"first dropped", without(1, 2), 0},
		{"cut off", join(lines[:line(9)]), 9},
		{"cut off in a line", log[:len(log)-5], 20},
		{"swapped", join(swapped), 5},
		{"doubled", join(append(append([]string{}, lines[:line(9)+1]...), lines[line(9):]...)), 10},
		{"inserted", join(append(append([]string{}, lines[:line(9)]...), append([]string{strings.ReplaceAll(lines[line(9)], "P9", "PX")}, lines[line(9):]...)...)), 9},
		{"checkpoint dropped", without(line(4)-1, line(4)), 0},
		{"last checkpoint dropped", join(lines[:len(lines)-1]), 16},
		{"checkpoint changed", change(line(4)-1, `\n4\n`, `\n5\n`), 3},
		{"checkpoint doubled", join(append(append([]string{}, lines[:line(4)]...), lines[line(4)-1:]...)), 3},
		{"header's number", change(0, `"events":20`, `"events":21`), 20},
		{"header's smaller number", change(0, `"events":20`, `"events":19`), 0},
		{"header's key", change(0, key.Public(), other.Public()), 0},
		{"signed by another", export(t, other, 20), 0},
		{"text after the end", append(bytes.Clone(log), "{}\n"...), 20},
	}
	for _, c := range cases {
		r := verify(t, c.log, key.Public())
		if len(r.Findings) == 0 || r.Err() == nil {
			t.Errorf("%s: nothing found", c.name)
		} else if r.Findings[0].From != c.first {
			t.Errorf("%s: first finding is %v, want event %d", c.name, r.Findings[0], c.first)
		}
	}
	for _, text := range []string{"", "\n", "{}\n", `{"trail":"x"}` + "\n", "P;Q\n"} {
		if _, _, err := audit.VerifyLog(strings.NewReader(text), ""); err == nil {
			t.Errorf("%q was taken for a log", text)
		}
	}
}

// rehash changes an event and brings its hash in line, as somebody without the key could.
func rehash(t *testing.T, lines []string, i int, old, new string) []byte {
	t.Helper()
	l := append([]string{}, lines...)
	text := strings.Replace(l[i], old, new, 1)
	leaf := text[len(`{"event":`) : len(text)-len(`,"hash":""}`+"\n")-44]
	hash := tlog.RecordHash([]byte(leaf))
	l[i] = `{"event":` + leaf + `,"hash":"` + base64.StdEncoding.EncodeToString(hash[:]) + `"}` + "\n"
	return []byte(strings.Join(l, ""))
}

// Whatever one byte is changed to, wherever it stands, it is found; so is every byte that is dropped or put in.
func TestAnyByte(t *testing.T) {
	key := newKey(t)
	log := export(t, key, 9)
	rapid.Check(t, func(r *rapid.T) {
		i := rapid.IntRange(0, len(log)-1).Draw(r, "at")
		var bad []byte
		switch rapid.SampledFrom([]string{"change", "drop", "insert", "cut"}).Draw(r, "how") {
		case "change":
			bad = bytes.Clone(log)
			bad[i] ^= rapid.ByteRange(1, 255).Draw(r, "by")
		case "drop":
			bad = append(bytes.Clone(log[:i]), log[i+1:]...)
		case "insert":
			bad = append(append(bytes.Clone(log[:i]), rapid.Byte().Draw(r, "byte")), log[i:]...)
		case "cut":
			bad = log[:i]
		}
		if bytes.Equal(bad, log) {
			return
		}
		report, _, err := audit.VerifyLog(bytes.NewReader(bad), key.Public())
		if err == nil && len(report.Findings) == 0 {
			r.Fatalf("not found: %q", bad)
		}
	})
}

func FuzzVerifyLog(f *testing.F) {
	f.Add(export(f, newKey(f), 3))
	f.Add([]byte(`{"trail":"rekindle-audit-1","key":"","events":1,"checkpoints":0}` + "\n{\n"))
	f.Fuzz(func(t *testing.T, log []byte) {
		audit.VerifyLog(bytes.NewReader(log), "") // must not panic
	})
}

func BenchmarkVerifyLog(b *testing.B) {
	key := newKey(b)
	log := export(b, key, 10_000)
	b.SetBytes(int64(len(log)))
	for b.Loop() {
		if r := verify(b, log, key.Public()); len(r.Findings) > 0 {
			b.Fatal(r.Findings)
		}
	}
}
