package config

import "log/slog"

// Secret is a password. Whatever prints or logs it writes that it is hidden.
type Secret struct{ text string }

const hidden = "(hidden)"

// Reveal gives the text, to the one place that needs it.
func (s Secret) Reveal() string { return s.text }

// Set reports whether there is a text.
func (s Secret) Set() bool { return s.text != "" }

// String, GoString, MarshalText and LogValue hide the text from every way of printing.
func (s Secret) String() string {
	if s.text == "" {
		return ""
	}
	return hidden
}

// GoString hides the text.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the text.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
