package study_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"rekindle/problem"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// TestCheckWarns changes the published trial's protocol so that it still may be used, and one thing is worth knowing.
func TestCheckWarns(t *testing.T) {
	whole := shipped(t, "kiser2024.toml")
	for _, c := range []struct{ name, old, new, field, message, remedy string }{
		// 100 participants, 1:1, two-sided 5%: power for 0.5 SD is 70.5% by the normal approximation (70% by the t test).
		{"power", "", "", "enrolment.goal", "100 gives 71% power, not 80%, for a difference of 0.5 SD", "about 126"},
		// 138 x 0.005 x 0.348 = 0.24; (1 - 0.00174)^138 = 0.79.
		{"empty stratum", "", "", "stratum[gender].level[nonbinary].expected", "nonbinary / yes expects 0.2 of 138 participants, fewer than its first block of 4; with probability 0.79 it stays empty", "collapse"},
		{"invitations", "invitations = 3247", "invitations = 137", "enrolment.invitations", "137 invitations cannot fill 138 places", "more people"},
		{"unregistered", `number = "NCT05036993"`, `number = ""`, "registration.number", "no registration number", "register"},
		{"one block size", "block_sizes = [4, 6]", "block_sizes = [4]", "allocation.block_sizes", "can be foreseen", "[4, 6]"},
		{"shares of some levels", "expected = 0.005", "", "stratum[gender].level", "only 3 of 4 levels", "all shares or none"},
		{"coaching opens too soon", "after_days = 122", "after_days = 100", "arm[control].unlock.after_days", "on day 100, while the window of \"month3\" is still open to day 121", "122 or more"},
		{"baseline closes too soon", "window_after = 118", "window_after = 30", "visit[baseline].window_after", "until 2021-09-04, and enrolment is open until 2021-12-01", "118"},
		{"crowded sessions", "days = 91 #", "days = 12 #", "coaching.days", "6 sessions in 12 days leave 2.0 days", "more days"},
		{"coaching after the endpoint", "days = 91 #", "days = 150 #", "coaching.days", "to day 150, after \"month3\" has closed on day 121", "at most 121"},
		{"too few coaches", "coaches = 12 #", "coaches = 8 #", "coaching.caseload", "8 coaches with 6 each have 48 places at a time; the cap of 138 allocates about 69", "more coaches"},
		{"no framework for later sessions", "from = 2\n", "from = 2\n  to = 5\n", "coaching.framework", "session 6 has no framework", "to = 0"},
		{"themes not asked", "instrument = \"themes\"\n  coached", "instrument = \"itl1\"\n  coached", "coaching.themes", "asked at no visit", "coached = true"},
		{"resource for nobody", `"mindfulness", "employee-assistance"]`, `"mindfulness"]`, "resource[employee-assistance].id", "no arm is sent", "urgent = true"},
		{"no help", "urgent = true", "urgent = false", "resource", "no help is always within reach", "urgent = true"},
		{"no reminder", `purpose = "reminder"`, `purpose = "survey"`, "message", "nobody is reminded of the survey \"month3\"", "reminder"},
		{"no intention to treat", `rule = "all-randomized"`, "rule = \"per-protocol\"\nmin_sessions = 6", "population", "no population is everybody as randomized", "all-randomized"},
		{"interval and test differ", "confidence = 0.95", "confidence = 0.90", "analysis.confidence", "intervals of 0.9 do not match tests at alpha 0.05", "0.95"},
		{"stratum not in the model", "  stratum = \"department_of_medicine\"\n  levels = [\"no\", \"yes\"]", "  item = \"demographics.employment\"\n  levels = [\"full_time\", \"part_time\"]", "analysis.covariate", "stratified by \"department_of_medicine\"", "add a covariate"},
		{"benchmark without source", "benchmark_source = \"Dyrbye", "benchmark_source = \"\" # ", "cost.benchmark_source", "no source", "cite"},
		{"cap not reached in rehearsal", "interested = 146", "interested = 100", "simulation.arrival.interested", "cap of 138 is not reached", "138 or more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(whole, c.old, c.new, 1)
			if text == whole && c.old != "" {
				t.Fatalf("the protocol has no %q", c.old)
			}
			_, found := check(t, text)
			for _, p := range found {
				if p.Field == c.field && strings.Contains(p.Message, c.message) {
					if !p.Warning || !strings.Contains(p.Remedy, c.remedy) {
						t.Errorf("got %v", p)
					}
					if c.name != "stratum not in the model" && c.name != "invitations" && found.Err() != nil {
						t.Errorf("it stops more than it should: %v", found.Err())
					}
					return
				}
			}
			t.Errorf("nothing is said of it:\n%v", found)
		})
	}
}

