package web

import "net/http"

// page answers a request, or gives the error that reply.go answers with. It writes nothing before it knows that it can.
type page func(http.ResponseWriter, *http.Request) error

// route is an address, the permission that it takes, and its page.
type route struct {
	pattern string // as net/http has it
	verb    string // of the table in platform/identity
	page    page
}

// anybody is the verb of a route that asks for no permission: its page decides by what the address carries.
const anybody = ""

// routes are all pages of the site.
func (s *Site) routes() []route {
	return []route{
		// The study
		{"GET /{$}", "study.read", s.studyShow},
		{"GET /protocol", "protocol.read", s.protocolShow},
		{"GET /flow", "flow.read", s.flowShow},
		{"GET /flow/{file}", "flow.read", s.flowFile},
		{"GET /roles", anybody, s.personaList},
		{"POST /role", anybody, s.roleChoose},

		// What is published
		{"GET /summary", "summary.read", s.summaryShow},
		{"GET /summary/forest.svg", "outcome.read", s.summaryForest},
		{"GET /report", "report.read", s.reportShow},
		{"GET /report/{file...}", "report.read", s.reportFile},
		{"POST /report/verify", "report.read", s.reportVerify},
		{"GET /tables", "report.read", s.tableList},
		{"GET /tables/{id}", "report.read", s.tableShow},
		{"GET /figures", "report.read", s.figureList},

		// What was done
		{"GET /randomization", "randomization.read", s.randomizationShow},
		{"POST /randomization/prove", "randomization.read", s.randomizationProve},
		{"GET /audit", "audit.read", s.auditList},
		{"GET /audit/{seq}", "audit.read", s.auditShow},
		{"POST /audit/verify", "audit.read", s.auditVerify},
		{"GET /consents", "consent.read", s.consentList},
		{"GET /reveal", "identity.grant", s.revealList},
		{"POST /reveal", "identity.ask", s.revealAsk},
		{"POST /reveal/{id}/decide", "identity.grant", s.revealDecide},
		{"POST /reveal/{id}/show", "identity.reveal", s.revealShow},
		{"GET /outbox", "outbox.read", s.outboxList},
		{"GET /outbox/{id}", "outbox.read", s.outboxShow},

		// A participant's own
		{"GET /p/new", anybody, s.askLinkShow},
		{"POST /p/new", anybody, s.askLinkSend},
		{"GET /p/{token}", anybody, s.linkShow},
		{"POST /p/{token}", anybody, s.linkOpen},
		{"GET /p/{token}/stop", anybody, s.stopShow},
		{"POST /p/{token}/stop", anybody, s.stop},
		{"GET /me", "home.read", s.homeShow},
		{"GET /me/start", "home.read", s.startShow},
		{"POST /me/decline", "participant.decline", s.decline},
		{"GET /me/consent", "home.read", s.consentShow},
		{"POST /me/consent", "participant.consent", s.consentSign},
		{"POST /me/language", "participant.language", s.languageChoose},
		{"GET /me/consent.pdf", "home.read", s.consentPaper},
		{"GET /me/survey/{visit}", "home.read", s.surveyShow},
		{"GET /me/survey/{visit}/{form}", "home.read", s.formShow},
		{"POST /me/survey/{visit}/{form}", "assessment.answer", s.formSave},
		{"GET /me/correct/{visit}/{form}", "home.read", s.correctShow},
		{"POST /me/correct/{visit}/{form}", "assessment.correct", s.correctSave},
		{"GET /me/support/{visit}/{form}", "home.read", s.supportShow},
		{"GET /me/group", "home.read", s.groupShow},
		{"GET /me/access", "home.read", s.accessShow},
		{"GET /me/data", "home.read", s.dataDownload},
		{"GET /me/withdraw", "home.read", s.withdrawShow},
		{"POST /me/withdraw", "participant.withdraw", s.withdraw},
		{"POST /me/leave", "home.read", s.leave},

		// A participant's coaching
		{"GET /me/coach", "home.read", s.coachee(s.coachList)},
		{"GET /me/coach/{code}", "home.read", s.coachee(s.coachShow)},
		{"POST /me/coach/{code}", "home.read", s.coachee(s.coachChoose)},
		{"POST /me/coach/{code}/aside", "home.read", s.coachee(s.coachAside)},
		{"POST /me/coach/any", "home.read", s.coachee(s.coachAssign)},
		{"GET /me/coach/change", "home.read", s.coachee(s.coachChangeShow)},
		{"POST /me/coach/change", "home.read", s.coachee(s.coachChange)},
		{"GET /me/sessions", "home.read", s.coachee(s.sessionList)},
		{"GET /me/sessions/plan", "home.read", s.coachee(s.sessionPlanShow)},
		{"POST /me/sessions/plan", "home.read", s.coachee(s.sessionPlan)},
		{"GET /me/sessions/book", "home.read", s.coachee(s.sessionPick)},
		{"POST /me/sessions/book", "home.read", s.coachee(s.sessionBook)},
		{"GET /me/sessions/{id}/move", "home.read", s.coachee(s.sessionPick)},
		{"POST /me/sessions/{id}/move", "home.read", s.coachee(s.sessionBook)},
		{"GET /me/sessions/{id}/cancel", "home.read", s.coachee(s.sessionCancelShow)},
		{"POST /me/sessions/{id}/cancel", "home.read", s.coachee(s.sessionGiveUp)},
		{"GET /me/plan", "home.read", s.coachee(s.planShow)},
		{"POST /me/plan/vision", "home.read", s.coachee(s.planVision)},
		{"POST /me/plan/week", "home.read", s.coachee(s.planWeekly)},
		{"POST /me/plan/check-in", "home.read", s.coachee(s.planCheckIn)},
		{"POST /me/plan/mail", "home.read", s.coachee(s.planMail)},
		{"GET /me/plan/goal/{id}", "home.read", s.coachee(s.goalEdit)},
		{"POST /me/plan/goal/{id}", "home.read", s.coachee(s.goalSave)},
		{"POST /me/plan/goal/{id}/rate", "home.read", s.coachee(s.goalRate)},
		{"POST /me/plan/goal/{id}/close", "home.read", s.coachee(s.goalClose)},

		// The coach's desk
		{"GET /desk", "desk.read", s.deskShow},
		{"GET /desk/profile", "desk.read", s.deskProfileShow},
		{"POST /desk/profile", "desk.read", s.deskProfileSave},
		{"GET /desk/profile/preview", "desk.read", s.deskPreview},
		{"POST /desk/photo", "desk.read", s.deskPhotoSave},
		{"POST /desk/photo/remove", "desk.read", s.deskPhotoRemove},
		{"GET /coach-photo/{code}/{size}", "photo.read", s.photoShow},
		{"GET /desk/hours", "desk.read", s.deskHoursShow},
		{"POST /desk/hours", "desk.read", s.deskHoursSave},
		{"POST /desk/hours/date", "desk.read", s.deskDateSave},
		{"POST /desk/hours/leave", "desk.read", s.deskLeaveTake},
		{"POST /desk/hours/leave/end", "desk.read", s.deskLeaveEnd},
		{"GET /desk/session/{id}", "desk.read", s.deskSessionShow},
		{"POST /desk/session/{id}/hold", "desk.read", s.closing("held", s.sessionHold)},
		{"POST /desk/session/{id}/miss", "desk.read", s.closing("missed", s.sessionMiss)},
		{"POST /desk/session/{id}/cancel", "desk.read", s.closing("cancelled", s.sessionCancel)},
		{"POST /desk/session/{id}/move", "desk.read", s.closing("moved", s.sessionMove)},
		{"POST /desk/session/{id}/correct", "desk.read", s.closing("corrected", s.sessionCorrect)},
		{"GET /desk/person/{code}", "desk.read", s.deskPersonShow},
		{"POST /desk/person/{code}/book", "desk.read", s.personBook},

		// Calendars
		{"GET /calendar/{file}", anybody, s.feedRead},
		{"GET /me/calendar", "home.read", s.coachee(s.calendarShow)},
		{"POST /me/calendar/feed", "home.read", s.forCoachees(s.feedMake)},
		{"POST /me/calendar/feed/end", "home.read", s.forCoachees(s.feedEnd)},
		{"GET /me/sessions/{id}/appointment.ics", "home.read", s.forCoachees(s.appointmentDownload)},
		{"GET /desk/calendar", "desk.read", s.deskCalendarShow},
		{"POST /desk/calendar", "desk.read", s.deskCalendarSet},
		{"POST /desk/calendar/remove", "desk.read", s.deskCalendarRemove},
		{"POST /desk/calendar/feed", "desk.read", s.feedMake},
		{"POST /desk/calendar/feed/end", "desk.read", s.feedEnd},
		{"POST /desk/session/{id}/confirm", "desk.read", s.deskSessionConfirm},
		{"GET /desk/session/{id}/appointment.ics", "desk.read", s.appointmentDownload},

		// Staff signing in, and their accounts
		{"GET /sign-in", anybody, s.signInShow},
		{"POST /sign-in", anybody, s.signIn},
		{"GET /sign-in/code", anybody, s.codeShow},
		{"POST /sign-in/code", anybody, s.code},
		{"GET /sign-in/link", anybody, s.askShow},
		{"POST /sign-in/link", anybody, s.ask},
		{"GET /s/{token}", anybody, s.ticketShow},
		{"POST /s/{token}", anybody, s.ticketFollow},
		{"POST /sign-out", anybody, s.signOut},
		{"GET /account/setup", anybody, s.securing(s.setupShow)},
		{"POST /account/setup", anybody, s.securing(s.setupFinish)},
		{"GET /account/password", anybody, s.securing(s.passwordShow)},
		{"POST /account/password", anybody, s.securing(s.passwordSet)},
		{"GET /account/app", anybody, s.securing(s.appShow)},
		{"POST /account/app", anybody, s.securing(s.appBegin)},
		{"POST /account/app/code", anybody, s.securing(s.appConfirm)},
		{"GET /account/codes", anybody, s.securing(s.codesShow)},
		{"GET /account/codes.txt", anybody, s.securing(s.codesDownload)},
		{"POST /account/codes", anybody, s.securing(s.codesDraw)},
		{"POST /account/codes/kept", anybody, s.securing(s.codesKept)},
		{"GET /account/passkeys", anybody, s.securing(s.passkeysShow)},
		{"POST /account/passkeys/begin", anybody, s.scripts(s.passkeyBegin)},
		{"POST /account/passkeys", anybody, s.scripts(s.passkeyAdd)},
		{"POST /account/passkeys/remove", anybody, s.securing(s.passkeyRemove)},
		{"POST /sign-in/passkey/begin", anybody, s.scripts(s.passkeyAsk)},
		{"POST /sign-in/passkey", anybody, s.scripts(s.passkeySignIn)},
		{"GET /account", "account.secure", s.accountShow},
		{"POST /account/sign-ins", "account.secure", s.signInEnd},
		{"POST /account/role", "account.secure", s.roleSwitch},
		{"GET /staff", "account.read", s.staffList},
		{"POST /staff/links", "account.change", s.linksAllow},
		{"GET /staff/invite", "account.invite", s.staffInviteShow},
		{"POST /staff/invite", "account.invite", s.staffInvite},
		{"GET /staff/{account}", "account.read", s.staffShow},
		{"POST /staff/{account}/roles", "account.change", s.changing("roles", s.staffRoles)},
		{"POST /staff/{account}/invite", "account.invite", s.changing("invited", s.staffReinvite)},
		{"POST /staff/{account}/reset", "account.change", s.changing("reset", s.staffReset)},
		{"POST /staff/{account}/close", "account.change", s.changing("closed", s.staffClose)},
		{"POST /staff/{account}/reopen", "account.change", s.changing("reopened", s.staffReopen)},

		// The coordinator's people
		{"GET /people", "people.read", s.peopleList},
		{"POST /people/find", "participant.identify", s.peopleFind},
		{"POST /people/names", "participant.identify", s.peopleNames},
		{"GET /people/{code}", "people.read", s.peopleShow},
		{"POST /people/{code}/{act}", "people.change", s.peopleChange},
		{"GET /roster", "participant.add", s.rosterUpload},
		{"POST /roster", "participant.add", s.rosterRead},
		{"GET /roster/template.csv", "participant.add", s.rosterTemplate},
		{"GET /roster/{token}", "participant.add", s.rosterCheck},
		{"POST /roster/{token}", "participant.add", s.rosterAdd},
		{"POST /roster/{token}/drop", "participant.add", s.rosterDrop},
		{"GET /invite", "participant.invite", s.inviteShow},
		{"POST /invite", "participant.invite", s.invite},

		// Coaches, as staff sees them

		// Messages before they go
		{"GET /messages", "message.read", s.messageList},
		{"GET /messages/{id}", "message.read", s.messageShow},
		{"POST /messages/{id}/text", "message.change", s.messageChange},
		{"POST /messages/{id}/stop", "message.stop", s.messageStop},
		{"POST /messages/{id}/restore", "message.restore", s.messageRestore},
		{"GET /messages/plan/{message}", "message.read", s.messagePlan},
		{"POST /messages/plan/{message}/text", "message.change", s.messageReword},
		{"POST /messages/plan/{message}/move", "message.change", s.messageMoveAll},
		{"POST /messages/plan/{message}/stop", "message.stop", s.messageStopAll},
		{"POST /messages/plan/{message}/restore", "message.restore", s.messageRestoreAll},
		{"GET /people/{code}/messages", "message.read", s.messageLog},
		{"POST /people/{code}/messages", "message.resend", s.messageResend},

		// Incentives and pay
		{"GET /incentives", "incentive.read", s.incentiveList},
		{"GET /incentives/labels", "incentive.read", s.incentiveLabels},
		{"POST /incentives/send", "incentive.send", s.incentiveSend},
		{"POST /incentives/receive", "incentive.receive", s.incentiveReceive},
		{"POST /incentives/addresses", "incentive.export", s.incentiveExport},
		{"GET /pay", "pay.read", s.payList},
		{"GET /pay/{month}", "pay.read", s.payShow},
		{"GET /pay/{month}/{file}", "pay.read", s.payFile},
		{"POST /pay/{month}/approve", "pay.approve", s.payApprove},
		{"GET /desk/pay", "pay.read_own", s.payDesk},

		// Every other address
		{"/", anybody, nowhere},
	}
}

