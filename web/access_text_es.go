package web

// accessSpanish has the texts of who sees what, and of what was done, in Spanish.
var accessSpanish = map[string]string{
	"withdrawal_paper":         "Lo que usted pidió, en PDF",
	"did_identity.ask":         "Pidió saber quién es usted",
	"did_identity.grant":       "Decidió sobre una petición de saber quién es usted",
	"did_consent.export":       "Guardó en el archivo una copia de su consentimiento firmado",
	"did_participant.language": "Eligió un idioma",
	"did_dataset.lock":         "Cerró los datos del estudio, bajo códigos, para el análisis",
	"did_incentive.export":     "Imprimió las direcciones para los obsequios",
	"did_participant.ask_link": "Pidió un nuevo enlace personal",
	"did_participant.complain": "Anotó que el correo no es deseado",
	"did_plan.set":             "Cambió el plan de coaching",
	"did_plan.rate":            "Anotó hasta dónde se alcanzó una meta",
	"did_plan.check_in":        "Anotó cómo fue una semana",
	"did_plan.mail":            "Cambió sobre qué escribe el plan",
	"did_session.book":         "Reservó una sesión",
	"did_session.cancel":       "Canceló una sesión",
	"did_session.confirm":      "Confirmó una sesión",
	"did_session.reopen":       "Retiró lo que constaba de una sesión",
	"did_session.correct":      "Corrigió el registro de una sesión",
	"did_alliance.rate":        "Valoró el trabajo en común",
	"did_session.hold":         "Registró una sesión como realizada",
	"did_session.miss":         "Registró una sesión como no realizada",
	"did_session.move":         "Cambió la hora de una sesión",
	"did_stratum.correct":      "Corrigió una característica usada en el sorteo",
	"did_note.write":           "Escribió una nota privada que solo el coach puede leer",
}