func TestManyStrataWithoutSharesWarn(t *testing.T) {
	text := shipped(t, "kiser2024.toml")
	for line := range strings.SplitSeq(text, "\n") {
		if strings.Contains(line, "expected = ") {
			text = strings.Replace(text, line, "", 1)
		}
	}
	text = strings.Replace(text, "block_sizes = [4, 6]", "block_sizes = [20, 24]", 1)
	_, found := check(t, text)
	if want := "8 strata with blocks of 20 or more need 160 participants"; !strings.Contains(found.Error(), want) {
		t.Errorf("no word that %s:\n%v", want, found)
	}
}

// TestCheckOfFurtherElements adds an element to a list of the published trial's protocol.
func TestCheckOfFurtherElements(t *testing.T) {
	whole := shipped(t, "kiser2024.toml")
	const form = "form = [{ instrument = \"pfi16\" }]\n"
	for _, c := range []struct{ name, added, field, message string }{
		{"consent out of order", "[[consent]]\nversion = \"2\"\neffective = 2021-08-01\ntext = \"x\"", "consent[2].effective", `"2" takes effect on 2021-08-01, not after version "1" (2021-08-05)`},
		{"consent version twice", "[[consent]]\nversion = \"1\"\neffective = 2021-09-01\ntext = \"x\"", "consent[2].version", `version "1" is used twice`},
		{"visit id twice", "[[visit]]\nid = \"month3\"\nname = \"x\"\nanchor = \"randomization\"\nday = 200\nwindow_after = 9\n" + form, "visit[3].id", `"month3" is used twice`},
		{"visit without instrument", "[[visit]]\nid = \"month9\"\nname = \"x\"\nanchor = \"randomization\"\nday = 270\nwindow_after = 9\n", "visit[month9].form", `nothing is asked at the visit "month9"`},
		{"visit counted from the opening", "[[visit]]\nid = \"month9\"\nname = \"x\"\nanchor = \"opening\"\nday = 270\nwindow_after = 9\n" + form, "visit[month9].anchor", "not from when each participant began"},
		{"overlapping windows", "[[visit]]\nid = \"month4\"\nname = \"x\"\nanchor = \"randomization\"\nday = 122\nwindow_before = 5\n" + form, "visit[month4].window_before", `opens on day 117, before that of "month3" closes on day 121`},
		{"third arm", "[[arm]]\nid = \"group\"\nname = \"Group\"\nrole = \"intervention\"\nratio = 2\ncoaching = true\ndescription = \"x\"", "allocation.block_sizes[2]", "a block of 6 cannot keep the allocation ratio 1:1:2"},
		{"unlock of an open arm", "[[arm]]\nid = \"group\"\nname = \"Group\"\nrole = \"intervention\"\nratio = 2\ncoaching = true\ndescription = \"x\"\nunlock = { after_days = 9 }", "arm[group].unlock", "cannot be unlocked"},
		{"covariate asked too late", "[[analysis.covariate]]\nid = \"theme\"\nname = \"x\"\nitem = \"fidelity.guidance\"\nlevels = [\"guided\", \"advised\"]", "analysis.covariate[theme].item", "not asked of everybody before allocation"},
		{"covariate from nowhere", "[[analysis.covariate]]\nid = \"theme\"\nname = \"x\"", "analysis.covariate[theme]", "from a stratum or from an item"},
		{"number with levels", "[[analysis.covariate]]\nid = \"years\"\nname = \"x\"\nitem = \"demographics.years_in_practice\"\nlevels = [\"1\"]", "analysis.covariate[years].levels", "is a number and has no levels"},
		{"contrast at another visit", "[[analysis.contrast]]\nid = \"early\"\narm = \"coaching\"\nversus = \"control\"\nvisit = \"baseline\"", "analysis.contrast[early].visit", "precedes allocation"},
		{"stratum of a number", "[[stratum]]\nid = \"years\"\nname = \"x\"\nitem = \"demographics.years_in_practice\"\nlevel = [{ id = \"few\", name = \"x\" }, { id = \"many\", name = \"x\" }]", "stratum[years].item", "no codes that levels could be made of"},
		{"eligibility by an answer never given", "[[eligibility]]\nid = \"full\"\ntext = \"x\"\nitem = \"demographics.employment\"\nequals = \"fulltime\"", "eligibility[full].equals", `no code of demographics.employment "fulltime"`},
		{"second default", "[[population]]\nid = \"pp\"\nname = \"x\"\nrule = \"per-protocol\"\nmin_sessions = 7\ndefault = true", "population[pp].min_sessions", "7 sessions are more than are planned"},
		{"second default", "[[population]]\nid = \"pp\"\nname = \"x\"\nrule = \"per-protocol\"\nmin_sessions = 6\ndefault = true", "population[pp].default", "more than one population leads"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, found := check(t, whole+"\n"+c.added+"\n")
			for _, p := range found {
				if p.Field == c.field && strings.Contains(p.Message, c.message) {
					return
				}
			}
			t.Errorf("nothing is said of it:\n%v", found)
		})
	}
}

