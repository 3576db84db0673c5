package analysis

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// maxMistakes is how many mistakes of one file are listed; more are counted.
const maxMistakes = 50

// ReadScores reads a file of scores: comma-separated, a header, one row for each participant and visit, an empty cell
// for a missing score. The protocol's [analysis.columns] name the columns; each outcome's column is its Column or ID.
// Every mistake is reported with row and column; nothing is guessed.
func ReadScores(name string, r io.Reader, p *study.Protocol) (*Data, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, problem.New(problem.Unavailable, "cannot be read").At("%s", name).Because(err)
	}
	sum := sha256.Sum256(raw)
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if err := readable(name, raw); err != nil {
		return nil, err
	}
	s := &scoreFile{name: name, p: p, column: map[string]int{}, seen: map[string]int{}, at: map[string]int{}, outside: map[string]outside{}}
	if err := s.read(raw); err != nil {
		return nil, err
	}
	d := &Data{Protocol: p, Participants: s.people}
	for _, o := range p.Outcomes {
		if out, ok := s.outside[o.ID]; ok {
			d.Notes = append(d.Notes, fmt.Sprintf("Outcome %s: scores outside the %g to %g of its instrument are taken as they stand (%d; the first in row %d: %s).", o.ID, out.low, out.high, out.count, out.row, out.cell))
		}
	}
	d.Source = Source{File: name, Dataset: hex.EncodeToString(sum[:]), Study: p.ID, Title: p.Title}
	return d, d.check()
}

// readable refuses what is not UTF-8 text.
func readable(name string, raw []byte) error {
	if len(raw) == 0 {
		return problem.New(problem.Invalid, "the file is empty").At("%s", name).Instead("give a header row and one row for each participant and visit")
	}
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && n == 1 || r == 0 {
			return problem.New(problem.Invalid, "byte %d (0x%02x) is not UTF-8 text", i+1, raw[i]).
				At("%s line %d", name, 1+bytes.Count(raw[:i], []byte("\n"))).Instead("save the file as CSV in UTF-8")
		}
		i += n
	}
	return nil
}

// scoreFile is the state of reading one file.
type scoreFile struct {
	name    string
	p       *study.Protocol
	column  map[string]int // column name -> index
	seen    map[string]int // participant and visit -> row
	at      map[string]int // participant -> index in people
	people  []Participant
	list    problem.List
	more    int
	outside map[string]outside // outcome -> scores that its instrument cannot give
}

func (s *scoreFile) wrong(row int, column, remedy, format string, args ...any) {
	if len(s.list) == maxMistakes {
		s.more++
		return
	}
	q := problem.New(problem.Invalid, format, args...).At("%s row %d", s.name, row).On("%s", column)
	if remedy != "" {
		q.Instead("%s", remedy)
	}
	s.list.Add(q)
}

func (s *scoreFile) read(raw []byte) error {
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return s.syntax(err)
	}
	if len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
		return problem.New(problem.Invalid, "the header has one column, %q", header[0]).At("%s row 1", s.name).Instead("separate the columns with commas")
	}
	for i, h := range header {
		h = strings.TrimSpace(h)
		if first, twice := s.column[h]; twice {
			s.wrong(1, h, "give each column its own name", "columns %d and %d have the same name", first+1, i+1)
		}
		s.column[h] = i
	}
	s.demand()
	if len(s.list) > 0 {
		return s.list
	}
	for row := 2; ; row++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s.syntax(err)
		}
		if len(record) != len(header) {
			s.wrong(row, "", fmt.Sprintf("give %d cells, as in the header", len(header)), "the row has %d cells", len(record))
			continue
		}
		s.row(row, record)
	}
	if s.more > 0 {
		s.list.Add(problem.New(problem.Invalid, "%d further mistakes are not listed", s.more).At("%s", s.name))
	}
	if len(s.list) > 0 {
		return s.list
	}
	return nil
}

func (s *scoreFile) syntax(err error) error {
	if pe, ok := errors.AsType[*csv.ParseError](err); ok {
		return problem.New(problem.Invalid, "not comma-separated values: %v", pe.Err).At("%s line %d column %d", s.name, pe.Line, pe.Column).
			Instead("close every quote, and double a quote inside a quoted cell")
	}
	return problem.New(problem.Invalid, "the file has no header row").At("%s", s.name).Because(err)
}

// demand lists the columns that are missing.
func (s *scoreFile) demand() {
	need := func(column, what string) {
		if _, ok := s.column[column]; !ok {
			names := make([]string, 0, len(s.column))
			for n := range s.column {
				names = append(names, n)
			}
			slices.Sort(names)
			s.wrong(1, column, fmt.Sprintf("add the column, or name another under [analysis.columns] (the file has: %s)", strings.Join(names, ", ")), "the column with %s is missing", what)
		}
	}
	c := s.p.Analysis.Columns
	need(c.Participant, "the participant")
	need(c.Arm, "the arm")
	need(c.Visit, "the visit")
	if c.Analysed != "" {
		need(c.Analysed, "the marks of who received the intervention")
	}
	for _, v := range s.p.Analysis.Covariates {
		need(v.InFile(), "covariate "+v.ID)
	}
	taken := map[string]string{}
	for _, o := range s.p.Outcomes {
		need(o.InFile(), "outcome "+o.ID)
		if other, twice := taken[o.InFile()]; twice {
			s.wrong(1, o.InFile(), "give each outcome its own column", "outcomes %s and %s are read from the same column", other, o.ID)
		}
		taken[o.InFile()] = o.ID
	}
}

// word gives a cell in the protocol's own words.
func (s *scoreFile) word(record []string, column string) string {
	w := strings.TrimSpace(record[s.column[column]])
	if own, ok := s.p.Analysis.Columns.Values[column][w]; ok {
		return own
	}
	return w
}

