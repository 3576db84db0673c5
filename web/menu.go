package web

import (
	"net/http"
	"strings"

	"rekindle/platform/identity"
	"rekindle/platform/store"
)

// line is one page of the menu. What says it on the start page.
type line struct{ group, label, href, verb, what string }

// menu is the way around the site, for those who may read what a line leads to, once it leads to something. Lines of a group stand as one, and side by side on its
// pages.
var menu = []line{
	{"", "Desk", desk, "desk.read", ""},
	{"", "Profile", desk + "/profile", "desk.read", ""},
	{"", "Hours", desk + "/hours", "desk.read", ""},
	{"", "Calendar", desk + "/calendar", "desk.read", ""},
	{"", "Notes", desk + "/notes", "desk.read", ""},
	{"", "Supervision", desk + "/supervision", "supervision.read_own", ""},
	{"", "Feedback", desk + "/alliance", "alliance.read", ""},
	{"", "Your pay", "/desk/pay", "pay.read_own", ""},
	{"", "Overview", "/", "study.read", ""},
	{"People", "People", "/people", "people.read", "Each person by code: what has happened, and what you can do."},
	{"People", "Invitations", "/invite", "participant.invite", "The mail that people receive, who has it, who gets it next."},
	{"People", "Enrolment", "/enrolment", "people.read", "Places, the waiting list, and the end of enrolment."},
	{"People", "Calls", "/calls", "participant.call", "Who may be coached and has not begun."},
	{"People", "Consents", "/consents", "consent.read", "Who has agreed to which version, by code, with the hash of each paper."},
	{"People", "Who a code is", "/reveal", "identity.grant", "To know who gave an answer takes two owners, and the participant sees it."},
	{"Coaches", "Coaches", "/coaches", "coach.read", "Certification, places, next free times, hours."},
	{"Coaches", "Supervision", supervisionPage, "supervision.read", "Meetings of coaches with a supervisor, and how much each coach has had."},
	{"Coaches", "Pay", "/pay", "pay.read", "What coaches are paid, by month, to approve and to export."},
	{"Messages", "Messages", "/messages", "message.read", "Every mail that is planned, before it goes: to read, change, move or stop."},
	{"Messages", "Outbox", "/outbox", "outbox.read", "Every message to everybody: what, when and why."},
	{"Messages", "Incentives", "/incentives", "incentive.read", "What is to be posted to whom, and what has arrived."},
	{"Results", "Results", "/summary", "summary.read", "What came of it: outcomes and themes in numbers about groups, and cost."},
	{"Results", "Report", "/report", "report.read", "Everything that is published, on one page that prints well."},
	{"Results", "Flow", "/flow", "flow.read", "Where everybody went, from the invitation to the analysis. No box loses anybody."},
	{"Results", "Tables", "/tables", "report.read", "Each table to read, and as CSV and JSON with the numbers behind it."},
	{"Results", "Figures", "/figures", "report.read", "Forest plots and a profile of each outcome, as SVG and PNG."},
	{"Results", "Progress", "/board", "people.read", "How far everybody has come, who is held up, what is on today."},
	{"Proofs", "Randomization", "/randomization", "randomization.read", "How people were allocated, and the proof that nobody could know or change it."},
	{"Proofs", "Audit trail", "/audit", "audit.read", "Every act, in one sequence that cannot be altered without being found out."},
	{"", "Protocol", "/protocol", "protocol.read", "The plan that all of this follows from, in words."},
	{"", "Staff", "/staff", "account.read", "Who can sign in, and as what."},
}

// need is what there must be before a page has anything to show.
type need int

// The needs; most pages have none.
const (
	aReport   need = iota + 1
	unmasking      // for those who analyse masked until then
)

// needs are those of pages, by their address.
var needs = map[string]need{"/summary": aReport, "/report": aReport, "/flow": aReport, "/tables": aReport, "/figures": aReport, "/audit": unmasking}

// open gives the lines of the menu that lead somebody to something at present.
func (s *Site) open(r *http.Request) (lines []line) {
	by := actor(r)
	for _, m := range menu {
		if by.May(m.verb) && s.met(r, needs[m.href]) {
			lines = append(lines, m)
		}
	}
	return lines
}

func (s *Site) met(r *http.Request, n need) bool {
	switch n {
	case aReport:
		return s.reported()
	case unmasking:
		by := actor(r)
		if by.Role != identity.Statistician { // nobody else analyses
			return true
		}
		err := s.read(r, func(tx *store.Tx) error {
			study, err := tx.Study(r.Context())
			if err != nil {
				return err
			}
			return unmasked(by, study)
		})
		return err == nil // where the study cannot be read, the page says why
	}
	return true
}

// item is one line of the menu.
type item struct {
	Label, Href string
	Here        bool
}

// wayAround gives the menu of whoever asks, and what stands beside the page they are on in its group.
func (s *Site) wayAround(r *http.Request) (lines, beside []item) {
	at := map[string]int{}        // line of a group
	groups := map[string][]item{} // its pages
	for _, m := range s.open(r) {
		one := item{m.label, m.href, m.href == r.URL.Path || m.href != "/" && m.href != desk && strings.HasPrefix(r.URL.Path, m.href+"/")}
		if m.group == "" {
			lines = append(lines, one)
			continue
		}
		if _, ok := at[m.group]; !ok {
			at[m.group] = len(lines)
			lines = append(lines, one)
		}
		groups[m.group] = append(groups[m.group], one)
	}
	for name, pages := range groups {
		if len(pages) == 1 {
			continue
		}
		line := &lines[at[name]]
		line.Label, line.Here = name, false
		for _, one := range pages {
			if line.Here = line.Here || one.Here; one.Here {
				beside = pages
			}
		}
	}
	return lines, beside
}
