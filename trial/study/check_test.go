package study_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rekindle/problem"
	"rekindle/protocols"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// shipped gives the text of a shipped protocol.
func shipped(t testing.TB, name string) string {
	t.Helper()
	text, err := protocols.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// check reads and checks a text that is TOML.
func check(t testing.TB, text string) (*study.Protocol, problem.List) {
	t.Helper()
	p, err := study.Read("trial.toml", strings.NewReader(text))
	if p == nil {
		t.Fatalf("not read: %v", err)
	}
	return p, study.Check(p, instrument.Catalogue())
}

func TestShippedProtocolsAreSound(t *testing.T) {
	entries, err := protocols.Files.ReadDir(".")
	if err != nil || len(entries) < 2 {
		t.Fatalf("%d protocols: %v", len(entries), err)
	}
	for _, e := range entries {
		if _, found := check(t, shipped(t, e.Name())); found.Err() != nil {
			t.Errorf("%s: %v", e.Name(), found.Err())
		}
	}
}

// broken is one slip in the published trial's protocol: after the first place of after, old becomes new. The first
// mistake that follows stands on the line of at (of new, where at is empty), at field, and says message and remedy;
// as many as also follow from it, and no more.
type broken struct {
	name, after, old, new, at, field, message, remedy string
	also                                              int
}

var slips = []broken{
	{"unknown key", "", "cap = 138 ", "capp = 138 ", "", "enrolment.capp", "no such key", "did you mean cap?", 0},
	{"unknown key far from any", "", "cap = 138 ", "frobnicate = 1\ncap = 138 ", "", "enrolment.frobnicate", "no such key", "known here: announcements, cap", 0},
	{"text for a number", "", "cap = 138 ", `cap = "138" `, "", "enrolment.cap", `"138" is text`, "a whole number", 0},
	{"decimals for a whole number", "[coaching]", "days = 91", "days = 91.5", "", "coaching.days", "91.5 is a decimal number", "a whole number", 0},
	{"number for text", "", `version = "1.0"`, "version = 1.0", "", "version", "1.0 is a decimal number", "text in quotes", 0},
	{"number for yes", "", "waiting_list = true", "waiting_list = 1", "", "enrolment.waiting_list", "1 is a whole number", "true or false", 0},
	{"word for a list", "", `modes = ["phone", "video"]`, `modes = "phone"`, "", "coaching.modes", `"phone" is text`, `["one", "two"]`, 0},
	{"wrong type in a list", "", "sessions = [90, 60", `sessions = [90, "60"`, "", "coaching.sessions[2]", `"60" is text`, "whole number", 0},
	{"role of another type", "", `role = "control"`, "role = 1", "", "arm[control].role", "1 is a whole number", "text in quotes", 0},
	{"primary of another type", "", "primary = true\n", "primary = \"yes\"\n", "", "outcome[overall_burnout].primary", `"yes" is text`, "true or false", 0},
	{"nan", "", "alpha = 0.05", "alpha = nan", "", "analysis.alpha", "NaN", "finite", 0},
	{"negative seed", "", "seed = 20210805", "seed = -1", "", "analysis.seed", "-1", "from 0", 0},
	{"a time for a day", "", "opens = 2021-08-05", "opens = 2021-08-05T09:00:00Z", "", "enrolment.opens", "has a time of day", "2021-08-05", 0},
	{"a day that is none", "", "opens = 2021-08-05", `opens = "2021-02-30"`, "", "enrolment.opens", `"2021-02-30" is not a day`, "2021-08-05", 0},

	{"id", "", `id = "kiser2024"`, `id = "Kiser 2024"`, "", "id", `"Kiser 2024" is not an id`, "lower-case", 0},
	{"no title", "", `title = "Physician Coaching by`, "title = \"\" # ", "", "title", "no title", "title", 0},
	{"zone", "", `timezone = "America/New_York"`, `timezone = "America/Boston"`, "", "timezone", `"America/Boston" is not a time zone`, "IANA", 0},
	{"zone of the machine", "", `timezone = "America/New_York"`, `timezone = "Local"`, "", "timezone", `"Local"`, "IANA", 0},
	{"mail address", "", `email = "coaching-trial@example.org"`, `email = "coaching trial"`, "", "contact.email", "not an e-mail address", "office@example.org", 0},
	{"web address", "", `url = "https://988lifeline.org"`, `url = "988lifeline.org"`, "", "resource[help-now].url", "not a web address", "https://", 0},

	{"closes before it opens", "", "closes = 2021-12-01", "closes = 2021-08-04", "", "enrolment.closes", "closes on 2021-08-04, before it opens", "on or after 2021-08-05", 0},
	{"no place", "", "cap = 138 ", "cap = 0 ", "", "enrolment.cap", "0 is too small", "1 or more", 0},
	{"goal above the cap", "", "goal = 100", "goal = 200", "", "enrolment.goal", "can never be reached", "138", 0},
	{"negative invitations", "", "invitations = 3247", "invitations = -1", "", "enrolment.invitations", "-1", "0 or more", 0},
	{"half a power statement", "", "detectable = 0.5", "detectable = 0.0", "power = 0.80", "enrolment.power", "needs a power and a detectable", "together", 0},
	{"eligibility without an answer", "", "text = \"You are a practicing", "item = \"roster\"\ntext = \"You are a practicing", "[[eligibility]]", "eligibility[practicing].equals", "not said", "eligible", 0},
	{"consent after opening", "", "effective = 2021-08-05", "effective = 2021-08-06", "", "consent[1].effective", "before any consent text holds", "on or before 2021-08-05", 0},
	{"consent answer", "", "answer = 2", "answer = 3", "", "consent[1].question[1].answer", "no choice 3", "0 to 2", 0},
	{"consent without text", "", "text = \"\"\"\n# Taking part", "text = \"\"\"\"\"\"\nversion2 = \"\"\"\n# Taking part", "version2", "consent[1].version2", "no such key", "did you mean version?", 1},

	{"two controls", "", `role = "intervention"`, `role = "control"`, "coaching = true", "arm[coaching].coaching", "may choose a coach at once", "coaching = false", 1},
	{"role", "", `role = "intervention"`, `role = "treatment"`, "", "arm[coaching].role", `"treatment" is not allowed`, `"intervention", "control"`, 0},
	{"ratio", "", "ratio = 1", "ratio = 0", "", "arm[coaching].ratio", "0 is too small", "1 or more", 0},
	{"dangling resource", "", `"peer-support", "mindfulness"`, `"peer-suport", "mindfulness"`, "resources = [", "arm[control].resources[2]", `no resource "peer-suport"`, `did you mean "peer-support"?`, 0},
	{"unlock at a visit that is none", "", `after_visit = "month3"`, `after_visit = "month4"`, "", "arm[control].unlock.after_visit", `no visit "month4"`, `"month3"`, 0},
	{"unlock before allocation", "", `after_visit = "month3"`, `after_visit = "baseline"`, "", "arm[control].unlock.after_visit", "precedes allocation", "after allocation", 0},
	{"method", "", `method = "permuted-blocks"`, `method = "blocks"`, "", "allocation.method", `"blocks" is not allowed`, "permuted-blocks", 0},
	{"block size", "", "block_sizes = [4, 6]", "block_sizes = [4, 5]", "", "allocation.block_sizes[2]", "block of 5 cannot keep the allocation ratio 1:1", "a multiple of 2, as 6", 0},
	{"block size zero", "", "block_sizes = [4, 6]", "block_sizes = [0, 6]", "", "allocation.block_sizes[1]", "0 is not a size", "a multiple of 2", 0},
	{"no blocks", "", "block_sizes = [4, 6]", "block_sizes = []", "", "allocation.block_sizes", "no block sizes", "[4, 6]", 0},
	{"minimization without chance", "", `method = "permuted-blocks"`, `method = "minimization"`, "[allocation]", "allocation.probability", "0 is not the chance", "more than 0.5", 0},
	{"stratum of an unknown item", "", `item = "demographics.gender"`, `item = "demographics.sex"`, "", "stratum[gender].item", `no item of demographics "sex"`, "known are", 0},
	{"stratum of an unknown form", "", `item = "demographics.gender"`, `item = "demography.gender"`, "", "stratum[gender].item", `no instrument "demography"`, "known are", 0},
	{"stratum without form", "", `item = "demographics.gender"`, `item = "gender"`, "", "stratum[gender].item", "does not name an item of a form", "form.item", 0},
	{"stratum never asked for", "", `codes = ["undisclosed"]`, `codes = ["undisclosed", "unknown"]`, "", "stratum[gender].level[undisclosed].codes[2]", `"unknown" is never asked for`, `"woman", "man", "nonbinary", "undisclosed"`, 0},
	{"a code in two levels", "", `codes = ["undisclosed"]`, `codes = ["undisclosed", "man"]`, "", "stratum[gender].level[undisclosed].codes[2]", `belongs to the level "man" already`, "one level", 0},
	{"shares", "", "expected = 0.786", "expected = 0.9", "[[stratum.level]]", "stratum[gender].level", "add up to 1.11", "add up to 1", 0},
	{"stratum asked too late", "", `instrument = "demographics"`, "instrument = \"demographics\"\n  optional = true", `item = "demographics.gender"`, "stratum[gender].item", "not asked of everybody before allocation", `add "demographics"`, 1},

	{"unknown instrument", "", `instrument = "uwes9"`, `instrument = "uwes"`, "", "visit[baseline].form[uwes].instrument", `no instrument "uwes"`, `did you mean "uwes9"?`, 0},
	{"anchor", "", `anchor = "randomization"`, `anchor = "randomisation"`, "", "visit[month3].anchor", `"randomisation" is not allowed`, `did you mean "randomization"?`, 0},
	{"baseline after allocation", "", "anchor = \"opening\"\nday = 0", "anchor = \"randomization\"\nday = 0", "", "visit[baseline].anchor", "precedes randomization", "opening", 0},
	{"negative window", "", "window_after = 30", "window_after = -1", "", "visit[month3].window_after", "-1", "0 or more", 0},
	{"window before randomization", "", "window_before = 7", "window_before = 91", "", "visit[month3].window_before", "before randomization", "less than 91", 0},
	{"visit without window", "", "window_before = 7 # our choice, as is the window after\nwindow_after = 30", "", "[[visit]]\nid = \"month3\"", "visit[month3].window_after", `"month3" has no window`, "write window_before and window_after", 5},
	{"form of an arm that is none", "", "instrument = \"fidelity\"\n", "instrument = \"fidelity\"\n  arms = [\"coached\"]\n", `arms = ["coached"]`, "visit[month3].form[fidelity].arms[1]", `no arm "coached"`, "known are", 0},
	{"form asked twice", "", `instrument = "mmbi2"`, `instrument = "pfi16"`, "", "visit[baseline].form[3].instrument", `asked twice at "baseline"`, "once", 2},

	{"sessions in too few days", "[coaching]", "days = 91", "days = 5", "", "coaching.days", "6 sessions do not fit into 5 days", "at least 6", 0},
	{"session of no length", "", "sessions = [90, 60, 60", "sessions = [90, 0, 60", "", "coaching.sessions[2]", "0 minutes", "1 to 480", 0},
	{"mode", "", `modes = ["phone", "video"]`, `modes = ["phone", "vidoe"]`, "", "coaching.modes[2]", `"vidoe"`, `did you mean "video"?`, 0},
	{"framework", "", "from = 2", "from = 1", "", "coaching.framework[2].from", "session 1 has two frameworks", "one framework", 0},
	{"themes", "", "themes = \"themes\"", "themes = \"theme\"", "", "coaching.themes", `no instrument "theme"`, `did you mean "themes"?`, 0},
	{"negative buffer", "", "buffer_minutes = 15", "buffer_minutes = -15", "", "coaching.buffer_minutes", "-15", "0 or more", 0},

	{"purpose", "", `purpose = "choose-coach"`, `purpose = "choose-a-coach"`, "", "message[choose-coach].purpose", "not allowed", `did you mean "choose-coach"?`, 0},
	{"message without visit", `id = "survey"`, "visit = \"month3\"\n", "", "[[message]]\nid = \"survey\"", "message[survey].visit", "no visit is named", `"month3"`, 0},
	{"word", "", "Dear {{name}},\n\nthank you for your answers.", "Dear {{nane}},\n\nthank you for your answers.", "body = \"\"\"\nDear {{nane}}", "message[allocated].body", "no word for {{nane}}", "did you mean {{name}}?", 0},
	{"open braces", "", "Your page: {{link}}\n", "Your page: {{link}\n", "body = \"\"\"\nDear {{name}},\n\nthank you for your answers", "message[allocated].body", "left open", "two braces", 0},
	{"announcement without link", "", "{{link}}\n\nPlaces", "\nPlaces", "body = \"\"\"\nDear {{name}},\n\nwe invite", "message[announcement].body", "where to answer", "{{link}}", 0},
	{"reminder after the window", "", "days = [0, 5, 10, 17, 25]", "days = [0, 5, 10, 17, 31]", "", "message[survey-reminder].days[5]", "is not open", "-7 to 30", 0},
	{"mail before its cause", "", "days = [2, 5, 9, 14]", "days = [-2, 5, 9, 14]", "", "message[choose-coach-later].days[1]", "before the unlock", "0 or more", 0},
	{"announcements that differ", "id = \"announcement\"", "days = [0, 56]", "days = [0, 55]", "", "message[announcement].days", "[0 55]", "[0 56]", 0},
	{"announcement after closing", "", "announcements = [0, 56]", "announcements = [0, 156]", "", "enrolment.announcements[2]", "day 156 is after enrolment has closed", "at most 118", 1},
	{"incentive", "", "name_es = \"Cuaderno\"\nvisit = \"month3\"", "name_es = \"Cuaderno\"\nvisit = \"month6\"", "visit = \"month6\"", "incentive[journal].visit", `no visit "month6"`, `did you mean "month3"?`, 0},

	{"rule", "", `rule = "received-or-control"`, `rule = "received"`, "", "population[mitt].rule", `"received"`, `did you mean "received-or-control"?`, 0},
	{"no leading population", "", "default = true #", "default = false #", "[[population]]", "population", "no population leads", "default = true", 0},
	{"no sessions asked for", "", "min_sessions = 1", "min_sessions = 0", "", "population[mitt].min_sessions", "0 are asked for", "1 or more", 0},
	{"outcome without score", "", "score = \"pfi_we\"\n", "", "[[outcome]]\nid = \"work_exhaustion\"", "outcome[work_exhaustion].score", "has no score", `"pfi_we"`, 0},
	{"unknown score", "", `score = "pfi_we"`, `score = "pfi_wee"`, "", "outcome[work_exhaustion].score", `no score of pfi16 "pfi_wee"`, `did you mean "pfi_we"?`, 0},
	{"direction", "", "score = \"pfi_we\"\ndirection = \"higher worse\"", "score = \"pfi_we\"\ndirection = \"higher better\"", "direction = \"higher better\"", "outcome[work_exhaustion].direction", "contradicts the instrument", `"higher worse"`, 0},
	{"direction unknown", "", "score = \"pfi_we\"\ndirection = \"higher worse\"", "score = \"pfi_we\"\ndirection = \"worse\"", "direction = \"worse\"", "outcome[work_exhaustion].direction", `"worse"`, `"higher better", "higher worse"`, 0},
	{"cut-off", "", `cutoff = "burnout"`, `cutoff = "burned_out"`, "", "outcome[overall_burnout].cutoff", `no cut-off of pfi16`, "known are", 0},
	{"two primaries", "", "id = \"work_engagement\"\n", "id = \"work_engagement\"\nprimary = true\n", "primary = true\nname = \"Work eng", "outcome[work_engagement].primary", "more than one primary", "one outcome", 0},
	{"no primary", "", "primary = true\n", "", "[[outcome]]", "outcome", "no outcome is primary", "primary = true", 0},
	{"outcome id twice", "", `id = "quality_of_life"`, `id = "self_valuation"`, "", "outcome[10].id", "used twice", "of its own", 0},
	{"mid", "", "mid = 9.9", "mid = -1.0", "", "outcome[quality_of_life].mid", "-1", "0 or more", 0},

	{"alpha", "", "alpha = 0.05", "alpha = 5.0", "", "analysis.alpha", "5 is not a level of significance", "0.05", 0},
	{"endpoint", "", `endpoint = "month3"`, `endpoint = "month6"`, "", "analysis.endpoint", `no visit "month6"`, `did you mean "month3"?`, 0},
	{"random", "", `random = ["participant"]`, `random = ["coach"]`, "", "analysis.random", "random effect", "participant", 0},
	{"degrees of freedom", "", `degrees_of_freedom = "satterthwaite"`, `degrees_of_freedom = "satterwaite"`, "", "analysis.degrees_of_freedom", `"satterwaite"`, `did you mean "satterthwaite"?`, 0},
	{"covariate of no stratum", "", `stratum = "gender"`, `stratum = "gendre"`, "", "analysis.covariate[gender].stratum", `no stratum "gendre"`, `did you mean "gender"?`, 0},
	{"level left out", "", `levels = ["woman", "man", "undisclosed", "nonbinary"]`, `levels = ["woman", "man", "undisclosed"]`, "", "analysis.covariate[gender].levels", `"nonbinary" is left out`, `add "nonbinary"`, 0},
	{"contrast", "", "arm = \"coaching\"\n  versus", "arm = \"coached\"\n  versus", "arm = \"coached\"", "analysis.contrast[coaching-control].arm", `no arm "coached"`, "known are", 0},
	{"contrast with itself", "", `versus = "control"`, `versus = "coaching"`, "", "analysis.contrast[coaching-control].versus", "with itself", "another arm", 0},
	{"sensitivity", "", `"mmrm", "clda"`, `"mrmm", "clda"`, "sensitivity =", "analysis.sensitivity[2]", `"mrmm"`, `did you mean "mmrm"?`, 0},
	{"column used twice", "", `visit = "wave"`, `visit = "arm"`, "", "analysis.columns.visit", `"arm" holds the arm already`, "of its own", 0},
	{"value of a column", "", `{ other = "no", medicine = "yes" }`, `{ other = "no", medicine = "maybe" }`, "", "analysis.columns.values.department.medicine", `"maybe"`, `"no", "yes"`, 0},

	{"currency", "", `currency = "USD"`, `currency = "dollars"`, "", "cost.currency", `"dollars"`, "three capital letters", 0},
	{"negative rate", "", "hourly_rate = 200.0", "hourly_rate = -200.0", "", "cost.hourly_rate", "-200", "0 or more", 0},
	{"no-show share", "", "no_show_share = 0.0", "no_show_share = 50", "", "cost.no_show_share", "50 is out of range", "0 to 1", 0},
	{"cost line", "", `each = "programme"`, `each = "program"`, "", "cost.line[1].each", `"program"`, `did you mean "programme"?`, 0},

	{"arrival shares", "", "shares = [0.6, 0.4]", "shares = [0.6, 0.5]", "", "simulation.arrival.shares", "add up to 1.1", "add up to 1", 0},
	{"arrivals for another number of announcements", "", "shares = [0.6, 0.4]", "shares = [1.0]", "", "simulation.arrival.shares", "1 shares for 2 announcements", "2 shares", 0},
	{"characteristic", "", `item = "relationship"`, `item = "marital"`, "", "simulation.characteristic[4].item", `"marital"`, "known are", 0},
	{"characteristic shares", "", "full_time = 0.8841", "full_time = 0.5", "", "simulation.characteristic[5].shares", "add up to 0.6159", "add up to 1", 0},
	{"theme", "", "self_care = 0.660", "selfcare = 0.660", "", "simulation.themes.selfcare", `no theme "selfcare"`, `did you mean "self_care"?`, 0},
	{"fidelity", "", "guided = 0.957", "guided = 0.5", "", "simulation.fidelity.guidance", "add up to 0.543", "add up to 1", 0},
	{"arm of non-response", "", "control = 0.113", "controls = 0.113", "", "simulation.non_response.controls", `no arm "controls"`, `did you mean "control"?`, 0},
}

func TestCheckFindsEachSlip(t *testing.T) {
	whole := shipped(t, "kiser2024.toml")
	for _, s := range slips {
		t.Run(s.name, func(t *testing.T) {
			from := strings.Index(whole, s.after)
			i := strings.Index(whole[from:], s.old)
			if i < 0 {
				t.Fatalf("the protocol has no %q", s.old)
			}
			text := whole[:from+i] + s.new + whole[from+i+len(s.old):]
			place := strings.Index(text, s.at)
			if s.at == "" {
				place = from + i
			}
			if place < 0 {
				t.Fatalf("the broken protocol has no %q", s.at)
			}
			line := fmt.Sprintf("trial.toml line %d", 1+strings.Count(text[:place], "\n"))

			p, err := study.Read("trial.toml", strings.NewReader(text))
			if p == nil {
				t.Fatal(err)
			}
			var mistakes problem.List
			for _, f := range study.Check(p, instrument.Catalogue()) {
				if !f.Warning {
					mistakes.Add(f)
				}
			}
			if len(mistakes) != 1+s.also {
				t.Fatalf("%d mistakes:\n%v", len(mistakes), mistakes)
			}
			i = slices.IndexFunc(mistakes, func(f *problem.Problem) bool { return f.Field == s.field })
			if i < 0 {
				t.Fatalf("nothing is said of %s:\n%v", s.field, mistakes)
			}
			f := mistakes[i]
			if f.Place != line || !strings.Contains(f.Message, s.message) || !strings.Contains(f.Remedy, s.remedy) || s.message == "" || s.remedy == "" {
				t.Errorf("got %v\nwant %s, %q, %q", f, line, s.message, s.remedy)
			}
			if f.Kind != problem.Invalid {
				t.Errorf("kind %v", f.Kind)
			}
		})
	}
}
