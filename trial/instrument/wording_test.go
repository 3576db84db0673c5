package instrument_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"testing/fstest"

	"rekindle/problem"
	"rekindle/trial/instrument"
)

// pack is a whole wording pack for phq2 in the words of a test.
const pack = `instrument = "phq2"
version = "2003"
language = "en"
holder = "A holder"
terms = "for the test"
permission = "letter of 2021-06-01, file 7"
notice = "Used with permission."
stem = "How often?"

[items]
PH1 = "First text"
PH2 = "Second text"

[labels.phq4]
0 = "zero"
1 = "one"
2 = "two"
3 = "three"
`

func TestReadWording(t *testing.T) {
	w, err := instrument.ReadWording("phq2.toml", []byte(pack))
	if err != nil {
		t.Fatal(err)
	}
	it, _ := find(t, "phq2").FindItem("PH2")
	if w.Text("PH2") != "Second text" || w.Label(it, "3") != "three" || w.StemOf(it) != "How often?" || w.Notice != "Used with permission." || w.Demonstration {
		t.Errorf("%+v", w)
	}
	sum := sha256.Sum256([]byte(pack))
	if w.SHA256 != hex.EncodeToString(sum[:]) || w.FileName() != "phq2.en.toml" {
		t.Errorf("%s %s", w.SHA256, w.FileName())
	}
}

func TestReadWordingRefuses(t *testing.T) {
	cases := []struct{ name, old, new, want string }{
		{"another version", `"2003"`, `"1999"`, `version: the pack is for version "1999". phq2 here is version "2003"`},
		{"an unknown instrument", `"phq2"`, `"phq9"`, `no instrument "phq9"`},
		{"no language", `"en"`, `"../en"`, `"../en" is not a language`},
		{"no holder", `holder = "A holder"`, ``, "holder: the text is missing"},
		{"no proof", `permission = "letter of 2021-06-01, file 7"`, `permission = " "`, "permission: the text is missing"},
		{"no notice", `notice = "Used with permission."`, ``, "notice: the text is missing"},
		{"an item without text", `PH2 = "Second text"`, ``, "items.PH2: the text is missing"},
		{"an unknown item", `PH2 = "Second text"`, "PH2 = \"x\"\nPH3 = \"y\"", "items.PH3: phq2 has no item"},
		{"a code without label", `3 = "three"`, ``, "labels.phq4.3: the text is missing"},
		{"an unknown code", `3 = "three"`, "3 = \"x\"\n4 = \"y\"", `labels.phq4: the scale has no code "4"`},
		{"an unknown scale", `[labels.phq4]`, "[labels.other]\n0 = \"x\"\n[labels.phq4]", "labels.other: phq2 has no such scale"},
		{"an unknown subscale", `[items]`, "[stems]\nX = \"x\"\n[items]", "stems.X: phq2 has no such subscale"},
		{"an unknown key", `terms =`, "colour = \"red\"\nterms =", "colour: there is no such key"},
		{"a control character", `"First text"`, `"First \u0007"`, "items.PH1: the text has control characters"},
		{"a long text", `First text`, strings.Repeat("x", 2001), "items.PH1: the text is too long"},
		{"a broken line", `PH1 = "First text"`, `PH1 = "First text`, "p.toml line 11 column"},
		{"a key twice", `PH1 = "First text"`, "PH1 = \"a\"\nPH1 = \"b\"", "p.toml line 12"},
		{"another type", `"First text"`, `7`, "p.toml"},
		{"Latin-1", `First text`, "caf\xe9", "is not UTF-8"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(pack, c.old, c.new, 1)
			if text == pack {
				t.Fatalf("%q is not in the pack", c.old)
			}
			w, err := instrument.ReadWording("p.toml", []byte(text))
			if err == nil || !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "p.toml") {
				t.Errorf("%v, %v, want %q", w, err, c.want)
			}
		})
	}
}

// Both languages have every text and label of every instrument; only where the words belong to an owner are they marked.
func TestOwnWordingIsComplete(t *testing.T) {
	mark := map[string]string{"en": "Demonstration wording", "es": "Texto de demostración"}
	for _, in := range instrument.All() {
		texts := map[string]string{}
		for _, lang := range instrument.Languages() {
			w, err := instrument.OwnWording(in, lang)
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range in.Items {
				if w.Text(it.ID) == "" || w.Text(it.ID) == texts[it.ID] {
					t.Errorf("%s %s: text %q", it.ID, lang, w.Text(it.ID))
				}
				texts[it.ID] = w.Text(it.ID)
				for _, c := range it.Scale.Codes {
					if w.Label(it, c.Code) == "" {
						t.Errorf("%s %s: no label for %s", it.ID, lang, c.Code)
					}
				}
			}
			if owned := in.Licence.Wording != instrument.OwnWords; w.Demonstration != owned || strings.Contains(w.Notice, mark[lang]) != owned {
				t.Errorf("%s %s: demonstration %v, notice %q", in.ID, lang, w.Demonstration, w.Notice)
			}
		}
	}
}

func TestWordingsOf(t *testing.T) {
	ws, err := instrument.ReadWordings(fstest.MapFS{"phq2.en.toml": {Data: []byte(pack)}})
	if err != nil {
		t.Fatal(err)
	}
	phq2 := find(t, "phq2")
	if w, err := ws.Of(phq2, "en"); err != nil || w.Text("PH1") != "First text" {
		t.Errorf("%v %v", w, err)
	}
	if w, err := ws.Of(phq2, "es"); err != nil || !w.Demonstration {
		t.Errorf("%v %v", w, err)
	}
	if _, err := ws.Of(phq2, "fr"); !problem.Is(err, problem.NotFound) {
		t.Errorf("French: %v", err)
	}
	if none, err := instrument.ReadWordings(fstest.MapFS{}); err != nil || len(none.All()) != 0 {
		t.Errorf("%v %v", none, err)
	}
	if _, err := instrument.ReadWordings(fstest.MapFS{"pfi16.en.toml": {Data: []byte(pack)}}); err == nil || !strings.Contains(err.Error(), "wrong file") {
		t.Errorf("%v", err)
	}
}

// A template filled in is a pack.
func TestTemplateFilledInIsAPack(t *testing.T) {
	for _, in := range instrument.All() {
		text := instrument.Template(in, "en")
		if _, err := instrument.ReadWording("t.toml", []byte(text)); err == nil {
			t.Errorf("%s: the empty template was accepted", in.ID)
		}
		if _, err := instrument.ReadWording("t.toml", []byte(strings.ReplaceAll(text, `""`, `"words"`))); err != nil {
			t.Errorf("%s: %v", in.ID, err)
		}
	}
}

func FuzzReadWording(f *testing.F) {
	f.Add([]byte(pack))
	f.Add([]byte("instrument = 1"))
	f.Add([]byte("[labels]\nphq4 = \"x\""))
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := instrument.ReadWording("p.toml", data)
		if (w == nil) == (err == nil) {
			t.Errorf("%v, %v", w, err)
		}
	})
}
