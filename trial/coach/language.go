package coach

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rekindle/trial/study"
)

// languages are languages that coaches often speak (our choice), by code (ISO 639-1), each with the names under which a profile
// may have it: first in English, then in Spanish (study.Languages), then its own. Coaches write what they speak in their own words; this is how it is known for the same
// language and said in another.
var languages = map[string][]string{
	"am":  {"Amharic", "amárico", "አማርኛ"},
	"ar":  {"Arabic", "árabe", "العربية"},
	"bn":  {"Bengali", "bengalí", "Bangla", "বাংলা"},
	"de":  {"German", "alemán", "Deutsch"},
	"el":  {"Greek", "griego", "Ελληνικά"},
	"en":  {"English", "inglés"},
	"es":  {"Spanish", "español", "castellano"},
	"fa":  {"Persian", "persa", "Farsi", "فارسی"},
	"fr":  {"French", "francés", "Français"},
	"gu":  {"Gujarati", "guyaratí", "ગુજરાતી"},
	"he":  {"Hebrew", "hebreo", "עברית"},
	"hi":  {"Hindi", "hindi", "हिन्दी"},
	"ht":  {"Haitian Creole", "criollo haitiano", "Kreyòl ayisyen"},
	"it":  {"Italian", "italiano"},
	"ja":  {"Japanese", "japonés", "日本語"},
	"ko":  {"Korean", "coreano", "한국어"},
	"ml":  {"Malayalam", "malayalam", "മലയാളം"},
	"mr":  {"Marathi", "maratí", "मराठी"},
	"pa":  {"Punjabi", "panyabí", "ਪੰਜਾਬੀ"},
	"pl":  {"Polish", "polaco", "Polski"},
	"pt":  {"Portuguese", "portugués", "Português"},
	"ro":  {"Romanian", "rumano", "Română"},
	"ru":  {"Russian", "ruso", "Русский"},
	"ta":  {"Tamil", "tamil", "தமிழ்"},
	"te":  {"Telugu", "telugu", "తెలుగు"},
	"tl":  {"Tagalog", "tagalo", "Filipino"},
	"tr":  {"Turkish", "turco", "Türkçe"},
	"uk":  {"Ukrainian", "ucraniano", "Українська"},
	"ur":  {"Urdu", "urdu", "اردو"},
	"vi":  {"Vietnamese", "vietnamita", "Tiếng Việt"},
	"yue": {"Cantonese", "cantonés", "粵語", "粤语"}, // ISO 639-3: it has no code of two letters
	"zh":  {"Mandarin", "mandarín", "Chinese", "chino", "Mandarin Chinese", "chino mandarín", "中文", "普通话"},
}

// codes has the code of each name, in small letters.
var codes = func() map[string]string {
	all := map[string]string{}
	for code, names := range languages {
		for _, name := range names {
			all[strings.ToLower(name)] = code
		}
	}
	return all
}()

// Language gives what a language is kept apart by, as a profile names it: its code where it is one of Languages ("es" for "Spanish", "español"
// and "Castellano"), else the name itself in small letters. A blank name is the empty text.
func Language(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if code, ok := codes[name]; ok {
		return code
	}
	return name
}

// LanguageIn says a language, by its code, in English ("en") or Spanish ("es"); ok is false where its names are not known.
func LanguageIn(code, language string) (name string, ok bool) {
	names, known := languages[code]
	i := slices.Index(study.Languages, language)
	if !known || i < 0 {
		return "", false
	}
	first, size := utf8.DecodeRuneInString(names[i])
	return string(unicode.ToUpper(first)) + names[i][size:], true
}

// Languages gives the codes of the languages that are known by their names, in order.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }
