package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"rekindle/analysis"
	"rekindle/problem"
	"rekindle/trial/study"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"minus": minus, "cell": cell}).Parse(pageText))

// minus sets a true minus sign before digits, for people; files for machines keep the hyphen.
func minus(s string) string {
	var b strings.Builder
	for i, r := range s {
		if r == '-' && i+1 < len(s) && (s[i+1] >= '0' && s[i+1] <= '9' || s[i+1] == '$') && (i == 0 || s[i-1] == ' ' || s[i-1] == '(') {
			r = '\u2212'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// interval finds the estimate and the interval of a cell.
var interval = regexp.MustCompile(`^(-?[0-9.]+) (\(-?[0-9.]+ to -?[0-9.]+\))$`)

// cell keeps an interval in one piece, below its estimate where the column is narrow.
func cell(s string) template.HTML {
	if m := interval.FindStringSubmatch(s); m != nil {
		return template.HTML(minus(m[1]) + ` <span class="whole">` + minus(m[2]) + `</span>`) // digits and brackets only
	}
	return template.HTML(template.HTMLEscapeString(minus(s)))
}

// pageData is what the page prints.
type pageData struct {
	Protocol *study.Protocol
	Source   analysis.Source
	Style    template.CSS
	Lead     string // the primary outcome in one sentence
	Sections []pageSection
	Tables   []pageTable
	Further  []pageTable // sensitivity analyses
	Flow     template.HTML
	Forests  []pageFigure
	Profiles []pageFigure
	Notes    []string
}

// pageSection is a section of the text; those after the first population's outcomes are folded.
type pageSection struct {
	Section
	Folded bool
}

type pageFigure struct {
	Title string
	SVG   template.HTML
}

type pageTable struct {
	*Table
	Groups []group // the upper header row; empty where no column has a group
	Width  int     // columns with the stub
}

// Link is how the contents name the table: its number, with the population where several tables share one.
func (t pageTable) Link() string {
	switch {
	case t.Number == "":
		return t.Title
	case strings.HasPrefix(t.ID, "table3-"):
		return t.Number + t.Title[strings.LastIndex(t.Title, ", "):]
	}
	return t.Number
}

type group struct {
	Label string
	Span  int
}

// groups joins neighbouring columns under one heading.
func groups(columns []Column) (out []group) {
	any := false
	for _, c := range columns {
		if n := len(out); n > 0 && out[n-1].Label == c.Group {
			out[n-1].Span++
		} else {
			out = append(out, group{c.Group, 1})
		}
		any = any || c.Group != ""
	}
	if !any {
		return nil
	}
	return out
}

// page makes the self-contained page; drawings are the SVGs by figure id.
func (rep *Report) page(drawings map[string][]byte) ([]byte, error) {
	data := pageData{Protocol: rep.Protocol, Source: rep.Result.Source, Style: template.CSS(pageStyle), Lead: lead(rep.Protocol, rep.Result), Notes: rep.Result.Notes}
	outcomes := 0
	for _, s := range rep.Sections {
		if s.Population != "" {
			outcomes++
		}
		data.Sections = append(data.Sections, pageSection{s, s.Population != "" && outcomes > 1})
	}
	for _, t := range rep.Tables {
		pt := pageTable{t, groups(t.Columns), len(t.Columns) + 1}
		if strings.HasPrefix(t.ID, "sensitivity-") {
			data.Further = append(data.Further, pt)
		} else {
			data.Tables = append(data.Tables, pt)
		}
	}
	inline := func(id string) template.HTML { return template.HTML(drawings[id]) } // our own drawing, its texts escaped
	data.Flow = inline("flow")
	for i, c := range rep.Result.Changes {
		pop, _ := rep.Protocol.Population(c.Population)
		data.Forests = append(data.Forests, pageFigure{pop.Name, inline("forest-" + c.Population)})
		if i > 0 {
			continue
		}
		for _, row := range c.Rows {
			if row.Failed == "" {
				data.Profiles = append(data.Profiles, pageFigure{pop.Name, inline(fmt.Sprintf("profile-%s-%s", c.Population, row.Outcome))})
			}
		}
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, data); err != nil {
		return nil, problem.New(problem.Internal, "the report's page cannot be made").Because(err)
	}
	return b.Bytes(), nil
}
