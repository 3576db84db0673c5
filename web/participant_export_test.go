package web

// Texts gives what participants' pages say in a language.
func Texts(lang string) map[string]string { return texts[lang] }
