package web

// officeEnglish says in English what the office has done, in a participant's record.
var officeEnglish = map[string]string{
	"did_participant.identify":  "Looked up your name and address",
	"did_participant.call":      "Noted a call to you",
	"did_participant.link":      "Sent you a new personal link",
	"did_participant.unlink":    "Ended your earlier links",
	"did_participant.readdress": "Changed your e-mail address",
	"did_participant.bounce":    "Noted that your address takes no mail",
}
