package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/platform/store"
	"rekindle/web"
	"rekindle/web/webtest"
)

// The end of a rehearsal can only be looked at. What would add to its trail says so in plain words, and is no fault that is logged.
func TestTheEndOfARehearsalIsOnlyShown(t *testing.T) {
	r, err := rehearsal()
	succeed(t, err)
	over := *r.conduct
	over.Store, err = store.Open(t.Context(), store.Options{Path: filepath.Join(r.dir, "rekindle.db"), ReadOnly: true})
	succeed(t, err)
	t.Cleanup(func() { _ = over.Store.Close() })
	var logged bytes.Buffer
	handler := (&web.Site{Conduct: &over, PublicKey: r.public, Log: slog.New(slog.NewTextHandler(&logged, nil))}).Handler()
	coordinator := map[string]string{"rekindle_role": "coordinator"}
	webtest.Run(t, handler, []webtest.Scenario{
		{Name: "addresses", Path: "/incentives", Cookie: coordinator, Sees: []string{"The rehearsal is over here", "simulated addresses"}, Has: []string{`main a[href="/roles"]`}, Lacks: []string{"[role=alert]"}},
		{Name: "labels", Path: "/incentives/labels", Cookie: coordinator, Sees: []string{"only be looked at"}},
		{Name: "an act", Path: "/incentives/send", Form: url.Values{"parcel": {"x"}}, Cookie: coordinator, Status: http.StatusConflict, Sees: []string{"nothing can be added"}},
	})
	if strings.Contains(logged.String(), "failed") {
		t.Errorf("the log has a fault: %s", logged.String())
	}
}
