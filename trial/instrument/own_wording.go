package instrument

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"rekindle/problem"
	"rekindle/trial/study"
)

//go:embed data/es/*.toml
var translated embed.FS

// translations are our own words in Spanish, in the form of wording packs. Like the registry they are part of the build.
var translations = sync.OnceValue(func() map[string]*Wording {
	all := map[string]*Wording{}
	for _, in := range All() {
		name := "data/es/" + in.ID + ".es.toml"
		data, err := translated.ReadFile(name)
		if err != nil {
			panic(err)
		}
		w, err := ReadWording(name, data)
		if err != nil {
			panic(err)
		}
		all[in.ID] = w
	}
	return all
})

// Languages gives the languages in which every instrument has our own words.
func Languages() []string { return slices.Clone(study.Languages) }

// OwnWording gives the descriptors in our own words. Where the instrument's text belongs to an owner they are marked
// as demonstration wording, and the notice says so.
func OwnWording(in *Instrument, language string) (*Wording, error) {
	var w Wording
	switch language {
	case "en":
		w = english(in)
	case "es":
		w = *translations()[in.ID]
	default:
		return nil, problem.New(problem.NotFound, "%s has no words in %s", in.ID, quote(language)).On("language").
			Instead("One of %s, or load a wording pack", strings.Join(Languages(), ", "))
	}
	w.SHA256 = ""
	w.Demonstration = in.Licence.Wording != OwnWords
	if w.Demonstration {
		w.Notice = fmt.Sprintf(demonstrationNotice[language], in.Name, in.Licence.Holder)
	}
	return &w, nil
}

var demonstrationNotice = map[string]string{
	"en": "Demonstration wording: short descriptions in our own words, not the text of the %s (%s).",
	"es": "Texto de demostración: descripciones breves en palabras propias, no el texto del instrumento %s (%s).",
}

// english makes a wording of the registry's descriptors.
func english(in *Instrument) Wording {
	w := Wording{
		Instrument: in.ID, Version: in.Version, Language: "en",
		Holder: "Rekindle", Terms: "own words", Permission: "not needed", Stem: in.Stem,
		Items: map[string]string{}, Labels: map[string]map[string]string{},
	}
	for _, it := range in.Items {
		w.Items[it.ID] = it.Descriptor
	}
	for _, s := range in.Scales {
		w.Labels[s.ID] = map[string]string{}
		for _, c := range s.Codes {
			w.Labels[s.ID][c.Code] = c.Label
		}
	}
	return w
}

// Template gives a wording pack to fill in: every key that is needed, with our own words as a comment.
func Template(in *Instrument, language string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Wording pack for %s. The text belongs to: %s.", in.Name, in.Licence.Holder)
	line("# Terms known to this program: %s", in.Licence.Terms)
	line("# Fill in every \"\", then run: rekindle wording check FILE\n")
	for _, kv := range [][2]string{{"instrument", in.ID}, {"version", in.Version}, {"language", language}, {"holder", in.Licence.Holder}} {
		line("%s = %q", kv[0], kv[1])
	}
	line("terms = \"\"      # on which terms this site uses the text")
	line("permission = \"\" # the proof: agreement, date, where it is filed")
	line("notice = \"\"     # shown on every page with this text\n")
	line("# stem = \"\"     # the sentence above all items; [stems] by subscale where it differs\n")
	line("[items]")
	for _, it := range in.Items {
		line("%s = \"\" # %s", it.ID, it.Descriptor)
	}
	for _, s := range in.Scales {
		if len(s.Codes) > 0 {
			line("\n[labels.%s]", s.ID)
		}
		for _, c := range s.Codes {
			line("%s = \"\" # %s", c.Code, c.Label)
		}
	}
	return b.String()
}
