package web_test

import (
	"maps"
	"net/http"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/instrument"
	"rekindle/trial/participant"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// crawler follows what pages lead to, as one who comes.
type crawler struct {
	testing.TB
	handler http.Handler
	cookies map[string]string
	seen    map[string]bool
	alike   map[string]int
}

// How far is followed: pages in all, and pages that differ by a code, a number or what is searched alone.
const (
	mostPages = 250
	mostAlike = 4
)

var (
	drawn    = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}|staff-[a-z0-9]{8}|[a-z0-9]{26}|\d+|=[^&]*`)
	anyToken = regexp.MustCompile(`/(?:p|s|calendar|roster)/[a-z2-7]{26}`)
)

// pages gives every page that can be reached from a start by following links and looking at pictures.
func (c *crawler) pages(start string, visit func(path string, p *webtest.Page)) {
	c.Helper()
	c.seen, c.alike = map[string]bool{start: true}, map[string]int{}
	for next := []string{start}; len(next) > 0 && len(c.seen) < mostPages; next = next[1:] {
		path := next[0]
		p := webtest.Do(c, c.handler, webtest.Scenario{Path: path, Cookie: c.cookies})
		visit(path, p)
		if n := weight(c, c.handler, p); n > 100<<10 && strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") && !strings.HasPrefix(path, "/report") {
			c.Errorf("%s weighs %d KB", path, n>>10)
		}
		links := []string{p.Header.Get("Location")}
		for _, selector := range []struct{ of, attribute string }{{"a[href]", "href"}, {"img[src]", "src"}} {
			for _, n := range p.All(c, selector.of) {
				links = append(links, webtest.Attribute(n, selector.attribute))
			}
		}
		from, err := url.Parse(path)
		succeed(c, err)
		for _, link := range links {
			to, err := from.Parse(link)
			if err != nil || to.Host != "" || to.Scheme != "" || link == "" {
				continue
			}
			to.Fragment = ""
			shape := drawn.ReplaceAllString(to.String(), "•")
			if c.seen[to.String()] || c.alike[shape] == mostAlike || strings.HasPrefix(to.Path, "/asset/") {
				continue
			}
			c.seen[to.String()] = true
			c.alike[shape]++
			next = append(next, to.String())
		}
	}
}

// known is what a study knows of people, by what must be kept from whom.
type known struct {
	people  map[participant.Code][]string // name and address
	coaches []string                      // names and addresses
	items   []string                      // what surveys ask
}

func knownOf(t *testing.T, c *conduct.Conduct) (k known) {
	t.Helper()
	k.people = map[participant.Code][]string{}
	staff := map[string]bool{}
	coaches, err := c.CoachNames(t.Context(), coordinator)
	succeed(t, err)
	for code, one := range coaches {
		staff[string(code)], staff[one.Name], staff[one.Email] = true, true, true
		k.coaches = append(k.coaches, one.Name, one.Email)
	}
	succeed(t, c.Store.Read(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Participants(t.Context())
		if err != nil {
			return err
		}
		for _, r := range all {
			k.people[r.Code] = nil
		}
		mails, err := tx.Mail(t.Context(), "", 0, 100_000)
		for _, m := range mails {
			to, err := mail.ParseAddress(m.To)
			if err != nil {
				return err
			}
			if of, is := k.people[participant.Code(m.Person)]; is && len(of) == 0 {
				if of = []string{to.Address}; !staff[to.Name] { // simulated people share names
					of = append(of, to.Name)
				}
				k.people[participant.Code(m.Person)] = of
			}
		}
		return err
	}))
	for _, v := range c.Protocol.Visits {
		for _, f := range v.Forms {
			in, err := instrument.Find(f.Instrument)
			succeed(t, err)
			words, err := instrument.OwnWording(in, study.Languages[0])
			succeed(t, err)
			for _, item := range in.Items {
				if text := words.Text(item.ID); len(text) > 25 { // shorter ones are words that stand anywhere
					k.items = append(k.items, text)
				}
			}
		}
	}
	return k
}

// others gives the names and addresses, and the codes, of everybody but some.
func (k known) others(but ...participant.Code) (names, codes []string) {
	for code, of := range k.people {
		if !slices.Contains(but, code) {
			names, codes = append(names, of...), append(codes, string(code))
		}
	}
	return names, codes
}

// arms are words by which a page tells somebody's arm.
var arms = []string{"control arm", "Control arm", "coaching arm", "Coaching arm", "after the wait", "llocated to", "control group", "Control group", "Waited"}

// looking is somebody who looks around, and what they must not find.
type looking struct {
	who     string
	cookies map[string]string
	never   [][]string
}

// look follows what everybody finds from their start page. The protocol says to all what the study asks and how it allocates.
func look(t *testing.T, h http.Handler, all []looking) {
	t.Helper()
	for _, l := range all {
		t.Run(l.who, func(t *testing.T) {
			c := crawler{TB: t, handler: h, cookies: l.cookies}
			c.pages("/", func(path string, p *webtest.Page) {
				if p.Status >= http.StatusBadRequest && (l.who != "masked" || p.Status != http.StatusConflict) { // the trail opens at unblinding
					t.Errorf("a link leads to %s: %d %s", path, p.Status, p.Text(t, "main h1"))
				}
				for _, n := range p.All(t, "[href], [action], [src]") {
					for _, attribute := range []string{"href", "action", "src"} {
						if to := webtest.Attribute(n, attribute); anyToken.MatchString(to) || strings.Contains(to, "%40") {
							t.Errorf("%s has the address %s", path, to)
						}
					}
				}
				if slices.Contains([]string{"/protocol", "/roles", "/incentives", "/incentives/labels"}, path) {
					return // the last two have names and addresses, each reading of which is recorded; roles are those of a rehearsal
				}
				text := p.Text(t, "")
				for _, texts := range l.never {
					for _, one := range texts {
						if strings.Contains(p.Body, one) || strings.Contains(text, one) {
							t.Errorf("%s tells %q", path, one)
						}
					}
				}
			})
			if len(c.seen) < 3 {
				t.Errorf("nothing but %v", slices.Collect(maps.Keys(c.seen)))
			}
		})
	}
}

// Nobody who follows every link finds what is not theirs: who people are, what they answered, their arms, what a coach noted.
func TestNobodyReadsWhatIsNotTheirs(t *testing.T) {
	const vision, noted = "Kestrel over the marsh", "Peregrine on the tower"
	m, ctx := newMatrixed(t), t.Context()
	succeed(t, m.SetVision(ctx, identity.AsParticipant(m.coached), m.coached, vision))
	_, err := m.MakeNoteKey(ctx, identity.AsCoach(m.coach), "heron lantern quarry")
	succeed(t, err)
	succeed(t, m.WriteNote(ctx, identity.AsCoach(m.coach), m.coached, "", noted))
	k := knownOf(t, m.Conduct)
	names, codes := k.others()
	besides := func(code participant.Code) []string {
		names, codes := k.others(code)
		return append(names, codes...)
	}
	private, note := []string{vision, "Kestrel"}, []string{noted}
	look(t, m.handler, []looking{
		{"invited", m.cookies["invited"], [][]string{besides(m.invited), k.coaches, private, note}},
		{"control", m.cookies["control"], [][]string{besides(m.control), k.coaches, private, note}},
		{"coached", m.cookies["coached"], [][]string{besides(m.coached), note}},
		{"coach", m.cookies["coach"], [][]string{besides(m.coached), k.items, arms}},
		{"another", m.cookies["another"], [][]string{names, codes, k.items, arms, private, note}},
		{"coordinator", m.cookies["coordinator"], [][]string{names, k.items, private, note}},
		{"masked", m.cookies["masked"], [][]string{names, codes, k.coaches, private, note}},
		{"leadership", m.cookies["leadership"], [][]string{names, codes, k.coaches, k.items, arms, private, note}},
		{"finance", m.cookies["finance"], [][]string{names, codes, k.items, arms, private, note}},
		{"owner", m.cookies["owner"], [][]string{names, k.items, private, note}},
	})
}

// The same when the trial is over, and its report is published.
func TestNobodyReadsWhatIsNotTheirsAtTheEnd(t *testing.T) {
	r, err := rehearsal()
	succeed(t, err)
	k := knownOf(t, r.conduct)
	var pairs []store.Pairing
	succeed(t, r.conduct.Store.Read(t.Context(), func(tx *store.Tx) (err error) { pairs, err = tx.Pairings(t.Context()); return err }))
	var own []participant.Code
	for _, p := range pairs {
		if p.Coach == pairs[0].Coach {
			own = append(own, p.Participant)
		}
	}
	names, codes := k.others()
	notOwn, notOwnCodes := k.others(own...)
	besides, besidesCodes := k.others(own[0])
	look(t, site(t), []looking{
		{"participant", map[string]string{"rekindle_role": "participant:" + string(own[0])}, [][]string{besides, besidesCodes}},
		{"coach", map[string]string{"rekindle_role": "coach:" + string(pairs[0].Coach)}, [][]string{notOwn, notOwnCodes, k.items, arms}},
		{"coordinator", as(identity.Coordinator), [][]string{names, k.items}},
		{"statistician", as(identity.Statistician), [][]string{names}},
		{"leadership", as(identity.Leadership), [][]string{names, codes, k.coaches}},
		{"finance", as(identity.Finance), [][]string{names, codes, k.items, arms}},
		{"owner", as(identity.Owner), [][]string{names}},
	})
}
