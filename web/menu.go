package web

import (
	"net/http"
	"strings"

	"rekindle/platform/identity"
)

// menu is the way around the site, for those who may read what a line leads to. Lines of a group stand as one, and side by side on its
// pages. What says it on the start page.
var menu = []struct{ group, label, href, verb, what string }{
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

// item is one line of the menu.
type item struct {
	Label, Href string
	Here        bool
}

// wayAround gives the menu of somebody who is at an address, and what stands beside the page they are on in its group.
func wayAround(by identity.Actor, r *http.Request) (lines, beside []item) {
	at := map[string]int{}        // line of a group
	groups := map[string][]item{} // its pages
	for _, m := range menu {
		if !by.May(m.verb) {
			continue
		}
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
