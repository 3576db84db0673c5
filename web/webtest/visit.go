package webtest

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Keep gives the tab a cookie of the site.
func (t *Tab) Keep(name, value string) {
	t.Helper()
	t.do(chromedp.Func(func(ctx context.Context, s *chromedp.Target) error {
		_, err := cdp.Call(ctx, s, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: t.address, HTTPOnly: new(true)})
		return err
	}))
}

// Unscripted loads pages from now on without their scripts. What a test itself evaluates still runs.
func (t *Tab) Unscripted() {
	t.Helper()
	t.unscripted = true
	t.script(false)
}

// script lets the page run scripts, or not.
func (t *Tab) script(runs bool) {
	t.Helper()
	t.do(chromedp.Func(func(ctx context.Context, s *chromedp.Target) error {
		_, err := cdp.Call(ctx, s, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !runs})
		return err
	}))
}

// Press presses a key on what has the focus: Space, ArrowRight, ArrowLeft.
func (t *Tab) Press(name string) {
	t.Helper()
	key, ok := map[string]string{"Space": " ", "ArrowRight": kb.ArrowRight, "ArrowLeft": kb.ArrowLeft}[name]
	if !ok {
		t.Fatalf("no key %q", name)
	}
	t.do(chromedp.Func(func(ctx context.Context, s *chromedp.Target) error {
		_, err := chromedp.KeyEvent(key)(ctx, s)
		return err
	}))
}

// Await waits until the page, or one that it leads on to by itself, shows what a selector matches.
func (t *Tab) Await(selector string) {
	t.Helper()
	t.do(chromedp.WaitVisible(chromedp.CSS(selector)))
}
