package web

// surveySpanish has the texts of surveys, corrections and links asked for in Spanish.
var surveySpanish = map[string]string{
	"follow_fresh":    "Por lo que respondió, hay algo más que preguntar. Ya está en esta página.",
	"follow_lost":     "Por sus otras respuestas, estas ya no corresponden.",
	"follow_lost_why": "Se retiran al seguir:",
	"correct_go":      "Corregir una respuesta",
	"correct_title":   "Corregir una respuesta",
	"correct_choose":  "¿Qué respuesta desea corregir?",
	"correct_now":     "Usted respondió: %s",
	"correct_why":     "¿Por qué cambia?",
	"correct_no_why":  "Diga en pocas palabras por qué cambia la respuesta.",
	"correct_same":    "Esta es la respuesta que ya dio.",
	"correct_kept":    "Se guardan la respuesta anterior, la nueva y su razón.",
	"correct_do":      "Corregir",
	"correct_back":    "Volver a la encuesta",
	"correct_blank":   "sin respuesta",
	"corrected":       "Correcciones",
}
