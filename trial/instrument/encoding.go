package instrument

import (
	"bytes"
	"unicode/utf8"

	"rekindle/problem"
)

// plain drops a UTF-8 byte-order mark and refuses other encodings, with the place of the first byte that is not UTF-8.
func plain(name string, data []byte) ([]byte, *problem.Problem) {
	if bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
		return nil, problem.New(problem.Invalid, "the file is UTF-16").At("%s", name).Instead("Save it as UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte{0xEF, 0xBB, 0xBF})
	if utf8.Valid(data) {
		return data, nil
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	line, column := position(data, at)
	return nil, problem.New(problem.Invalid, "byte 0x%02X is not UTF-8 (Latin-1 or Windows-1252?)", data[at]).
		At("%s line %d column %d", name, line, column).Instead("Save it as UTF-8")
}

// position turns a byte offset into line and column, both from 1; columns count bytes.
func position(data []byte, offset int) (line, column int) {
	before := data[:min(max(offset, 0), len(data))]
	return bytes.Count(before, []byte{'\n'}) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}

// mostProblems is where a reader stops looking for more mistakes in one file.
const mostProblems = 100

// enough adds a last line when so many mistakes were found that more would not help.
func enough(wrong *problem.List, name string) bool {
	if len(*wrong) < mostProblems {
		return false
	}
	wrong.Add(problem.New(problem.Invalid, "stopped looking after %d mistakes", len(*wrong)).At("%s", name))
	return true
}
