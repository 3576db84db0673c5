package protocol

import (
	"bytes"
	_ "embed"
	"html/template"

	"github.com/yuin/goldmark"
)

//go:embed page.html
var pageText string

//go:embed page.css
var style string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"markdown": markdown,
	"style":    func() template.CSS { return template.CSS(style) },
}).Parse(pageText))

// HTML gives one self-contained page: no script, no other file, fit to print.
func (p *Page) HTML() ([]byte, error) { return p.execute("page") }

// Article gives the page's content alone, for a site that has its own frame; Style is what it needs.
func (p *Page) Article() (template.HTML, error) {
	text, err := p.execute("article")
	return template.HTML(text), err
}

// Style is the style sheet of the page, for those who set the Article into a frame of their own.
func Style() template.CSS { return template.CSS(style) }

func (p *Page) execute(name string) ([]byte, error) {
	var b bytes.Buffer
	err := pageTemplate.ExecuteTemplate(&b, name, p)
	return b.Bytes(), err
}

// markdown sets the consent text; HTML inside it is left out, by goldmark's default.
func markdown(text string) (template.HTML, error) {
	var b bytes.Buffer
	err := goldmark.Convert([]byte(text), &b)
	return template.HTML(b.String()), err
}
