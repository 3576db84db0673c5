package store

// Translate lets tests make tables in the neutral words of a schema file.
func Translate(d Dialect, schema string) string { return d.translate(schema) }