// TestEverythingAtOnce breaks many things in one file; all are named, in the order of the lines.
func TestEverythingAtOnce(t *testing.T) {
	text := shipped(t, "kiser2024.toml")
	for old, new := range map[string]string{
		"cap = 138 ": "capp = 138 ", "goal = 100": `goal = "many"`, `role = "control"`: `role = "controll"`,
		"block_sizes = [4, 6]": "block_sizes = [3]", `instrument = "iwpr4"`: `instrument = "iwpr"`, `score = "qol"`: `score = "qual"`, "alpha = 0.05": "alpha = 0",
	} {
		if !strings.Contains(text, old) {
			t.Fatalf("the protocol has no %q", old)
		}
		text = strings.Replace(text, old, new, 1)
	}
	_, found := check(t, text)
	fields := []string{"enrolment.capp", "enrolment.goal", "arm[control].role", "allocation.block_sizes[1]", "visit[baseline].form[iwpr].instrument", "outcome[quality_of_life].score", "analysis.alpha"}
	for _, p := range found {
		if len(fields) > 0 && p.Field == fields[0] && !p.Warning {
			fields = fields[1:]
		}
	}
	if len(fields) > 0 {
		t.Errorf("missing, or out of order, from %s on:\n%v", fields[0], found)
	}
	for range 5 {
		if _, again := check(t, text); again.Error() != found.Error() {
			t.Fatal("the same file is judged differently")
		}
	}
}

func TestEmptyProtocolIsJudgedWithoutPanic(t *testing.T) {
	for _, p := range []*study.Protocol{{}, {Arms: make([]study.Arm, 2), Strata: make([]study.Stratum, 2), Visits: make([]study.Visit, 2), Outcomes: make([]study.Outcome, 2), Messages: make([]study.Message, 1)}} {
		for _, catalogue := range []study.Catalogue{nil, instrument.Catalogue()} {
			if study.Check(p, catalogue).Err() == nil {
				t.Error("an empty protocol passes")
			}
		}
	}
	if _, found := check(t, "id = 'x'"); found.Err() == nil {
		t.Error("a protocol with an id alone passes")
	}
}

