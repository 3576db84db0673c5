package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	utf16 "golang.org/x/text/encoding/unicode"

	"rekindle/problem"
)

// What a roster may hold at most.
const (
	largestFile     = 128 << 20 // bytes
	largestUnpacked = 512 << 20 // bytes, of a workbook, all in memory: what is larger than its bound for one sheet would be put on the disk, unsealed
	mostRows        = 1_000_000
)

// Read reads a file of people. needed are the columns that the protocol uses. Every column that is missing and every row that does not
// fit the header is named; where something of the kind is wrong, what could be read comes with the problems.
func Read(name string, from io.Reader, needed []string) (r Roster, err error) {
	r.Name = name
	content, err := io.ReadAll(io.LimitReader(from, largestFile+1))
	switch {
	case err != nil:
		return r, problem.New(problem.Unavailable, "The file cannot be read").At("%s", name).Because(err)
	case len(content) > largestFile:
		return r, problem.New(problem.Invalid, "The file is longer than %d MB", largestFile>>20).At("%s", name).Instead("Leave out what is not needed, or split it.")
	case bytes.HasPrefix(content, []byte("PK\x03\x04")):
		return r, r.workbook(content, needed)
	case bytes.HasPrefix(content, []byte("\xd0\xcf\x11\xe0")):
		return r, problem.New(problem.Invalid, "This is a workbook of the old form, or one with a password").At("%s", name).Instead("Save it as .xlsx without a password, or as CSV.")
	}
	return r, r.text(content, needed)
}

// table takes the rows of a file one after the other; the first that holds anything is the header.
type table struct {
	*Roster
	needed []string
	found  problem.List
	header bool
	rows   int // the row at hand
}

func (t *table) take(cells []string) (goOn bool) {
	empty := true
	for _, cell := range cells {
		empty = empty && trim(cell) == ""
	}
	switch {
	case empty:
		return true
	case !t.header:
		t.header = true
		for len(cells) > 0 && trim(cells[len(cells)-1]) == "" { // columns of nothing at the right
			cells = cells[:len(cells)-1]
		}
		headers := make([]string, len(cells))
		for i, cell := range cells {
			headers[i] = trim(cell)
		}
		t.found.Add(t.columns(headers, t.needed)...)
		return t.found.Err() == nil
	case len(t.People) >= mostRows:
		t.found.Add(problem.New(problem.Invalid, "There are more than %d rows", mostRows).At("%s", t.Name).Instead("Split the file."))
		return false
	}
	p := t.person(cells)
	p.Place = fmt.Sprintf("%s row %d", t.Name, t.rows)
	for i := len(t.Columns); i < len(cells); i++ {
		if trim(cells[i]) != "" {
			t.found.Add(problem.New(problem.Invalid, "The row has more cells than the header").At("%s", p.Place).Instead("Put a value that contains the separator in quotes."))
			break
		}
	}
	t.People = append(t.People, p)
	return true
}

func (t *table) end() error {
	if !t.header {
		t.found.Add(problem.New(problem.Invalid, "The file is empty").At("%s", t.Name).Instead("The first row names the columns: name, email."))
	} else if len(t.People) == 0 && t.found.Err() == nil {
		t.found.Add(problem.New(problem.Invalid, "There is nobody in the file").At("%s", t.Name))
	}
	return t.found.Err()
}

// text reads CSV.
func (r *Roster) text(content []byte, needed []string) error {
	plain, encoded := decode(content)
	if bytes.IndexByte(plain, 0) >= 0 {
		return problem.New(problem.Invalid, "This is not a table of text").At("%s", r.Name).Instead("Save it as CSV or .xlsx.")
	}
	comma, rest := separator(plain)
	r.Format = fmt.Sprintf("CSV, columns separated by %s, %s", map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "bars"}[comma], encoded)
	reader := csv.NewReader(bytes.NewReader(rest))
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = comma, true, -1
	t := &table{Roster: r, needed: needed}
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return t.end()
		}
		if err != nil {
			t.found.Add(problem.New(problem.Invalid, "The table cannot be read from here on").At("%s row %d", r.Name, t.rows+1).Because(err))
			return t.end()
		}
		t.rows, _ = reader.FieldPos(0)
		if !t.take(cells) {
			return t.end()
		}
	}
}

// decode gives text in UTF-8, and what it was written in. What is no UTF-8 is taken for Windows-1252, which every byte is, and which
// is Latin-1 wherever that has letters.
func decode(content []byte) (plain []byte, name string) {
	as := func(e encoding.Encoding, name string) ([]byte, string) {
		text, err := e.NewDecoder().Bytes(content)
		if err != nil {
			return content, name
		}
		return text, name
	}
	switch {
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		content = content[3:]
	case bytes.HasPrefix(content, []byte("\xff\xfe")):
		return as(utf16.UTF16(utf16.LittleEndian, utf16.ExpectBOM), "UTF-16")
	case bytes.HasPrefix(content, []byte("\xfe\xff")):
		return as(utf16.UTF16(utf16.BigEndian, utf16.ExpectBOM), "UTF-16")
	}
	if utf8.Valid(content) {
		return content, "UTF-8"
	}
	return as(charmap.Windows1252, "Windows-1252")
}

// separator finds what stands between columns: what a first line "sep=;" says, else what is most frequent in the header outside
// quotes. Lines that end as on old Macs come to end as everywhere.
func separator(text []byte) (comma rune, rest []byte) {
	if !bytes.ContainsRune(text, '\n') {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	text = bytes.TrimLeft(text, "\r\n")
	header, after, _ := bytes.Cut(text, []byte("\n"))
	if said, ok := strings.CutPrefix(strings.ToLower(strings.TrimRight(string(header), "\r")), "sep="); ok && len(said) == 1 && strings.Contains(",;\t|", said) {
		return rune(said[0]), append([]byte("\n"), after...) // the row counts
	}
	counts, quoted := map[rune]int{}, false
	for _, c := range string(header) {
		if c == '"' {
			quoted = !quoted
		}
		if !quoted {
			counts[c]++
		}
	}
	comma = ','
	for _, c := range ";\t|" {
		if counts[c] > counts[comma] {
			comma = c
		}
	}
	return comma, text
}

// workbook reads the first sheet of an XLSX file that holds anything.
func (r *Roster) workbook(content []byte, needed []string) error {
	unreadable := func(err error) error {
		return problem.New(problem.Invalid, "The workbook cannot be read").At("%s", r.Name).Instead("Save it as .xlsx again, or as CSV.").Because(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: largestUnpacked, UnzipXMLSizeLimit: largestUnpacked})
	if err != nil {
		return unreadable(err)
	}
	defer f.Close()
	t := &table{Roster: r, needed: needed}
	for _, sheet := range f.GetSheetList() {
		rows, err := f.Rows(sheet)
		if err != nil {
			return unreadable(err)
		}
		t.rows = 0
		r.Format = fmt.Sprintf("XLSX, sheet %q", sheet)
		for rows.Next() {
			cells, err := rows.Columns()
			if err != nil {
				rows.Close()
				return unreadable(err)
			}
			if t.rows++; !t.take(cells) {
				break
			}
		}
		if err := errors.Join(rows.Error(), rows.Close()); err != nil {
			return unreadable(err)
		}
		if t.header {
			break
		}
	}
	return t.end()
}
