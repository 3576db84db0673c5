package web

// officeSpanish says the same in Spanish.
var officeSpanish = map[string]string{
	"did_participant.identify":  "Consultó su nombre y su dirección",
	"did_participant.call":      "Anotó una llamada a usted",
	"did_participant.link":      "Le envió un nuevo enlace personal",
	"did_participant.unlink":    "Anuló sus enlaces anteriores",
	"did_participant.readdress": "Cambió su dirección de correo",
	"did_participant.bounce":    "Anotó que su dirección no recibe correo",
}