func TestReadRefusesWhatIsNoProtocol(t *testing.T) {
	whole := shipped(t, "kiser2024.toml")
	for _, c := range []struct{ name, text, place, message, remedy string }{
		{"empty", " \n\n", "trial.toml", "empty", "protocol new"},
		{"UTF-16", "\xff\xfei\x00d\x00", "trial.toml", "UTF-16", "UTF-8"},
		{"Latin-1", "id = \"x\"\ntitle = \"Pr\xe9sence\"", "trial.toml line 2", "byte 0xe9 is not UTF-8", "UTF-8"},
		{"huge", strings.Repeat("# wide\n", 200_000), "trial.toml", "larger than 1048576 bytes", "by mistake"},
		{"deep arrays", "id = 'x'\nx = " + strings.Repeat("[", 500_000), "trial.toml line 2", "nest deeper", "four levels"},
		{"deep tables", "x = " + strings.Repeat("{a=", 300_000), "trial.toml line 1", "nest deeper", "four levels"},
		{"truncated in a text", whole[:strings.Index(whole, "Many physicians are burned")], "trial.toml line ", "not TOML", "keys are written"},
		{"truncated in a table", whole[:strings.Index(whole, "[enrolment]")+6], "trial.toml line 27", "the file ends", "keys are written"},
		{"key twice", "id = 'x'\nid = 'y'", "trial.toml line 2", "id", "keys are written"},
		{"a script", "#!/bin/sh\nexit 0\n", "trial.toml line 2", "not TOML", "keys are written"},
		{"binary", "\x00\x01\x02", "trial.toml line 1", "not TOML", "keys are written"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := study.Read("trial.toml", strings.NewReader(c.text))
			got, ok := err.(*problem.Problem)
			if p != nil || !ok || got.Kind != problem.Invalid {
				t.Fatalf("got %v, %v", p, err)
			}
			if !strings.HasPrefix(got.Place, c.place) || !strings.Contains(got.Message, c.message) || !strings.Contains(got.Remedy, c.remedy) {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestReadTakesMarksAndLineEnds(t *testing.T) {
	whole := shipped(t, "kiser2024.toml")
	plain, _ := check(t, whole)
	for name, text := range map[string]string{"byte order mark": "\ufeff" + whole, "CRLF": strings.ReplaceAll(whole, "\n", "\r\n")} {
		p, found := check(t, text)
		if found.Err() != nil || !reflect.DeepEqual(p.Enrolment, plain.Enrolment) {
			t.Errorf("%s: %v", name, found.Err())
		}
		if string(p.Text()) != text || p.Digest() == plain.Digest() {
			t.Errorf("%s: the file is not kept byte for byte", name)
		}
		_, want := check(t, whole)
		if found.Error() != want.Error() {
			t.Errorf("%s: lines differ", name)
		}
	}
}

func TestDigestIsOfTheFile(t *testing.T) {
	p, err := study.Read("x", strings.NewReader("id = 'x'\n"))
	// printf "id = 'x'\n" | sha256sum (GNU coreutils 9.1)
	if want := "971bd6df882a32dfa3cd5ff688c1de4128717b179b4f416f8498065224ccf141"; err != nil || p.Digest() != want {
		t.Errorf("got %s, %v", p.Digest(), err)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"kiser2024.toml", "dyrbye2019.toml"} {
		text := []byte(shipped(f, name))
		f.Add(text)
		f.Add(text[:len(text)/2])
	}
	for _, s := range []string{"", "x = [[[", "[[a.b]]\n[a.b.c]\nd={e=[1,{f=''}]}", "a.\"b.c\".'d' = \"\"\"x\"\"\"\"\"", "[[visit]]\nday = 1979-05-27", "arm = 1", "\ufeffid='x'", "\"\" = 1", "a = {!}", "a = [{ ] } #", "a = [!!]"} {
		f.Add([]byte(s))
	}
	catalogue := instrument.Catalogue()
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := study.Read("f", bytes.NewReader(text))
		if p == nil {
			if err == nil {
				t.Fatal("neither protocol nor error")
			}
			return
		}
		found := study.Check(p, catalogue)
		if err != nil && found.Err() == nil {
			t.Fatalf("what reading refuses, the check lets pass: %v", err)
		}
		for _, x := range found {
			if x.Message == "" || x.Field == "" || x.Place == "" {
				t.Fatalf("a problem without place, field or message: %+v", x)
			}
		}
	})
}
