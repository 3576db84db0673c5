package study_test

import (
	"strings"
	"testing"
	"time"

	"rekindle/protocols"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

func fromFile(t *testing.T, name string) (string, *study.Protocol) {
	t.Helper()
	text, err := protocols.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := study.Read(name, strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text), p
}

func TestProtocolInAnotherLanguage(t *testing.T) {
	_, p := fromFile(t, "kiser2024.toml")
	es := study.In("es", *p)
	if p.Arms[0].Description == es.Arms[0].Description || !strings.HasPrefix(es.Arms[0].Description, "Usted está") || es.Consent[0].Questions[0].Choices[2] != "El azar" ||
		es.Coaching.Frameworks[0].Steps[0] != "Presentaciones" || es.Contact.Name != "Oficina del ensayo de coaching" || es.Visits[1].Name != "3 meses" {
		t.Errorf("in Spanish: %+v", es.Arms[0])
	}
	if again := study.In("en", *p); again.Title != p.Title || p.Consent[0].Questions[0].Choices[2] != "Chance does" {
		t.Error("speaking another language changes the protocol")
	}
	if es.Arms[0].ID != p.Arms[0].ID || es.Consent[0].Questions[0].Answer != 2 || es.Digest() != p.Digest() {
		t.Error("more than words is translated")
	}
	if m := study.In("es", p.Messages[0]); !strings.HasPrefix(m.Body, "Hola") || study.In("de", p.Messages[0]).Subject != p.Messages[0].Subject {
		t.Errorf("one message in Spanish: %q", m.Body)
	}
	said := study.Translations("es", p)
	if !said["3 meses"] || said["3 months"] || !said["El azar"] {
		t.Error("the translations are not those of the file")
	}
}

// Both protocols that ship say everything in Spanish.
func TestShippedProtocolsAreTranslated(t *testing.T) {
	for _, name := range []string{"kiser2024.toml", "dyrbye2019.toml"} {
		_, p := fromFile(t, name)
		for _, found := range study.Check(p, instrument.Catalogue()) {
			if strings.HasSuffix(found.Field, "_es") {
				t.Errorf("%s", found)
			}
		}
	}
}

// What is wrong with a translation is named with its file, line and key.
func TestMistakesInTranslations(t *testing.T) {
	text, _ := fromFile(t, "kiser2024.toml")
	for name, c := range map[string]struct{ old, new, line, want string }{
		"missing":          {"name_es = \"3 meses\"\n", "", "visit[month3].name_es", `not said in "es"`},
		"unknown language": {"name_es = \"3 meses\"", "name_xx = \"3\"", "visit[month3].name_xx", `known are "es"`},
		"its own language": {"name_es = \"3 meses\"", "name_en = \"3\"", "visit[month3].name_en", `the protocol itself is in "en"`},
		"not for telling":  {"name_es = \"3 meses\"", "anchor_es = \"azar\"", "visit[month3].anchor_es", "no such key"},
		"wrong type":       {"name_es = \"3 meses\"", "name_es = 3", "visit[month3].name_es", "text in quotes"},
		"empty":            {"name_es = \"3 meses\"", "name_es = \" \"", "visit[month3].name_es", "translation is empty"},
		"a choice too few": {`choices_es = ["Usted", "La oficina del programa", "El azar"]`, `choices_es = ["Usted", "El azar"]`, "consent[1].question[1].choices_es", "2 translations"},
		"an unknown word":  {"Hola, {{name}}:\n\nLe invitamos", "Hola, {{nombre}}:\n\nLe invitamos", "message[announcement].body_es", "{{nombre}}"},
		"a lost link":      {"abre una encuesta de unos diez minutos: \\\n{{link}}", "abre una encuesta.", "message[announcement].body_es", "where to answer"},
	} {
		if strings.Count(text, c.old) != 1 {
			t.Fatalf("%s: the file has %q %d times", name, c.old, strings.Count(text, c.old))
		}
		p, err := study.Read("kiser2024.toml", strings.NewReader(strings.Replace(text, c.old, c.new, 1)))
		if p == nil {
			t.Fatalf("%s: %v", name, err)
		}
		found := study.Check(p, instrument.Catalogue()).Error()
		if !strings.Contains(found, c.line) || !strings.Contains(found, c.want) || !strings.Contains(found, "kiser2024.toml line ") {
			t.Errorf("%s: no %q with %q in\n%s", name, c.line, c.want, found)
		}
	}
}

func TestDaysInAnotherLanguage(t *testing.T) {
	day := time.Date(2021, 8, 4, 0, 0, 0, 0, time.UTC)
	for language, want := range map[string]string{"en": "Wednesday, August 4, 2021", "es": "miércoles, 4 de agosto de 2021"} {
		if got := study.WeekdayIn(language, day); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}
