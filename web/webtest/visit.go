package webtest

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Keep gives the tab a cookie of the site.
func (t *Tab) Keep(name, value string) {
	t.Helper()
	t.do(chromedp.Func(func(ctx context.Context, s *chromedp.Target) error {
		_, err := cdp.Call(ctx, s, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: t.address, HTTPOnly: new(true)})
		return err
	}))
}

// Unscripted loads pages from now on without their scripts.
func (t *Tab) Unscripted() {
	t.Helper()
	t.do(chromedp.Func(func(ctx context.Context, s *chromedp.Target) error {
		_, err := cdp.Call(ctx, s, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}
