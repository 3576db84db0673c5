package web

// accessEnglish has the texts of who sees what, and of what was done, in English.
var accessEnglish = map[string]string{
	"withdrawal_paper":         "What you asked for, as a PDF",
	"did_identity.ask":         "Asked to know who you are",
	"did_identity.grant":       "Decided on a request to know who you are",
	"did_consent.export":       "Took a copy of your signed consent for the archive",
	"did_participant.language": "Chose a language",
	"did_dataset.lock":         "Locked the data of the study, under codes, for the analysis",
	"did_incentive.export":     "Printed the addresses for thank-you gifts",
	"did_participant.ask_link": "Asked for a new personal link",
	"did_participant.complain": "Noted that the e-mail is unwanted",
	"did_plan.set":             "Changed the coaching plan",
	"did_plan.rate":            "Noted how far a goal was reached",
	"did_plan.check_in":        "Noted how a week went",
	"did_plan.mail":            "Changed what the plan writes about",
	"did_session.book":         "Booked a session",
	"did_session.cancel":       "Cancelled a session",
	"did_session.confirm":      "Confirmed a session",
	"did_session.correct":      "Corrected the record of a session",
	"did_session.reopen":       "Took back what was recorded of a session",
	"did_alliance.rate":        "Rated the working together",
	"did_session.hold":         "Recorded a session as held",
	"did_session.miss":         "Recorded a session as missed",
	"did_session.move":         "Moved a session",
	"did_stratum.correct":      "Corrected a characteristic used for the draw",
	"did_note.write":           "Wrote a private note that only the coach can read",
}
