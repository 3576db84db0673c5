package web

// accessSpanish has the texts of who sees what, and of what was done, in Spanish.
var accessSpanish = map[string]string{
	"did_identity.ask":         "Pidió saber quién es usted",
	"did_identity.grant":       "Decidió sobre una petición de saber quién es usted",
	"did_consent.export":       "Guardó en el archivo una copia de su consentimiento firmado",
	"did_participant.language": "Eligió un idioma",
}
