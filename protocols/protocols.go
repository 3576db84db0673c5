// Package protocols holds the protocol files that ship with the program, for rehearsals and as models for a site's own.
//
// It is data: nothing in the program depends on which trials are in it.
package protocols

import "embed"

// Files has every shipped protocol by its file name, as "kiser2024.toml".
//
//go:embed *.toml
var Files embed.FS
