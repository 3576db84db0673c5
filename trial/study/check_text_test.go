package study_test

import (
	"errors"
	"strings"
	"testing"

	"rekindle/problem"
	"rekindle/trial/study"
)

// What takes the place of a message's words is held to the same rules as the protocol's.
func TestCheckText(t *testing.T) {
	p := &study.Protocol{}
	reminder := study.Message{ID: "survey-reminder", Purpose: study.SurveyReminder}
	for name, c := range map[string]struct{ subject, body, field, part string }{
		"right":               {"Until {{date}}", "Dear {{name}}, {{visit}}: {{link}}", "", ""},
		"unknown word":        {"Until {{dat}}", "{{link}}", "subject", "{{date}}"},
		"no link":             {"Your survey", "Please answer.", "body", "{{link}}"},
		"open braces":         {"Your survey", "Please answer {{link}", "body", "two braces"},
		"no subject":          {"  ", "{{link}}", "subject", "no text"},
		"no text":             {"Your survey", "", "body", "no text"},
		"two lines":           {"Your\nsurvey", "{{link}}", "subject", "one line"},
		"too long":            {"Your survey", "{{link}}" + strings.Repeat("x", 20_000), "body", "20000"},
		"another mail's word": {"Your survey", "{{link}} {{coach}}", "body", "{{coach}}"},
	} {
		err := p.CheckText(reminder, c.subject, c.body)
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		all, _ := errors.AsType[problem.List](err)
		if len(all) == 0 || all[0].Field != c.field || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s: %v, want %q about %s", name, err, c.part, c.field)
		}
	}
	choose := study.Message{Purpose: study.ChooseCoach, Body: "Choose: {{link}}"}
	if err := p.CheckText(choose, "Choose", "Please choose."); err == nil || !strings.Contains(err.Error(), "lost its link") {
		t.Errorf("a mail that has lost its link: %v", err)
	}
	if err := p.CheckText(study.Message{Purpose: study.SessionReminder}, "Tomorrow", "With {{coach}} on {{date}}"); err != nil {
		t.Errorf("a mail that needs no link: %v", err)
	}
}
