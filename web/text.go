package web

import "maps"

// texts are what participants' pages say, by language and key. Every language has every key.
var texts = map[string]map[string]string{
	"en": joined(
		english,
		coachingEnglish,
		surveyEnglish,
		messageEnglish,
		calendarEnglish,
		accessEnglish,
		officeEnglish,
		passkeyEnglish,
	),
	"es": joined(
		spanish,
		coachingSpanish,
		surveySpanish,
		messageSpanish,
		calendarSpanish,
		accessSpanish,
		officeSpanish,
		passkeySpanish,
	),
}

// joined makes one catalogue of the parts that stand in files of their own; no two parts have a key in common, which a test holds.
func joined(parts ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}
