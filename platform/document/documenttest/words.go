// Package documenttest reads what a paper says, for tests of those who draw one.
package documenttest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf16"
)

var (
	shown = regexp.MustCompile(`(?s)\(((?:\\.|[^\\()])*)\) ?Tj`)
	begin = []byte("stream\n")
)

// Words gives the words of a PDF that package document drew, page after page, with single spaces between what was drawn apart.
func Words(pdf []byte) (string, error) {
	var all []string
	for rest := pdf; ; {
		_, after, found := bytes.Cut(rest, begin)
		if !found {
			break
		}
		rest = after
		packed, err := zlib.NewReader(bytes.NewReader(after))
		if err != nil {
			continue // not compressed: no page
		}
		page, err := io.ReadAll(packed)
		if err != nil {
			return "", fmt.Errorf("a part of the paper cannot be read: %w", err)
		}
		for _, piece := range shown.FindAllSubmatch(page, -1) {
			all = append(all, letters(piece[1]))
		}
	}
	return strings.Join(strings.Fields(strings.Join(all, " ")), " "), nil
}

// letters reads a string of a page: UTF-16, with a backslash before what would end it.
func letters(raw []byte) string {
	var plain []byte
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+1 < len(raw) {
			i++
			if raw[i] == 'r' {
				plain = append(plain, '\r')
				continue
			}
		}
		plain = append(plain, raw[i])
	}
	units := make([]uint16, len(plain)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(plain[2*i:])
	}
	return string(utf16.Decode(units))
}
