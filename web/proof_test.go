package web_test

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"rekindle/platform/identity"
	"rekindle/web"
	"rekindle/web/webtest"
)

// While enrolment is open nobody sees what would tell the next allocation, and a statistician not who is in which arm.
func TestBeforeTheEnd(t *testing.T) {
	w := newOpened(t)
	h := w.site()
	webtest.Run(t, h, []webtest.Scenario{
		{Name: "start", Path: "/", Cookie: as(identity.Statistician), Sees: []string{"Dataset locked not yet", "The proof comes when randomization is closed", "Not yet made", "There is no report yet"}, Lacks: []string{".result"}},
		{Name: "randomization", Path: "/randomization", Sees: []string{"Commitment", "Sealed", "listed after closing", "permuted blocks"}, Never: []string{"Proved"}, Lacks: []string{"table", "form[action='/randomization/prove']"}},
		{Name: "randomization as statistician", Path: "/randomization", Cookie: as(identity.Statistician), Sees: []string{"Sealed"}, Lacks: []string{"table"}},
		{Name: "trail as owner", Path: "/audit", Sees: []string{"Intact", "randomization.open"}},
		{Name: "trail as statistician", Path: "/audit", Cookie: as(identity.Statistician), Status: 409, Sees: []string{"opens to a statistician at unblinding"}, Never: []string{"randomization.open"}},
		{Name: "event as statistician", Path: "/audit/0", Cookie: as(identity.Statistician), Status: 409},
		{Name: "no report", Path: "/report", Status: 404, Sees: []string{"There is no report yet", "rekindle analyze"}},
		{Name: "no tables", Path: "/tables", Status: 404},
		{Name: "no table", Path: "/tables/table1", Status: 404},
		{Name: "no figures", Path: "/figures", Status: 404},
		{Name: "no flow", Path: "/flow", Status: 404},
		{Name: "no file", Path: "/report/manifest.json", Status: 404},
		{Name: "outbox", Path: "/outbox", Sees: []string{"No message fits"}},
	})
}

// Who changes an event behind the program's back is found out as soon as somebody asks again.
func TestAlteredTrailIsShown(t *testing.T) {
	w := newOpened(t)
	var kept *web.Site
	h := w.site(func(s *web.Site) { kept = s })
	webtest.Run(t, h, []webtest.Scenario{{Name: "before", Path: "/audit", Sees: []string{"Intact", "all as recorded"}}})
	w.tamper(t, "DROP TRIGGER audit_event_update", "UPDATE audit_event SET actor = 'somebody' WHERE seq = 1")
	kept.Conduct = w.conduct
	webtest.Run(t, h, []webtest.Scenario{
		{Name: "the last check is kept", Path: "/audit", Sees: []string{"Intact"}},
		{Name: "check again", Path: "/audit/verify", Form: url.Values{}, Status: 303},
		{Name: "altered", Path: "/audit", Sees: []string{"Altered", "event 1: its content and its hash do not belong together"}, Never: []string{"✓ Intact"}},
		{Name: "altered, on the start page", Path: "/", Cookie: as(identity.Statistician), Sees: []string{"Altered"}},
	})
}

func TestTrailWithoutItsKey(t *testing.T) {
	w := newOpened(t)
	webtest.Run(t, w.site(func(s *web.Site) { s.PublicKey = "" }), []webtest.Scenario{
		{Name: "trail", Path: "/audit", Sees: []string{"Not checked", "The key that checks the trail is not here", "randomization.open"}},
	})
}

func TestAlteredReportIsShown(t *testing.T) {
	r, err := rehearsal()
	must(t, err)
	dir := filepath.Join(t.TempDir(), "report")
	must(t, os.CopyFS(dir, os.DirFS(filepath.Join(r.dir, "report"))))
	h := site(t, func(s *web.Site) { s.Report = dir })
	webtest.Run(t, h, []webtest.Scenario{{Name: "as made", Path: "/tables", Sees: []string{"As made"}}})
	must(t, os.WriteFile(filepath.Join(dir, "tables", "table1.csv"), []byte("changed"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("added"), 0o600))
	webtest.Run(t, h, []webtest.Scenario{
		{Name: "check again", Path: "/report/verify", Form: url.Values{}, Status: 303},
		{Name: "not as made", Path: "/tables", Sees: []string{"Not as made", "Tables/table1.csv: the file has SHA-256", "Notes.txt: the file is not in the manifest"}, Never: []string{dir}},
		{Name: "what is not in the manifest is not handed out", Path: "/report/notes.txt", Status: 404, Never: []string{"added"}},
	})
	must(t, os.WriteFile(filepath.Join(dir, "tables", "table1.json"), []byte("{"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "result.json"), []byte("{"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "index.html"), []byte("<p>"), 0o600))
	webtest.Run(t, h, []webtest.Scenario{
		{Name: "damaged table", Path: "/tables/table1", Status: 503, Sees: []string{"is damaged", "rekindle analyze", "Reference"}},
		{Name: "damaged result", Path: "/flow", Status: 503, Sees: []string{"is damaged"}},
		{Name: "damaged page", Path: "/report", Status: 503, Sees: []string{"not one that this program made"}},
	})
	must(t, os.WriteFile(filepath.Join(dir, "manifest.json"), []byte("["), 0o600))
	webtest.Run(t, h, []webtest.Scenario{{Name: "damaged manifest", Path: "/tables", Status: 503, Sees: []string{"manifest is damaged"}}})
}
