package instrument

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"rekindle/problem"
)

// ScoreCSV scores a file with one row per respondent and item ids as columns, and gives the rows to write: a header,
// then for each respondent the columns that are no items (id, visit, ...) as they came, every score, every flag
// (true, false) and the items without an answer. An empty cell is a missing score or flag.
//
// The instruments are, in this order: the one named by id; the one each row names in its column "instrument"; else all
// with scores that have an item among the columns. Every item of an instrument needs its column, so that
// a misspelt one is found and not taken for unanswered. An empty cell is blank. Every mistake is found at once,
// with line, column and what is allowed.
func ScoreCSV(name string, data []byte, id string) ([][]string, error) {
	t, err := readTable(name, data)
	if err != nil {
		return nil, err
	}
	if err := t.choose(id); err != nil {
		return nil, err
	}
	return t.score()
}

// table is a CSV file with its columns sorted out.
type table struct {
	name    string
	header  []string
	rows    [][]string
	lines   []int // line of each row in the file
	column  map[string]int
	carried []int         // columns that are passed through
	chosen  []*Instrument // what is scored
	byRow   int           // column that names the instrument of a row; -1: every row has all
}

// readTable reads header and rows and refuses what is not a table.
func readTable(name string, data []byte) (*table, error) {
	data, p := plain(name, data)
	if p != nil {
		return nil, p
	}
	r := csv.NewReader(bytes.NewReader(data))
	header, err := r.Read()
	if err != nil {
		if err == io.EOF {
			return nil, problem.New(problem.Invalid, "the file is empty").At("%s", name).Instead("A header with item ids, then one row per respondent")
		}
		return nil, csvProblem(name, err)
	}
	if len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
		return nil, problem.New(problem.Invalid, "the columns are parted by semicolons or tabs").At("%s line 1", name).Instead("Part them by commas")
	}
	t := &table{name: name, header: header, column: map[string]int{}, byRow: -1}
	var wrong problem.List
	for i, h := range header {
		if _, again := t.column[h]; again {
			wrong.Add(problem.New(problem.Invalid, "the column is there twice").At("%s line 1", name).On("%s", h).Instead("Each column once"))
		}
		t.column[h] = i
		if item, near := nearItem(h); near {
			wrong.Add(problem.New(problem.Invalid, "the column is almost an item").At("%s line 1", name).On("%s", strconv.Quote(h)).Instead("Write %s", item))
		}
	}
	if wrong != nil {
		return nil, wrong
	}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, csvProblem(name, err)
		}
		line, _ := r.FieldPos(0)
		t.rows, t.lines = append(t.rows, row), append(t.lines, line)
	}
}

func csvProblem(name string, err error) *problem.Problem {
	place, remedy := name, "Every row with as many cells as the header; a cell with a comma or quotation mark in quotation marks"
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		place, err = name+" line "+strconv.Itoa(parse.Line), parse.Err
	}
	return problem.New(problem.Invalid, "the table cannot be read: %s", err).At("%s", place).Instead("%s", remedy)
}

// nearItem finds the item that a column name misses only by case or spaces.
func nearItem(column string) (item string, near bool) {
	plainName := strings.TrimSpace(column)
	for _, in := range All() {
		for _, it := range in.Items {
			if strings.EqualFold(it.ID, plainName) {
				return it.ID, it.ID != column && len(in.Scores) > 0
			}
		}
	}
	return "", false
}

// choose finds the instruments to score and sorts the columns into items and those carried through.
func (t *table) choose(id string) error {
	byRow, hasColumn := t.column["instrument"]
	switch {
	case id != "":
		in, err := Find(id)
		if err != nil {
			return err
		}
		t.chosen = []*Instrument{in}
	case hasColumn:
		t.byRow = byRow
		if err := t.chooseByRow(); err != nil {
			return err
		}
	default:
		for _, in := range All() {
			has := func(it *Item) bool { _, ok := t.column[it.ID]; return ok }
			if len(in.Scores) > 0 && slices.ContainsFunc(in.Items, has) {
				t.chosen = append(t.chosen, in)
			}
		}
	}
	if len(t.chosen) == 0 && len(t.rows) > 0 {
		return problem.New(problem.Invalid, "no column is an item of an instrument with scores").At("%s line 1", t.name).
			Instead("Item ids as columns, such as PF1, PF2, ...")
	}
	return t.sortColumns()
}

func (t *table) chooseByRow() error {
	var wrong problem.List
	for i, row := range t.rows {
		in, err := Find(strings.TrimSpace(row[t.byRow]))
		if err != nil {
			p, _ := errors.AsType[*problem.Problem](err)
			wrong.Add(p.At("%s line %d", t.name, t.lines[i]))
			if enough(&wrong, t.name) {
				break
			}
			continue
		}
		if !slices.Contains(t.chosen, in) {
			t.chosen = append(t.chosen, in)
		}
	}
	return wrong.Err()
}