// unreadable stands for a covariate whose mistake has been told.
const unreadable = "\x00"

// row takes one row: all of it, or none when it has a mistake.
func (s *scoreFile) row(row int, record []string) {
	c := s.p.Analysis.Columns
	code, arm, visit := s.word(record, c.Participant), s.word(record, c.Arm), s.word(record, c.Visit)
	if code == "" {
		s.wrong(row, c.Participant, "give every row its participant", "no participant")
		return
	}
	if _, ok := s.p.Arm(arm); !ok {
		s.wrong(row, c.Arm, "use "+s.words(c.Arm, s.p.ArmIDs()), "arm %q is not in the protocol", arm)
		return
	}
	if _, ok := s.p.Visit(visit); !ok {
		var ids []string
		for _, v := range s.p.Visits {
			ids = append(ids, v.ID)
		}
		s.wrong(row, c.Visit, "use "+s.words(c.Visit, ids), "visit %q is not in the protocol", visit)
		return
	}
	if first, twice := s.seen[code+"\x00"+visit]; twice {
		s.wrong(row, c.Visit, "keep one of the two", "participant %s has visit %s already in row %d", code, visit, first)
		return
	}
	s.seen[code+"\x00"+visit] = row

	received := 1
	if c.Analysed != "" {
		switch w := strings.TrimSpace(record[s.column[c.Analysed]]); w {
		case "1":
		case "0":
			received = 0
		default:
			s.wrong(row, c.Analysed, "use 1 or 0", "%q", w)
		}
	}
	covariates := map[string]string{}
	for _, v := range s.p.Analysis.Covariates {
		w := s.word(record, v.InFile())
		switch {
		case w == "":
		case len(v.Levels) == 0 && number(w), slices.Contains(v.Levels, w):
			covariates[v.ID] = w
		case len(v.Levels) == 0:
			covariates[v.ID] = unreadable
			s.wrong(row, v.InFile(), "give a number with a decimal point, or leave the cell empty", "%q is not a number", w)
		default:
			covariates[v.ID] = unreadable
			s.wrong(row, v.InFile(), "use "+s.words(v.InFile(), v.Levels), "level %q is not in the protocol", w)
		}
	}
	i, known := s.at[code]
	if !known {
		i = len(s.people)
		s.at[code] = i
		s.people = append(s.people, Participant{Code: code, Arm: arm, Covariates: covariates, Received: received, Scores: map[string]map[string]float64{}})
	}
	p := &s.people[i]
	if p.Arm != arm {
		s.wrong(row, c.Arm, "a participant has one arm", "participant %s is in arm %q here and in %q before", code, arm, p.Arm)
	}
	if p.Received != received {
		s.wrong(row, c.Analysed, "mark all rows of a participant alike", "participant %s is marked %d here and %d before", code, received, p.Received)
	}
	for id, w := range covariates {
		if before := p.Covariates[id]; before != w && before != unreadable && w != unreadable {
			s.wrong(row, id, "a covariate is the same at every visit", "participant %s has %q here and %q before", code, w, p.Covariates[id])
		}
	}
	s.scores(row, record, p, visit)
}

// greatest is beyond every score; squares of what is smaller still add up.
const greatest = 1e9

// outside is how many scores of an outcome lie outside what its instrument can give, and where the first stands.
type outside struct {
	count     int
	row       int
	cell      string
	low, high float64
}

// within counts a score that its instrument cannot give. It may be on another scale, on purpose: so it is taken, and told.
func (s *scoreFile) within(row int, o study.Outcome, v float64, cell string) {
	in, err := instrument.Find(o.Instrument)
	if err != nil {
		return // the check of the protocol tells it
	}
	score, ok := in.FindScore(o.Score)
	if !ok {
		return
	}
	const rounding = 1e-6
	if low, high := score.Range[0], score.Range[1]; v < low-rounding || v > high+rounding {
		at := s.outside[o.ID]
		if at.count == 0 {
			at = outside{row: row, cell: cell, low: low, high: high}
		}
		at.count++
		s.outside[o.ID] = at
	}
}

// scores takes the outcomes of one row.
func (s *scoreFile) scores(row int, record []string, p *Participant, visit string) {
	any := false
	for _, o := range s.p.Outcomes {
		cell := strings.TrimSpace(record[s.column[o.InFile()]])
		if cell == "" {
			continue
		}
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			s.wrong(row, o.InFile(), "give a number with a decimal point, or leave the cell empty", "%q is not a number", cell)
			continue
		}
		if math.Abs(v) > greatest {
			s.wrong(row, o.InFile(), "give the score in the points of its instrument", "%q is greater than any score", cell)
			continue
		}
		s.within(row, o, v, cell)
		if p.Scores[o.ID] == nil {
			p.Scores[o.ID] = map[string]float64{}
		}
		p.Scores[o.ID][visit] = v
		any = true
	}
	if visit == s.p.Analysis.Endpoint && any {
		p.Complete, p.InWindow = true, true
	}
}

// number says whether a cell is a finite number.
func number(cell string) bool {
	v, err := strconv.ParseFloat(cell, 64)
	return err == nil && finite(v)
}

// words lists what a cell may hold: the file's own words where the protocol maps them, our ids otherwise.
func (s *scoreFile) words(column string, ids []string) string {
	theirs := map[string]string{}
	for w, id := range s.p.Analysis.Columns.Values[column] {
		theirs[id] = w
	}
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = strconv.Quote(id)
		if w, ok := theirs[id]; ok {
			out[i] = strconv.Quote(w)
		}
	}
	return strings.Join(out, ", ")
}
