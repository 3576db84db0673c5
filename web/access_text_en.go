package web

// accessEnglish has the texts of who sees what, and of what was done, in English.
var accessEnglish = map[string]string{
	"did_identity.ask":         "Asked to know who you are",
	"did_identity.grant":       "Decided on a request to know who you are",
	"did_consent.export":       "Took a copy of your signed consent for the archive",
	"did_participant.language": "Chose a language",
}
