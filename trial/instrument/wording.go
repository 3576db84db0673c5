package instrument

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/BurntSushi/toml"

	"rekindle/problem"
)

// Wording is the words of one instrument in one language: a wording pack of a site that holds the licence, or our own
// descriptors. It never has a part in scoring.
//
// A pack is a TOML file with these keys. Every item needs its text and every code of every scale its label;
// stem and stems are optional.
type Wording struct {
	Instrument string `toml:"instrument"`
	Version    string `toml:"version"`    // must be that of the registry
	Language   string `toml:"language"`   // "en", "es", "pt-BR"
	Holder     string `toml:"holder"`     // who owns the words
	Terms      string `toml:"terms"`      // on which terms the site uses them
	Permission string `toml:"permission"` // the proof: agreement, date, where it is filed
	Notice     string `toml:"notice"`     // shown on every page with these words; "" only for generic questions

	Stem   string                       `toml:"stem"`   // the sentence above all items
	Stems  map[string]string            `toml:"stems"`  // by subscale, where it differs
	Items  map[string]string            `toml:"items"`  // text by item
	Labels map[string]map[string]string `toml:"labels"` // by scale, then code; for a vas the two ends of the line

	SHA256        string `toml:"-"` // of the file's bytes, in hexadecimal
	Demonstration bool   `toml:"-"` // our own short descriptors stand in for words that belong to an owner
}

// longestWording is the longest single text of a pack, in bytes, and largestPack the largest file.
const (
	longestWording = 2_000
	largestPack    = 1 << 20
)

var languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)

// Text gives the text of an item.
func (w *Wording) Text(item string) string { return w.Items[item] }

// Label gives the label of a code on the scale of an item.
func (w *Wording) Label(it *Item, code string) string { return w.Labels[it.ScaleID][code] }

// StemOf gives the sentence that stands above an item, empty where there is none.
func (w *Wording) StemOf(it *Item) string {
	if stem := w.Stems[it.Subscale]; stem != "" {
		return stem
	}
	return w.Stem
}

// FileName is what a data directory calls the pack: "pfi16.en.toml".
func (w *Wording) FileName() string { return w.Instrument + "." + w.Language + ".toml" }

