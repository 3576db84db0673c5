package study

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Languages are those in which a participant can be spoken to, the protocol's own first.
var Languages = []string{"en", "es"}

var (
	meses = strings.Fields("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
	dias  = strings.Fields("domingo lunes martes miércoles jueves viernes sábado")
)

// DayIn writes a day in a language: "January 2, 2006".
func DayIn(language string, t time.Time) string {
	if language == "es" {
		return fmt.Sprintf("%d de %s de %d", t.Day(), meses[t.Month()-1], t.Year())
	}
	return t.Format("January 2, 2006")
}

// WeekdayIn writes a day with that of the week: "Monday, January 2, 2006".
func WeekdayIn(language string, t time.Time) string {
	if language == "es" {
		return dias[t.Weekday()] + ", " + DayIn(language, t)
	}
	return t.Format("Monday, ") + DayIn(language, t)
}

// HourIn writes a moment to the minute, with the day of the week and the zone: "Monday, January 2, 15:04 MST".
func HourIn(language string, t time.Time) string {
	if language == "es" {
		return fmt.Sprintf("%s, %d de %s, %s", dias[t.Weekday()], t.Day(), meses[t.Month()-1], t.Format("15:04 MST"))
	}
	return t.Format("Monday, January 2, 15:04 MST")
}

// Spoken is what an element of the protocol says in other languages: language, then key, then the text, or the list of texts.
type Spoken map[string]map[string]reflect.Value

// In gives a part of a protocol, or all of it, as those read it who read that language. What is not translated stays as it is written.
func In[T any](language string, v T) T {
	if language == "" || language == Languages[0] {
		return v
	}
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	out.Set(reflect.ValueOf(&v).Elem())
	translate(language, out, nil)
	return out.Interface().(T)
}

// Translations gives every text of a protocol that is translated into a language, as it is read there.
func Translations(language string, p *Protocol) map[string]bool {
	found := map[string]bool{}
	copied := reflect.New(reflect.TypeFor[Protocol]()).Elem()
	copied.Set(reflect.ValueOf(p).Elem())
	translate(language, copied, func(text string) { found[text] = true })
	return found
}

// translate puts what is spoken in the place of what is written. Lists are copied first: the protocol itself stays as it is.
func translate(language string, v reflect.Value, each func(text string)) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Date]() || v.Type() == reflect.TypeFor[source]() {
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				translate(language, v.Field(i), each)
			}
		}
		spoken := v.FieldByName("Spoken")
		if !spoken.IsValid() {
			return
		}
		for key, text := range spoken.Interface().(Spoken)[language] {
			field := fieldOf(v, key)
			field.Set(text)
			for _, one := range textsOf(text) {
				if each != nil {
					each(one)
				}
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Struct || v.IsNil() {
			return
		}
		copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(copied, v)
		for i := range copied.Len() {
			translate(language, copied.Index(i), each)
		}
		v.Set(copied)
	}
}

// textsOf gives a text, or those of a list.
func textsOf(v reflect.Value) []string {
	if v.Kind() == reflect.String {
		return []string{v.String()}
	}
	return v.Interface().([]string)
}

// fieldOf gives the field of a key.
func fieldOf(v reflect.Value, key string) reflect.Value {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("toml") == key {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

// spokenKey parts a key as "name_es" into the key whose text it translates and the language.
var spokenKey = regexp.MustCompile(`^(.+)_([a-z]{2})$`)

// speak reads a key that says another key's text in another language; false where it is none.
func (p *Protocol) speak(to reflect.Value, key string, from any, path string) bool {
	parts := spokenKey.FindStringSubmatch(key)
	spoken := to.FieldByName("Spoken")
	if parts == nil || !spoken.IsValid() {
		return false
	}
	field := fieldOf(to, parts[1])
	if !field.IsValid() || !told(to.Type(), parts[1]) {
		return false
	}
	if !slices.Contains(Languages[1:], parts[2]) {
		p.unfit(path, p.wrong(path, "nothing is said to participants in the language %q", parts[2]).Instead("known are %s; the protocol itself is in %q", quotedList(Languages[1:]), Languages[0]))
		return true
	}
	text := reflect.New(field.Type()).Elem()
	before := len(p.source.found)
	p.value(text, from, path)
	if len(p.source.found) > before {
		return true
	}
	if spoken.IsNil() {
		spoken.Set(reflect.ValueOf(Spoken{}))
	}
	all := spoken.Interface().(Spoken)
	if all[parts[2]] == nil {
		all[parts[2]] = map[string]reflect.Value{}
	}
	all[parts[2]][parts[1]] = text
	return true
}

// told reports whether a key holds words for participants, which can be translated.
func told(t reflect.Type, key string) bool {
	for i := range t.NumField() {
		if f := t.Field(i); f.Tag.Get("toml") == key {
			return f.Tag.Get("told") != ""
		}
	}
	return false
}

// languages looks at what is said in other languages. A protocol that speaks one nowhere need not; one that does should speak it
// everywhere, since what is left out is read in English.
func (c *checker) languages() {
	for _, language := range Languages[1:] {
		if len(Translations(language, c.Protocol)) > 0 {
			c.spoken(language, reflect.ValueOf(c.Protocol).Elem(), "")
		}
	}
}

func (c *checker) spoken(language string, v reflect.Value, path string) {
	var own map[string]reflect.Value
	if spoken := v.FieldByName("Spoken"); spoken.IsValid() {
		own = spoken.Interface().(Spoken)[language]
	}
	for i := range v.NumField() {
		field, key := v.Field(i), v.Type().Field(i).Tag.Get("toml")
		at := join(path, key)
		switch {
		case key == "":
		case field.Kind() == reflect.Struct && field.Type() != reflect.TypeFor[Date]():
			c.spoken(language, field, at)
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct:
			for j := range field.Len() {
				c.spoken(language, field.Index(j), join(at, strconv.Itoa(j)))
			}
		case v.Type().Field(i).Tag.Get("told") != "":
			c.translated(language, field, own[key], at, v.Type().Field(i).Tag.Get("told"))
		}
	}
}

// translated compares a text with its translation.
func (c *checker) translated(language string, written, spoken reflect.Value, path, told string) {
	key := path[strings.LastIndexByte(path, '.')+1:] + "_" + language
	in := path + "_" + language
	switch {
	case !spoken.IsValid() && told == "words" && strings.TrimSpace(strings.Join(textsOf(written), "")) != "":
		c.warn(in, fmt.Sprintf("write %s = ...", key), "this is not said in %q: who reads that language reads it in English", language)
	case !spoken.IsValid():
	case slices.ContainsFunc(textsOf(spoken), func(text string) bool { return strings.TrimSpace(text) == "" }):
		c.wrong(in, "write the text, or leave the key out", "the translation is empty")
	case len(textsOf(spoken)) != len(textsOf(written)):
		c.wrong(in, fmt.Sprintf("as many as in %s: %d, in the same order", strings.TrimSuffix(key, "_"+language), len(textsOf(written))), "there are %d translations", len(textsOf(spoken)))
	}
}
