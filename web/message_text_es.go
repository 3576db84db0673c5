package web

// messageSpanish is messageEnglish in Spanish.
var messageSpanish = map[string]string{
	"did_message.change":   "Cambió un correo antes de su envío",
	"did_message.stop":     "Detuvo un correo antes de su envío",
	"did_message.stop_all": "Detuvo todos los correos que se le envían de forma automática",
	"did_message.lift":     "Permitió de nuevo que se le envíen correos",
	"did_message.restore":  "Permitió de nuevo el envío de un correo",
	"did_message.resend":   "Volvió a enviar un correo",
}
