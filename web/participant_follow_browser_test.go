package web_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekindle/trial/branching"
	"rekindle/web/webtest"
)

// guess makes a random condition.
func guess(rng *rand.Rand, depth int) string {
	pick := func(all ...string) string { return all[rng.IntN(len(all))] }
	part := func() string { return guess(rng, depth-1) }
	if depth == 0 {
		return pick("[a]", "[b]", "[c]", "[d]", "[pick(x)]", "[pick(y)]", "'1'", "''", `"yes"`, "'declined'", "2", "2.5", "0", "10", "'1e400'", "'.5'", "'5.'")
	}
	switch rng.IntN(8) {
	case 0, 1:
		return "(" + part() + pick(" and ", " or ", " && ", " || ") + part() + ")"
	case 2:
		return "(" + pick("not ", "!") + "(" + part() + "))"
	case 3:
		return pick("sum", "mean", "min", "max") + "(" + part() + ", " + part() + ", " + part() + ")"
	case 4:
		return pick("round("+part()+", "+pick("0", "1", "2", "[a]")+")", "round("+part()+")", "abs("+part()+")", "-("+part()+")")
	case 5:
		return "(" + part() + pick(" + ", " - ", " * ", " / ") + part() + ")"
	default:
		return "(" + part() + pick(" = ", " <> ", " != ", " < ", " <= ", " > ", " >= ") + part() + ")"
	}
}

// The script of the page and the server decide alike, on whatever condition and answers.
func TestScriptAndServerAgree(t *testing.T) {
	t.Parallel()
	v, _ := signed(t, branched)
	server := httptest.NewServer(v.handler)
	t.Cleanup(server.Close)
	tab := v.tab(server, webtest.Desktop)
	tab.Goto(demographics)
	rng := rand.New(rand.NewPCG(7, 11))
	values := []string{"", "0", "1", "2", "2.50", "-3", "+4", ".5", "5.", "1e3", "1e400", "0x10", "Infinity", "NaN", "yes", "declined", "1 ", "１", "é", "none"}
	type trial struct {
		Tree    json.RawMessage   `json:"tree"`
		Answers map[string]string `json:"answers"`
	}
	var trials []trial
	var texts []string
	var want []bool
	for range 3000 {
		text := guess(rng, 1+rng.IntN(4))
		logic, err := branching.Parse(text)
		succeed(t, err)
		answers := map[string]string{"pick x": strconv.Itoa(rng.IntN(2)), "pick y": strconv.Itoa(rng.IntN(2))}
		for _, id := range []string{"a", "b", "c", "d"} {
			answers[id] = values[rng.IntN(len(values))]
		}
		trials = append(trials, trial{logic.Told(func(branching.Reference) (string, bool) { return "", false }), answers})
		texts = append(texts, text)
		want = append(want, logic.Holds(func(r branching.Reference) string { return answers[strings.TrimSpace(r.Item+" "+r.Code)] }))
	}
	told, err := json.Marshal(trials)
	succeed(t, err)
	got := webtest.Evaluate[[]bool](tab, `(`+string(told)+`).map(t => branchingHolds(t.tree, (id, code) => t.answers[code === undefined ? id : id + " " + code]))`)
	if len(got) != len(want) || !slices.Contains(want, true) || !slices.Contains(want, false) {
		t.Fatalf("%d replies", len(got))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s with %v: the script says %v, the server %v", texts[i], trials[i].Answers, got[i], want[i])
		}
	}
}

// tab opens a tab of the browser with the visitor's cookies.
func (v *visitor) tab(server *httptest.Server, on webtest.Screen) *webtest.Tab {
	v.Helper()
	tab := webtest.Open(v, server.URL, on)
	for name, value := range v.cookies {
		tab.Keep(name, value)
	}
	return tab
}

