package web

// surveyEnglish has the texts of surveys, corrections and links asked for in English.
var surveyEnglish = map[string]string{
	"follow_fresh":    "From what you answered, there is more to ask. It is on this page now.",
	"follow_lost":     "These answers no longer apply, by what you answered otherwise.",
	"follow_lost_why": "They are taken out when you go on:",
	"correct_go":      "Correct an answer",
	"correct_title":   "Correct an answer",
	"correct_choose":  "Which answer is to be corrected?",
	"correct_now":     "You answered: %s",
	"correct_why":     "Why does it change?",
	"correct_no_why":  "Please say in a few words why the answer changes.",
	"correct_same":    "This is the answer that you gave.",
	"correct_kept":    "The answer as it was, the new one and your reason are all kept.",
	"correct_do":      "Correct it",
	"correct_back":    "Back to the survey",
	"correct_blank":   "no answer",
	"corrected":       "Corrected",
}