// menu is the way around the site, for those who may read what a line leads to. What says it on the start page.
var menu = []struct{ label, href, verb, what string }{
	{"Desk", desk, "desk.read", ""},
	{"Profile", desk + "/profile", "desk.read", ""},
	{"Hours", desk + "/hours", "desk.read", ""},
	{"Calendar", desk + "/calendar", "desk.read", ""},
	{"Overview", "/", "study.read", ""},
	{"Results", "/summary", "summary.read", "What came of it: outcomes and themes in numbers about groups, and cost."},
	{"Report", "/report", "report.read", "Everything that is published, on one page that prints well."},
	{"Flow", "/flow", "flow.read", "Where everybody went, from the invitation to the analysis. No box loses anybody."},
	{"Tables", "/tables", "report.read", "Each table to read, and as CSV and JSON with the numbers behind it."},
	{"Figures", "/figures", "report.read", "Forest plots and a profile of each outcome, as SVG and PNG."},
	{"Protocol", "/protocol", "protocol.read", "The plan that all of this follows from, in words."},
	{"Randomization", "/randomization", "randomization.read", "How people were allocated, and the proof that nobody could know or change it."},
	{"Audit trail", "/audit", "audit.read", "Every act, in one sequence that cannot be altered without being found out."},
	{"Consents", "/consents", "consent.read", "Who has agreed to which version, by code, with the hash of each paper."},
	{"Messages", "/messages", "message.read", "Every mail that is planned, before it goes: to read, change, move or stop."},
	{"Incentives", "/incentives", "incentive.read", "What is to be posted to whom, and what has arrived."},
	{"Staff", "/staff", "account.read", "Who can sign in, and as what."},
	{"Pay", "/pay", "pay.read", "What coaches are paid, by month, to approve and to export."},
	{"Your pay", "/desk/pay", "pay.read_own", ""},
	{"Who a code is", "/reveal", "identity.grant", "To know who gave an answer takes two owners, and the participant sees it."},
	{"Outbox", "/outbox", "outbox.read", "Every message to everybody: what, when and why."},
}
