package protocol

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// widest is the widest page in letters; wider lines are tiring to read.
const widest = 100

// Text writes the page for a terminal of so many columns, 60 to 100.
func (p *Page) Text(columns int) string {
	t := &teller{width: max(60, min(columns, widest))}
	t.wrap(p.Title, 0)
	t.line(strings.Repeat("=", min(utf8.RuneCountInString(p.Title), t.width)))
	t.line(fmt.Sprintf("Protocol %s, version %s", p.ID, p.Version))
	t.wrap(p.Source, 0)
	t.line("SHA-256 " + p.Digest)
	for _, s := range p.Sections {
		t.gap()
		t.line(strings.ToUpper(s.Title))
		t.line(strings.Repeat("-", utf8.RuneCountInString(s.Title)))
		for i, b := range s.Blocks {
			if i > 0 {
				t.gap()
			}
			t.block(b)
		}
	}
	return t.b.String()
}

type teller struct {
	b     strings.Builder
	width int
	empty bool // the last line is
}

func (t *teller) line(text string) {
	t.b.WriteString(strings.TrimRight(text, " ") + "\n")
	t.empty = strings.TrimSpace(text) == ""
}

func (t *teller) gap() {
	if !t.empty {
		t.line("")
	}
}

func (t *teller) block(b Block) {
	if b.Course != nil {
		for sentence := range strings.SplitSeq(strings.TrimSuffix(b.Course.Words(), "."), ". ") {
			t.wrap("- "+sentence, 2)
		}
		return
	}
	if b.Heading != "" {
		t.line(b.Heading)
	}
	t.wrap(b.Text, 0)
	for _, item := range b.List {
		t.wrap("- "+item, 2)
	}
	widest := 0
	for _, f := range b.Facts {
		widest = max(widest, utf8.RuneCountInString(f.Term))
	}
	for _, f := range b.Facts {
		t.wrap(pad(f.Term, widest)+"  "+f.Text, widest+2)
	}
	t.quote(reflow(b.Markdown))
	t.quote(b.Letter)
	if b.Table != nil {
		t.table(b.Table)
	}
}

// quote writes a text behind a bar, line by line.
func (t *teller) quote(text string) {
	if text = strings.TrimSpace(text); text == "" {
		return
	}
	for line := range strings.SplitSeq(text, "\n") {
		for _, part := range fold(line, t.width-4, 0) {
			t.line("  | " + part)
		}
	}
}

// reflow joins the lines of each Markdown paragraph and list item.
func reflow(markdown string) string {
	var lines []string
	for line := range strings.SplitSeq(markdown, "\n") {
		word := strings.TrimSpace(line)
		last := len(lines) - 1
		starts := word == "" || strings.HasPrefix(word, "#") || strings.HasPrefix(word, "- ") || strings.HasPrefix(word, "* ") || numbered.MatchString(word)
		if starts || last < 0 || strings.TrimSpace(lines[last]) == "" || strings.HasPrefix(lines[last], "#") {
			lines = append(lines, line)
		} else {
			lines[last] += " " + word
		}
	}
	return strings.Join(lines, "\n")
}

var numbered = regexp.MustCompile(`^\d+[.)] `)

// wrap writes a paragraph; lines after the first are indented.
func (t *teller) wrap(text string, indent int) {
	if text == "" {
		return
	}
	for i, line := range fold(text, t.width, indent) {
		if i > 0 {
			line = strings.Repeat(" ", indent) + line
		}
		t.line(line)
	}
}

// fold breaks a text between words; the lines after the first are shorter by the indent. Spaces at the beginning stay.
func fold(text string, width, indent int) []string {
	var lines []string
	room := width
	for utf8.RuneCountInString(text) > room {
		letters := []rune(text)
		cut := room
		for cut > room/3 && letters[cut] != ' ' {
			cut--
		}
		if letters[cut] != ' ' { // one long word
			cut = room
		}
		lines = append(lines, strings.TrimRight(string(letters[:cut]), " "))
		text = strings.TrimLeft(string(letters[cut:]), " ")
		room = max(width-indent, 10)
	}
	return append(lines, text)
}

// table writes columns side by side, the widest ones folded until the table fits.
func (t *teller) table(table *Table) {
	if table.Caption != "" {
		t.line(table.Caption)
	}
	rows := append([][]string{table.Head}, table.Rows...)
	widths := t.widths(rows)
	rule := strings.Repeat("─", min(sum(widths)+2*(len(widths)-1), t.width))
	t.line(rule)
	for r, row := range rows {
		if len(row) == 1 {
			t.line(row[0])
			continue
		}
		var cells [][]string
		height := 1
		for i, cell := range row {
			cells = append(cells, fold(cell, widths[i], 0))
			height = max(height, len(cells[i]))
		}
		for y := range height {
			var line strings.Builder
			for i := range cells {
				part := ""
				if y < len(cells[i]) {
					part = cells[i][y]
				}
				line.WriteString(pad(part, widths[i]) + "  ")
			}
			t.line(line.String())
		}
		if r == 0 {
			t.line(rule)
		}
	}
	t.line(rule)
	for _, note := range table.Notes {
		t.wrap(note, 0)
	}
}

// widths gives each column the room its longest cell needs, then takes from the widest ones until the table fits: first
// down to their longest words of up to 20 letters, and where that is not enough, down to 8.
func (t *teller) widths(rows [][]string) []int {
	widths, least := make([]int, len(rows[0])), make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			if len(row) == 1 {
				break
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			for _, word := range strings.Fields(cell) {
				least[i] = max(least[i], min(utf8.RuneCountInString(word), 20))
			}
		}
	}
	for sum(widths)+2*(len(widths)-1) > t.width {
		widest := -1
		for i := range widths {
			if widths[i] > least[i] && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			if slices.Max(least) <= 8 {
				break
			}
			for i := range least {
				least[i] = min(least[i], 8)
			}
			continue
		}
		widths[widest]--
	}
	return widths
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

func sum(numbers []int) (total int) {
	for _, n := range numbers {
		total += n
	}
	return total
}