func (t *table) sortColumns() error {
	var wrong problem.List
	item := map[string]bool{}
	for _, in := range t.chosen {
		for _, it := range in.Items {
			item[it.ID] = true
			if _, ok := t.column[it.ID]; !ok {
				wrong.Add(problem.New(problem.Invalid, "the column is missing; %s needs every item", in.ID).At("%s line 1", t.name).
					On("%s", it.ID).Instead("Add it, with empty cells if nobody answered it"))
			}
		}
	}
	for i, h := range t.header {
		if item[h] {
			continue
		}
		if in, is := OfItem(h); is && len(in.Scores) > 0 {
			wrong.Add(problem.New(problem.Invalid, "the column is an item of %s, which is not scored here", in.ID).At("%s line 1", t.name).
				On("%s", h).Instead("Leave it out, or score %s too", in.ID))
		}
		t.carried = append(t.carried, i)
	}
	return wrong.Err()
}

// score gives the header and one row per respondent.
func (t *table) score() ([][]string, error) {
	header := []string{}
	for _, i := range t.carried {
		header = append(header, t.header[i])
	}
	scores, flags := t.results()
	header = append(append(append(header, scores...), flags...), "missing")
	if p := t.clash(header); p != nil {
		return nil, p
	}
	out := [][]string{header}
	var wrong problem.List
	for i, row := range t.rows {
		all, problems := t.scoreRow(i)
		if wrong.Add(problems...); enough(&wrong, t.name) {
			break
		}
		cells := make([]string, 0, len(header))
		for _, i := range t.carried {
			cells = append(cells, row[i])
		}
		for _, id := range scores {
			cells = append(cells, number64(all.Scores[id]))
		}
		for _, id := range flags {
			cells = append(cells, truth(all.Flags[id]))
		}
		out = append(out, append(cells, strings.Join(all.Missing, " ")))
	}
	if wrong != nil {
		return nil, wrong
	}
	return out, nil
}

// results gives the ids of all scores and flags of the chosen instruments. A flag id that two instruments share
// (pfi16 and miniz1_burnout both have "burnout") is written "miniz1_burnout.burnout".
func (t *table) results() (scores, flags []string) {
	for _, in := range t.chosen {
		for _, s := range in.Scores {
			scores = append(scores, s.ID)
			for _, c := range s.Cutoffs {
				for _, name := range c.Names() {
					flags = append(flags, t.flagName(in, name))
				}
			}
		}
	}
	return scores, flags
}

func (t *table) flagName(in *Instrument, flag string) string {
	for _, other := range t.chosen {
		if other != in && slices.Contains(other.flagNames(), flag) {
			return in.ID + "." + flag
		}
	}
	return flag
}

func (in *Instrument) flagNames() (names []string) {
	for _, s := range in.Scores {
		for _, c := range s.Cutoffs {
			names = append(names, c.Names()...)
		}
	}
	return names
}

// clash refuses a carried column that has the name of a result.
func (t *table) clash(header []string) *problem.Problem {
	for i, h := range header {
		if slices.Contains(header[:i], h) {
			return problem.New(problem.Invalid, "the column has the name of a result").At("%s line 1", t.name).On("%s", h).Instead("Rename it or leave it out")
		}
	}
	return nil
}

// scoreRow gives the results of all instruments of one row together.
func (t *table) scoreRow(i int) (Result, problem.List) {
	all := Result{Scores: map[string]*float64{}, Flags: map[string]*bool{}}
	var wrong problem.List
	row := t.rows[i]
	for _, in := range t.chosen {
		answers := make(Answers, len(in.Items))
		asked := t.byRow < 0 || strings.TrimSpace(row[t.byRow]) == in.ID
		for _, it := range in.Items {
			cell := row[t.column[it.ID]]
			answer, p := it.Read(cell)
			if p == nil && !asked && answer != Blank {
				p = problem.New(problem.Invalid, "%s is answered in a row of another instrument", quote(cell)).On("%s", it.ID).Instead("An empty cell")
			}
			if p != nil {
				wrong.Add(p.At("%s line %d", t.name, t.lines[i]))
				continue
			}
			answers[it.ID] = answer
		}
		if !asked || wrong != nil {
			continue
		}
		res, err := in.Score(answers)
		if err != nil {
			wrong.Add(problem.New(problem.Internal, "the row could not be scored").At("%s line %d", t.name, t.lines[i]).Because(err))
			continue
		}
		for id, s := range res.Scores {
			all.Scores[id] = s
		}
		for name, f := range res.Flags {
			all.Flags[t.flagName(in, name)] = f
		}
		all.Missing = append(all.Missing, res.Missing...)
	}
	return all, wrong
}

func number64(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'f', -1, 64)
}

func truth(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}
