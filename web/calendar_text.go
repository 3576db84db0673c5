package web

// calendarEnglish has the texts of a participant's calendar in English.
var calendarEnglish = map[string]string{
	"calendar_title":      "Your calendar",
	"calendar_tab":        "Calendar",
	"calendar_lede":       "Every appointment comes to you by mail as an invitation, which your calendar takes, moves and cancels. That is all most people need.",
	"calendar_feed":       "All of them in one subscription",
	"calendar_feed_text":  "A calendar program can also read your appointments at a secret address, by itself. Some look only once a day, so rely on the mails.",
	"calendar_feed_whole": "With times and a link to your pages",
	"calendar_feed_busy":  "Only when you are busy",
	"calendar_make":       "Make the address",
	"calendar_anew":       "Make a new address",
	"calendar_end":        "End the address",
	"calendar_made":       "This is the address. It is shown this once: copy it now. Whoever has it can read your appointments, without a name or what they are about.",
	"calendar_subscribe":  "Open in my calendar program",
	"calendar_since":      "There is an address since %s.",
	"calendar_none":       "There is no address.",
	"calendar_ended":      "The address has ended. Programs that used it read nothing more.",
	"calendar_neutral":    "In every calendar it is called only “%s”: colleagues who can see your calendar learn neither what it is about nor with whom.",
	"calendar_add":        "Add to calendar",
	"calendar_declined":   "Your coach’s calendar has declined this time. The session stands until one of you moves or cancels it.",
}

// calendarSpanish has them in Spanish.
var calendarSpanish = map[string]string{
	"calendar_title":      "Su calendario",
	"calendar_tab":        "Calendario",
	"calendar_lede":       "Cada cita le llega por correo como una invitación que su calendario añade, cambia y cancela. A la mayoría de las personas les basta con eso.",
	"calendar_feed":       "Todas en una suscripción",
	"calendar_feed_text":  "Un programa de calendario también puede leer sus citas por sí mismo en una dirección secreta. Algunos la consultan solo una vez al día, así que confíe en los correos.",
	"calendar_feed_whole": "Con las horas y un enlace a sus páginas",
	"calendar_feed_busy":  "Solo cuándo está ocupado",
	"calendar_make":       "Crear la dirección",
	"calendar_anew":       "Crear una dirección nueva",
	"calendar_end":        "Anular la dirección",
	"calendar_made":       "Esta es la dirección. Solo se muestra esta vez: cópiela ahora. Quien la tenga puede leer sus citas, sin nombres ni de qué tratan.",
	"calendar_subscribe":  "Abrir en mi programa de calendario",
	"calendar_since":      "Hay una dirección desde el %s.",
	"calendar_none":       "No hay ninguna dirección.",
	"calendar_ended":      "La dirección queda anulada. Los programas que la usaban ya no leen nada.",
	"calendar_neutral":    "En cualquier calendario se llama solo «%s»: los colegas que puedan ver su calendario no sabrán de qué trata ni con quién.",
	"calendar_add":        "Añadir al calendario",
	"calendar_declined":   "El calendario de su coach ha rechazado esta hora. La sesión sigue en pie mientras ninguno de los dos la cambie o la cancele.",
}
