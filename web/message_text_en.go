package web

// messageEnglish says on a participant's page what was done to their mail.
var messageEnglish = map[string]string{
	"did_message.change":   "Changed an e-mail before it went",
	"did_message.stop":     "Stopped an e-mail before it went",
	"did_message.stop_all": "Stopped all e-mail that goes to you by itself",
	"did_message.lift":     "Let e-mail go to you again",
	"did_message.restore":  "Let an e-mail go after all",
	"did_message.resend":   "Sent an e-mail once more",
}
