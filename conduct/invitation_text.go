package conduct

import (
	"time"

	"rekindle/trial/study"
)

// appointmentText is what calendar mails say in one language.
type appointmentText struct {
	language                             string
	title                                string // in the calendar
	booked, moved, cancelled             string // subjects: title, time
	bookedText, movedText, cancelledText string // time, minutes, way of meeting
	greeting                             string
	pages, desk                          string // before the link
	pagesAfter, deskAfter                string // the same, of one that is cancelled
	modes                                map[string]string
}

var appointmentTexts = map[string]appointmentText{
	"en": {
		language: "en", title: "Appointment", booked: "%s: %s", moved: "%s moved: %s", cancelled: "%s cancelled: %s",
		bookedText:    "Your appointment is on %s (%d minutes, %s). The invitation with this mail puts it into your calendar.",
		movedText:     "Your appointment has moved to %s (%d minutes, %s). The invitation with this mail moves it in your calendar too.",
		cancelledText: "Your appointment on %s (%d minutes, %s) is cancelled. This mail takes it out of your calendar.",
		greeting:      "Dear %s,",
		pages:         "To move it or to book another time, open your pages. Deleting it from your calendar does not cancel it.",
		desk:          "You can see, move or cancel it on your desk. Deleting it from your calendar does not cancel it.",
		pagesAfter:    "What you have left, and times to book, are on your pages.",
		deskAfter:     "What is booked is on your desk.",
		modes:         map[string]string{"phone": "phone", "video": "video", "in person": "in person"},
	},
	"es": {
		language: "es", title: "Cita", booked: "%s: %s", moved: "%s cambiada: %s", cancelled: "%s cancelada: %s",
		bookedText:    "Su cita es el %s (%d minutos, %s). La invitación adjunta la añade a su calendario.",
		movedText:     "Su cita ha cambiado: ahora es el %s (%d minutos, %s). La invitación adjunta la cambia también en su calendario.",
		cancelledText: "Su cita del %s (%d minutos, %s) se ha cancelado. Este mensaje la retira de su calendario.",
		greeting:      "Hola, %s:",
		pages:         "Para cambiarla o reservar otra hora, abra sus páginas. Borrarla de su calendario no la cancela.",
		pagesAfter:    "Lo que le queda, y las horas que puede reservar, están en sus páginas.",
		modes:         map[string]string{"phone": "por teléfono", "video": "por videollamada", "in person": "en persona"},
	},
}

// appointmentWords gives the text of a language, English where there is none.
func appointmentWords(language string) appointmentText {
	if words, ok := appointmentTexts[language]; ok {
		return words
	}
	return appointmentTexts["en"]
}

// moment writes a time by its zone's clock, with the zone in letters and as the distance from UTC.
func (w appointmentText) moment(t time.Time) string {
	return study.WeekdayIn(w.language, t) + ", " + t.Format("15:04 MST") + " (UTC" + t.Format("-07:00") + ")"
}

// mode names a way of meeting; one that the protocol calls by a name of its own keeps it.
func (w appointmentText) mode(mode string) string {
	if name, ok := w.modes[mode]; ok {
		return name
	}
	return mode
}
