package config

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Template is a file of settings to fill in: every one with what it means, its default and an example. Those that are given, by name,
// hold; all others are commented out.
func Template(given map[string]string) string {
	var b strings.Builder
	b.WriteString("# Settings of rekindle. Each can also be given as an environment variable (smtp.host: REKINDLE_SMTP_HOST)\n# or on the command line (--set smtp.host=mail.example.org). The later of these wins.\n")
	section := ""
	for _, k := range table("") {
		name := k.name
		if in, key, ok := strings.Cut(k.name, "."); ok {
			if name = key; in != section {
				section = in
				fmt.Fprintf(&b, "\n[%s]\n", in)
			}
		}
		fmt.Fprintf(&b, "\n# %s\n", k.what)
		if k.preset != "" {
			fmt.Fprintf(&b, "# Default: %s\n", k.preset)
		}
		if value, ok := given[k.name]; ok {
			fmt.Fprintf(&b, "%s = %s\n", name, k.written(value))
		} else {
			fmt.Fprintf(&b, "# %s = %s\n", name, k.written(k.as))
		}
	}
	return b.String()
}

// written gives a value as TOML: a number, yes or no, a list, or a text. A file is named so that it is found from everywhere.
func (k setting) written(value string) string {
	isList := strings.HasPrefix(k.as, "[")
	switch {
	case value == k.as && isList || value == "true" || value == "false" || value != "" && strings.Trim(value, "0123456789") == "":
		return value
	case isList:
		parts := list(value)
		for i := range parts {
			parts[i] = quoted(parts[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case value != "" && (strings.HasSuffix(k.name, "_file") || strings.HasPrefix(k.name, "tls.")):
		if whole, err := filepath.Abs(value); err == nil { // it fails where the working directory is gone; then it stands as it was given
			value = whole
		}
	}
	return quoted(value)
}

// quoted gives a text between TOML's quotes.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`).Replace(text) + `"`
}
