package webtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// axe is axe-core 4.14.1, by Deque Systems, under the Mozilla Public License 2.0 (axe.LICENSE.txt), unchanged.
//
//go:embed axe.min.js
var axe string

// Screen is the size of a window, in CSS pixels.
type Screen struct {
	Name          string
	Width, Height int64
	Phone         bool
}

// The screens on which every page is looked at.
var (
	Phone   = Screen{"phone", 390, 844, true}
	Desktop = Screen{"desktop", 1280, 900, false}
)

// started is the one browser of a test binary, which ends with it.
var started = sync.OnceValues(func() (context.Context, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, fmt.Errorf("no Chromium here: 'make test' installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)
	for _, flag := range []string{"disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, _ := chromedp.NewExecAllocator(context.Background(), options...)
	browser, _ := chromedp.NewContext(allocator)
	return browser, chromedp.Do(browser)
})

// Tab is a page in the browser.
type Tab struct {
	testing.TB
	ctx     context.Context
	address string // of the site

	unscripted bool // pages load without their scripts

	mu   sync.Mutex
	said []string
}

// Open opens a tab for a site on a screen. Where there is no Chromium the test fails: a page that nobody has looked at is not
// tested.
func Open(t testing.TB, address string, on Screen) *Tab {
	t.Helper()
	browser, err := started()
	if err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context of its first action, so that one has no limit
		t.Fatalf("the browser opens no tab: %v", err)
	}
	tab := &Tab{TB: t, ctx: ctx, address: address}
	size := chromedp.EmulateViewport(on.Width, on.Height)
	if on.Phone {
		size = chromedp.EmulateViewport(on.Width, on.Height, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	tab.do(size)
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			tab.mu.Lock()
			tab.said = append(tab.said, m.String())
			tab.mu.Unlock()
		}
	}()
	return tab
}

// within bounds one action of the browser.
const within = 60 * time.Second

func (t *Tab) do(steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("the browser: %v", err)
	}
}

// Evaluate runs JavaScript in the page and gives what it comes to; promises are waited for.
func Evaluate[T any](t *Tab, script string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("the page's script: %v", err)
	}
	return v
}

// Goto loads a page of the site.
func (t *Tab) Goto(path string) {
	t.Helper()
	t.do(chromedp.Navigate(t.address + path))
}

// Click clicks the first element that a selector matches.
func (t *Tab) Click(selector string) {
	t.Helper()
	t.do(chromedp.Click(chromedp.CSS(selector)))
}

// Follow clicks what leads to another page, and waits for that page.
func (t *Tab) Follow(selector string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		t.Fatalf("the browser, after a click on %s: %v", selector, err)
	}
}

// Choose chooses an option of a list by its value.
func (t *Tab) Choose(selector, value string) {
	t.Helper()
	t.do(chromedp.SetValue(chromedp.CSS(selector), value))
}

// Dark makes the page believe that dark colors are wanted.
func (t *Tab) Dark() {
	t.Helper()
	t.do(chromedp.Func(func(ctx context.Context, s *chromedp.Target) error {
		_, err := cdp.Call(ctx, s, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		return err
	}))
}

// Violation is a rule of accessibility that the page breaks.
type Violation struct {
	ID, Help string
	Targets  []string
}

// Axe gives the violations of WCAG 2.2 A and AA, and of good practice, that axe-core finds on the page; of some of its rules alone,
// where any are named.
func (t *Tab) Axe(rules ...string) []Violation {
	t.Helper()
	if t.unscripted { // axe waits for timers, which do not run without scripts
		t.script(true)
		defer t.script(false)
	}
	t.do(chromedp.Evaluate[chromedp.Void](axe))
	options := map[string]any{"resultTypes": []string{"violations"}}
	if len(rules) > 0 {
		options["runOnly"] = rules
	}
	how, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	text := Evaluate[string](t, `axe.run(document, `+string(how)+`).then(r => JSON.stringify(r.violations.map(v => ({
		ID: v.id, Help: v.help, Targets: v.nodes.slice(0, 5).map(n => n.target.join(" ") + ": " + (n.any[0] || n.all[0] || n.none[0] || {message: ""}).message)}))))`)
	var found []Violation
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatalf("axe: %v", err)
	}
	return found
}

// Console gives what the page has said on the console since it was asked last: a page of ours says nothing.
func (t *Tab) Console() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	said := t.said
	t.said = nil
	return said
}

// Overflow gives how many pixels the page is wider than the screen: people should not scroll sideways.
func (t *Tab) Overflow() int {
	t.Helper()
	return Evaluate[int](t, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
}

// Unreached walks through the page with the Tab key and gives what can be clicked but was not reached, and what was reached but
// shows no sign of it.
func (t *Tab) Unreached() []string {
	t.Helper()
	const seen = `(() => {
		window.reached = new Set(); window.unmarked = [];
		document.addEventListener("focusin", e => {
			reached.add(e.target);
			if (bare(e.target)) unmarked.push(e.target);
		});
		window.bare = e => { const s = getComputedStyle(e); return s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2; };
		const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
		window.wanted = all.filter(e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}) && !e.disabled);
		return wanted.length;
	})()`
	most := Evaluate[int](t, seen) + 20
	t.do(chromedp.Func(func(ctx context.Context, s *chromedp.Target) error {
		for range most {
			if _, err := chromedp.KeyEvent(kb.Tab)(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}))
	// A busy machine may restyle late: what bore no sign is asked once more.
	text := Evaluate[string](t, `JSON.stringify([...wanted.filter(e => !reached.has(e)).map(e => "not reached: " + e.outerHTML.slice(0, 120)),
		...unmarked.filter(e => { e.focus({focusVisible: true}); return bare(e); }).map(e => "no sign of focus: " + e.outerHTML.slice(0, 120))])`)
	var found []string
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatalf("keyboard: %v", err)
	}
	return found
}

// Picture gives the whole page as PNG.
func (t *Tab) Picture() []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatalf("the picture: %v", err)
	}
	return png
}

// Title gives the page's title.
func (t *Tab) Title() string {
	t.Helper()
	return strings.TrimSpace(Evaluate[string](t, "document.title"))
}
