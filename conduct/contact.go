package conduct

import (
	"strings"

	"rekindle/trial/study"
)

// contact gives the study's contact on one line.
func (c *Conduct) contact() string { return contact(*c.Protocol) }

// contactIn gives it to those who read a language.
func (c *Conduct) contactIn(language string) string { return contact(study.In(language, *c.Protocol)) }

func contact(p study.Protocol) string {
	k := p.Contact
	var parts []string
	for _, part := range []string{k.Name, k.Email, k.Phone} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// resources gives an arm's resources, a paragraph each.
func resources(p study.Protocol, arm study.Arm) string {
	var paragraphs []string
	for _, id := range arm.Resources {
		if res, ok := p.Resource(id); ok {
			paragraphs = append(paragraphs, strings.TrimSpace(strings.Join([]string{res.Title, res.Text, res.URL}, "\n")))
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
