package web

// passkeySpanish has the texts of participants' passkeys in Spanish.
var passkeySpanish = map[string]string{
	"passkeys_title":          "Entrar con una clave de acceso",
	"passkeys_lede":           "Con una clave de acceso, este dispositivo abre su página con su huella, su rostro o su PIN, sin necesidad de un correo. Los enlaces de sus correos siguen funcionando igual.",
	"passkeys_made":           "Creada el %s",
	"passkeys_used":           "Creada el %s, usada por última vez el %s",
	"passkeys_device":         "Un dispositivo",
	"passkeys_add":            "Crear en este dispositivo",
	"passkeys_remove":         "Quitar",
	"passkeys_remove_one":     "Quitar %s, creada el %s",
	"passkeys_own":            "Use un dispositivo propio: quien pueda desbloquearlo podrá abrir su página.",
	"passkeys_kept":           "Su huella o su rostro nunca salen del dispositivo. El estudio guarda una clave pública y el tipo de dispositivo, ningún nombre.",
	"passkeys_script":         "Para crear una clave de acceso hace falta JavaScript, que está desactivado en este navegador. Los enlaces de sus correos funcionan sin él.",
	"passkeys_impossible":     "En esta dirección no puede haber claves de acceso. Los enlaces de sus correos siguen funcionando igual.",
	"passkeys_gone":           "Esa clave de acceso ya se había quitado.",
	"passkeys_stale":          "Para quitar una clave de acceso debe haber entrado en el último cuarto de hora, para que nadie lo haga en una pantalla que dejó abierta.",
	"passkeys_again":          "Volver a entrar",
	"passkeys_arrive":         "Entrar con una clave de acceso",
	"passkeys_none":           "No se ha elegido nada. Inténtelo de nuevo o use el enlace de un correo.",
	"passkeys_known":          "Este dispositivo ya tiene una clave de acceso para su página.",
	"passkeys_wrong":          "No ha funcionado. Inténtelo de nuevo o use el enlace de un correo.",
	"passkeys_copied":         "Es posible que esta clave de acceso se haya copiado, por lo que no abre su página. Entre con el enlace de un correo y quítela allí.",
	"passkeys_conflict":       "Ha tardado demasiado, se ha intentado demasiadas veces o hay demasiadas claves. Espere unos minutos e inténtelo de nuevo.",
	"yours_passkeys":          "Abra su página con la huella, el rostro o el PIN, sin un correo.",
	"did_participant.passkey": "Creó o quitó una clave de acceso",
	"did_participant.arrive":  "Entró con una clave de acceso",
}