// eventually waits until a script of the page comes to true.
func eventually(t *testing.T, tab *webtest.Tab, script string) {
	t.Helper()
	for range 400 {
		if webtest.Evaluate[bool](tab, script) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("not in twenty seconds: %s", script)
}

// With a script questions come and go while somebody answers, and what is typed is saved by itself; a phone that is closed loses nothing.
func TestSurveyInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []webtest.Screen{webtest.Phone, webtest.Desktop} {
		t.Run(screen.Name, func(t *testing.T) {
			v, code := signed(t, branched)
			server := httptest.NewServer(v.handler)
			t.Cleanup(server.Close)
			l := &looker{Tab: v.tab(server, screen), screen: screen.Name + "-survey"}
			l.Goto(demographics)
			const asked = `document.querySelector("#q-years_in_practice").checkVisibility()`
			if webtest.Evaluate[bool](l.Tab, asked) {
				t.Error("asked before what it depends on")
			}
			l.Click("input[name=age_group][value='41_50']")
			eventually(t, l.Tab, asked)
			webtest.Evaluate[bool](l.Tab, `(() => { const n = document.querySelector("input[name=years_in_practice]"); n.value = 22; n.dispatchEvent(new Event("input", {bubbles: true})); return true; })()`)
			eventually(t, l.Tab, `document.querySelector("#q-caregiving").checkVisibility()`)
			eventually(t, l.Tab, `document.querySelector("#kept").textContent.startsWith("Saved ")`)
			l.look("saved-by-itself")
			if f := v.stored(code, "baseline", "demographics"); f.Answers["years_in_practice"] != "22" || f.Submitted != nil {
				t.Errorf("saved %v", f.Answers)
			}
			l.Click("input[name=age_group][value='under_31']")
			eventually(t, l.Tab, `!document.querySelector("#q-caregiving").checkVisibility()`)
			// The page goes out of sight at once: a beacon carries what was typed.
			webtest.Evaluate[bool](l.Tab, `(() => { Object.defineProperty(document, "visibilityState", {value: "hidden", configurable: true}); document.dispatchEvent(new Event("visibilitychange")); return true; })()`)
			for i := 0; v.stored(code, "baseline", "demographics").Answers["age_group"] != "under_31"; i++ {
				if i == 100 {
					t.Fatal("what was typed last is lost")
				}
				time.Sleep(50 * time.Millisecond)
			}
			webtest.Evaluate[bool](l.Tab, `(() => { Object.defineProperty(document, "visibilityState", {value: "visible", configurable: true}); return true; })()`)
			webtest.Evaluate[bool](l.Tab, `(() => { for (const row of document.querySelectorAll(".row:not([hidden])")) if (!row.querySelector(":checked")) { const f = row.querySelector("input"); if (f.type === "radio" || f.type === "checkbox") f.click(); } return true; })()`)
			l.Follow("button[value=next]")
			l.look("no-longer-applies")
			if text := webtest.Evaluate[string](l.Tab, `document.querySelector("main").innerText`); !strings.Contains(text, "no longer apply") {
				t.Errorf("nothing is told of the years: %s", text)
			}
			l.Follow("button[value=next]")
			if at := webtest.Evaluate[string](l.Tab, "location.pathname"); at != "/me/survey/baseline/pfi16" {
				t.Fatalf("at %s", at)
			}
			l.Goto(demographics)
			l.look("sent")
			l.Follow(`a[href="/me/correct/baseline/demographics"]`)
			l.look("correct-which")
			for _, what := range l.Unreached() {
				t.Errorf("correct: %s", what)
			}
			l.Follow(`a[href="?item=age_group"]`)
			l.look("correct-one")
			webtest.Evaluate[bool](l.Tab, `(() => { document.querySelector("input[name=age_group][value='51_60']").click(); document.querySelector("#reason").value = "mis-tapped"; return true; })()`)
			l.Follow("form button.first")
			l.look("corrected")
			l.Goto("/p/new?lang=es")
			l.look("ask-link-es")
			l.Dark()
			l.Goto("/me/correct/baseline/demographics?item=gender&lang=en")
			l.look("dark-correct")
		})
	}
}

// Without scripts the same form asks what follows on its next page.
func TestSurveyWithoutScripts(t *testing.T) {
	t.Parallel()
	v, code := signed(t, branched)
	server := httptest.NewServer(v.handler)
	t.Cleanup(server.Close)
	tab := v.tab(server, webtest.Phone)
	tab.Unscripted()
	tab.Goto(demographics)
	for _, field := range []string{"gender'][value='woman", "race_ethnicity'][value='white", "age_group'][value='41_50", "relationship'][value='single", "employment'][value='full_time",
		"clinical_role'][value='procedural", "department_of_medicine'][value='no", "faculty_appointment'][value='full", "prior_coaching'][value='no"} {
		tab.Click("input[name='" + field + "']")
	}
	tab.Follow("button[value=next]")
	const asked = `document.querySelector("#q-years_in_practice").checkVisibility()`
	if !webtest.Evaluate[bool](tab, asked) || v.stored(code, "baseline", "demographics").Submitted != nil {
		t.Fatal("the next page does not ask what follows")
	}
	webtest.Evaluate[bool](tab, `(() => { document.querySelector("input[name=years_in_practice]").value = 12; return true; })()`)
	tab.Follow("button[value=next]")
	if at := webtest.Evaluate[string](tab, "location.pathname"); at != "/me/survey/baseline/pfi16" {
		t.Errorf("at %s", at)
	}
}

// The line begins unset; the space bar sets it where it stands, the arrows move it, and what is set is saved by itself.
func TestTheLineWorksByKeyboard(t *testing.T) {
	v, code := signed(t)
	server := httptest.NewServer(v.handler)
	t.Cleanup(server.Close)
	tab := v.tab(server, webtest.Desktop)
	tab.Goto("/me/survey/baseline/qol_vas")
	const number, line = `document.querySelector("input[name=QL1]")`, `document.querySelector("input[type=range]")`
	if set := webtest.Evaluate[string](tab, number+".value + "+line+`.getAttribute("aria-valuetext")`); set != "Move to answer" {
		t.Errorf("the line begins at %q", set)
	}
	webtest.Evaluate[bool](tab, line+".focus() || true")
	tab.Press("Space")
	if set := webtest.Evaluate[string](tab, number+".value"); set != "50" {
		t.Errorf("the space bar sets %q", set)
	}
	tab.Press("ArrowRight")
	if set := webtest.Evaluate[string](tab, number+".value + "+line+`.getAttribute("aria-valuetext")`); set != "5151" {
		t.Errorf("an arrow sets %q", set)
	}
	eventually(t, tab, `document.querySelector("#kept").textContent.startsWith("Saved ")`)
	if f := v.stored(code, "baseline", "qol_vas"); f.Answers["QL1"] != "51" {
		t.Errorf("saved %v", f.Answers)
	}
}