// ReadWording reads a pack and checks it against the registry: every mistake at once, with its key.
// name is what messages call the file.
func ReadWording(name string, data []byte) (*Wording, error) {
	if len(data) > largestPack {
		return nil, problem.New(problem.Invalid, "the file has %d bytes", len(data)).At("%s", name).Instead("At most %d", largestPack)
	}
	text, p := plain(name, data)
	if p != nil {
		return nil, p
	}
	w := &Wording{}
	meta, err := toml.Decode(string(text), w)
	if err != nil {
		return nil, tomlProblem(name, err)
	}
	sum := sha256.Sum256(data)
	w.SHA256 = hex.EncodeToString(sum[:])
	wrong := w.check()
	for _, key := range meta.Undecoded() {
		wrong.Add(problem.New(problem.Invalid, "there is no such key").On("%s", key))
	}
	for _, p := range wrong {
		p.At("%s", name)
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return w, nil
}

func tomlProblem(name string, err error) *problem.Problem {
	p := problem.New(problem.Invalid, "this is not a wording pack: %s", err).At("%s", name)
	if parse, ok := errors.AsType[toml.ParseError](err); ok {
		p.At("%s line %d column %d", name, parse.Position.Line, parse.Position.Col)
		p.Message = "this is not TOML: " + parse.Message
	}
	return p
}

// check finds what is missing, empty, too long or unknown.
func (w *Wording) check() (wrong problem.List) {
	in, err := Find(w.Instrument)
	if err != nil {
		p, _ := errors.AsType[*problem.Problem](err)
		return problem.List{p}
	}
	if w.Version != in.Version {
		wrong.Add(problem.New(problem.Invalid, "the pack is for version %s", quote(w.Version)).On("version").
			Instead("%s here is version %q", in.ID, in.Version))
	}
	if !languageForm.MatchString(w.Language) {
		wrong.Add(problem.New(problem.Invalid, "%s is not a language", quote(w.Language)).On("language").Instead(`Such as "en", "es" or "pt-BR"`))
	}
	need := func(key, text string) {
		if p := checkText(key, text); p != nil {
			wrong.Add(p)
		}
	}
	need("holder", w.Holder)
	need("terms", w.Terms)
	need("permission", w.Permission)
	if w.Notice != "" || in.Licence.Wording != OwnWords {
		need("notice", w.Notice)
	}
	if w.Stem != "" {
		need("stem", w.Stem)
	}
	w.checkItems(in, need, &wrong)
	w.checkLabels(in, need, &wrong)
	return wrong
}

func (w *Wording) checkItems(in *Instrument, need func(key, text string), wrong *problem.List) {
	subscale := map[string]bool{}
	for _, it := range in.Items {
		subscale[it.Subscale] = true
		need("items."+it.ID, w.Items[it.ID])
	}
	for _, id := range sortedKeys(w.Items) {
		if in.items[id] == nil {
			wrong.Add(in.stranger(id).On("items.%s", id))
		}
	}
	for _, id := range sortedKeys(w.Stems) {
		if need("stems."+id, w.Stems[id]); !subscale[id] {
			wrong.Add(problem.New(problem.Invalid, "%s has no such subscale", in.ID).On("stems.%s", id))
		}
	}
}

func (w *Wording) checkLabels(in *Instrument, need func(key, text string), wrong *problem.List) {
	known := map[string]bool{}
	for _, s := range in.Scales {
		known[s.ID] = true
		for _, c := range s.Codes {
			need("labels."+s.ID+"."+c.Code, w.Labels[s.ID][c.Code])
		}
		for _, code := range sortedKeys(w.Labels[s.ID]) {
			if s.Label(code) == "" {
				wrong.Add(problem.New(problem.Invalid, "the scale has no code %s", quote(code)).On("labels.%s", s.ID))
			}
		}
	}
	for _, id := range sortedKeys(w.Labels) {
		if !known[id] {
			wrong.Add(problem.New(problem.Invalid, "%s has no such scale", in.ID).On("labels.%s", id))
		}
	}
}

// checkText refuses a text that is empty, too long or has control characters.
func checkText(key, text string) *problem.Problem {
	p := problem.New(problem.Invalid, "the text is missing").On("%s", key)
	switch {
	case strings.TrimSpace(text) == "":
		return p
	case len(text) > longestWording:
		p.Message = "the text is too long"
		return p.Instead("At most %d bytes", longestWording)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		p.Message = "the text has control characters"
		return p
	}
	return nil
}

// Wordings are the packs that a site has loaded.
type Wordings struct{ packs map[string]*Wording }

// ReadWordings reads every pack of a directory (wording/ in the data directory); a directory that does not exist has none.
func ReadWordings(files fs.FS) (*Wordings, error) {
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, problem.New(problem.Internal, "the wording packs cannot be listed").Because(err)
	}
	ws := &Wordings{packs: map[string]*Wording{}}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, problem.New(problem.Unavailable, "the wording pack cannot be read").At("%s", name).Because(err)
		}
		w, err := ReadWording(name, data)
		if err != nil {
			return nil, err
		}
		if path.Base(name) != w.FileName() {
			return nil, problem.New(problem.Invalid, "the pack is in the wrong file").At("%s", name).Instead("%s", w.FileName())
		}
		ws.packs[name] = w
	}
	return ws, nil
}

// All gives the loaded packs in the order of their file names.
func (ws *Wordings) All() []*Wording {
	var all []*Wording
	for _, name := range sortedKeys(ws.packs) {
		all = append(all, ws.packs[name])
	}
	return all
}

// Of gives the words of an instrument in a language: the loaded pack, else our own. A language that has neither is a
// problem, never another language.
func (ws *Wordings) Of(in *Instrument, language string) (*Wording, error) {
	if w := ws.packs[(&Wording{Instrument: in.ID, Language: language}).FileName()]; w != nil {
		return w, nil
	}
	return OwnWording(in, language)
}
