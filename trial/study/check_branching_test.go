package study_test

import (
	"strings"
	"testing"
)

func TestConditionsAreCheckedWithTheProtocol(t *testing.T) {
	text := shipped(t, "kiser2024.toml")
	with := func(item, show string) string {
		return text + "\n[[branching]]\nitem = \"" + item + "\"\nshow = \"" + show + "\"\n"
	}
	for _, ok := range [][2]string{
		{"fidelity.guidance", "[goals] <> 'no_goals'"},
		{"fidelity.goals", "[coaching_vision] = 'yes' and [baseline][PF1] > 2"},
		{"demographics.caregiving", "[race_ethnicity(asian)] or [race_ethnicity(other)] = '1'"},
		{"fidelity.guidance", "[baseline][age_group] = 'under_31'"},
	} {
		if _, found := check(t, with(ok[0], ok[1])); found.Err() != nil {
			t.Errorf("%v: %v", ok, found.Err())
		}
	}
	for _, wrong := range [][4]string{
		{"fidelity.nothing", "[goals] = ''", "item", `no item of fidelity "nothing"`},
		{"demographics.gender", "[PF1] = 1", "item", "asked of everybody"},
		{"pfi16.PF2", "[PF1] = 1", "item", "asked of everybody"},
		{"phq2.PH1", "[PF1] = 1", "item", `no visit has the form "phq2"`},
		{"fidelity.guidance", "[goals] == 'x'", "show", "character 9"},
		{"fidelity.guidance", "", "show", "there is no value here"},
		{"fidelity.guidance", "datediff([goals], 'today')", "show", "is not supported"},
		{"fidelity.guidance", "1 = 1 and [unknown] = 1", "show", `character 11: there is no item "unknown"`},
		{"fidelity.guidance", "[guidance] = ''", "show", "guidance does not come before guidance"},
		{"fidelity.goals", "[guidance] = ''", "show", "guidance does not come before goals"},
		{"fidelity.guidance", "[month9][PF1] = 1", "show", `no visit "month9"`},
		{"fidelity.guidance", "[baseline][goals] = ''", "show", "goals is not asked at the visit"},
		{"demographics.caregiving", "[race_ethnicity] = 'asian'", "show", "any number of its codes"},
		{"demographics.caregiving", "[race_ethnicity(martian)]", "show", `no code "martian"`},
		{"demographics.caregiving", "[age_group(under_31)]", "show", "one value"},
	} {
		_, found := check(t, with(wrong[0], wrong[1]))
		text := ""
		for _, p := range found {
			if strings.HasPrefix(p.Field, "branching") && strings.HasSuffix(p.Field, wrong[2]) {
				text += p.Error() + "\n"
			}
		}
		if !strings.Contains(text, wrong[3]) {
			t.Errorf("%v: %v", wrong, found)
		}
	}
	twice := with("fidelity.guidance", "[goals] = ''") + "\n[[branching]]\nitem = \"fidelity.guidance\"\nshow = \"[goals] <> ''\"\n"
	if _, found := check(t, twice); found.Err() == nil || !strings.Contains(found.Error(), "has a condition already") {
		t.Errorf("two conditions: %v", found)
	}
}
