package web_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/web"
	"rekindle/web/webtest"
)

// Whatever the menu, the pages beside a page and the start page offer to somebody opens, at every moment of a study.
func TestWhatTheMenuOffersOpens(t *testing.T) {
	r, err := rehearsal()
	succeed(t, err)
	published := filepath.Join(r.dir, "report")
	show := func(c *conduct.Conduct, report string) http.Handler {
		return (&web.Site{Conduct: c, PublicKey: r.public, Report: report, Log: slog.New(slog.DiscardHandler)}).Handler()
	}
	looked := func(t *testing.T) map[string]map[string]string {
		coaches, err := r.conduct.CoachNames(t.Context(), coordinator)
		succeed(t, err)
		all := map[string]map[string]string{}
		for code := range coaches {
			all["coach"] = as(identity.Role("coach:" + string(code)))
		}
		for _, role := range identity.StaffRoles[:5] {
			all[string(role)] = as(role)
		}
		return all
	}
	for _, moment := range []struct {
		name   string
		open   func(t *testing.T) (http.Handler, map[string]map[string]string)
		lacks  map[string]string // what a role is not offered
		offers map[string]string // what it is
	}{
		{"before launch", func(t *testing.T) (http.Handler, map[string]map[string]string) {
			e := enrol(t)
			all := map[string]map[string]string{"coach": e.coach(e.coachesFor(1)[0])}
			for _, role := range identity.StaffRoles[:5] {
				all[string(role)] = e.staff(role)
			}
			return e.handler, all
		}, map[string]string{"statistician": "/audit", "leadership": "/summary", "finance": "/summary", "coordinator": "/flow", "owner": "/report"}, map[string]string{"owner": "/audit", "finance": "/pay", "coordinator": "/invite"}},
		{"running", func(t *testing.T) (http.Handler, map[string]map[string]string) {
			m := newMatrixed(t)
			all := map[string]map[string]string{}
			for _, who := range []string{"coach", "another", "coordinator", "masked", "leadership", "finance", "owner"} {
				all[who] = m.cookies[who]
			}
			return m.handler, all
		}, map[string]string{"masked": "/audit"}, map[string]string{"masked": "/randomization"}},
		{"a rehearsal midway", func(t *testing.T) (http.Handler, map[string]map[string]string) {
			return show(r.midway, filepath.Join(r.dir, "none")), looked(t)
		}, map[string]string{"statistician": "/audit", "leadership": "/summary"}, map[string]string{"statistician": "/randomization", "coordinator": "/board"}},
		{"locked", func(t *testing.T) (http.Handler, map[string]map[string]string) { return show(r.masked, ""), looked(t) },
			map[string]string{"statistician": "/audit", "owner": "/tables"}, map[string]string{"owner": "/audit"}},
		{"locked, and a report", func(t *testing.T) (http.Handler, map[string]map[string]string) {
			return show(r.masked, published), looked(t)
		}, map[string]string{"statistician": "/audit"}, map[string]string{"statistician": "/tables", "leadership": "/summary", "coordinator": "/flow"}},
		{"unmasked", func(t *testing.T) (http.Handler, map[string]map[string]string) {
			return show(r.conduct, published), looked(t)
		},
			map[string]string{"leadership": "/tables"}, map[string]string{"statistician": "/audit", "finance": "/summary", "coach": "/desk"}},
	} {
		t.Run(moment.name, func(t *testing.T) {
			h, all := moment.open(t)
			for who, cookies := range all {
				start := "/"
				if who == "coach" || who == "another" {
					start = "/desk"
				}
				offered, next := map[string]bool{start: true}, []string{start}
				for ; len(next) > 0; next = next[1:] {
					p := webtest.Do(t, h, webtest.Scenario{Path: next[0], Cookie: cookies})
					if p.Status != http.StatusOK {
						t.Errorf("%s is offered %s, which answers %d to %q: %s", who, next[0], p.Status, p.Header.Get("Location"), p.Text(t, "main"))
					}
					offers := ".rk-menu a, .rk-beside a"
					if next[0] == start {
						offers += ", main a"
					}
					for _, n := range p.All(t, offers) {
						if to, _, _ := strings.Cut(webtest.Attribute(n, "href"), "#"); !offered[to] && strings.HasPrefix(to, "/") {
							offered[to], next = true, append(next, to)
						}
					}
				}
				if len(offered) < 2 {
					t.Errorf("%s is offered %v", who, offered)
				}
				if never := moment.lacks[who]; offered[never] {
					t.Errorf("%s is offered %s", who, never)
				}
				if want := moment.offers[who]; want != "" && !offered[want] {
					t.Errorf("%s is not offered %s", who, want)
				}
			}
		})
	}
}
