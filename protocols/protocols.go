// Package protocols holds the protocol files that ship with the program, for rehearsals and as models for a site's own,
// and the template of a new one.
//
// It is data: nothing in the program depends on which trials are in it.
package protocols

import "embed"

// Files has every shipped protocol by its file name, as "kiser2024.toml".
//
//go:embed *.toml
var Files embed.FS

// Rehearsed is the file that 'rekindle demo' takes where none is named: the published trial.
const Rehearsed = "kiser2024.toml"

// New is the template (text/template, with << and >> around its actions, since mails have their words in braces) of a
// small, complete protocol. It asks for ID, Title and Timezone (text, written by the function toml), Opens and Closes
// (days), Open (days between them) and Year.
//
//go:embed new.tmpl
var New string
