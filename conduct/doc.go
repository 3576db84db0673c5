// Package conduct is what people do in a trial. Every act is one method of Conduct, in a file of its own: permission, one
// transaction, the rule from package trial, the save, the event in the audit trail, and the mail or work that follows. There is no
// second way in: pages, commands, the clock and rehearsals all call these.
//
// It holds no rule (package trial), no SQL (package store), no text of a page and no clock of its own: the time is that of the
// transaction, and chance is the reader handed in. What it writes to the audit trail names people by study code only, and never an
// answer, a score or a name: those can be taken back, the trail cannot.
//
// It serves the Methods section from Participants to Intervention, as it is carried out.
//
// The acts, in the order of a trial:
//
//	OpenStudy(ctx, by) error                                                the protocol is stored, allocation committed to, enrolment opens
//	AddRoster(ctx, by, []Person) ([]participant.Code, error)                people by name and e-mail; a code is drawn for each
//	Invite(ctx, by, codes) (int, error)                                     announcements are planned; nil codes: everybody listed
//	Respond(ctx, by, code) error                                            came through the personal link
//	Decline(ctx, by, code, reason) error
//	Consent(ctx, by, code, Agreement) error
//	Answer(ctx, by, Sheet) (Progress, error)                                saves a form; the last baseline form enrols and randomizes
//	Correct(ctx, by, Change) error
//	Promote(ctx, by, code) (Progress, error)                                from the waiting list; empty code: whoever has waited longest
//	Randomize(ctx, by, code)                                                by hand, where the draw did not follow by itself
//	SendResources(ctx, by, code) error
//	RegisterCoach(ctx, by, NewCoach) (coach.Code, error)
//	CertifyCoach(ctx, by, code, coach.Step) error
//	SetHours(ctx, by, code, []coach.Hours, []coach.Span) error
//	SetCaseload(ctx, by, code, int) error
//	Coaches(ctx, by, code) ([]Offer, error)                                 whom a participant may choose
//	ChooseCoach(ctx, by, participant, coach) error
//	Free(ctx, by, participant, from, to, most) ([]time.Time, error)         bookable starts of the next session
//	Book(ctx, by, Booking) (session.Session, error)
//	Move(ctx, by, session ID, start) (session.Session, error)
//	Cancel(ctx, by, session ID) (session.Session, error)
//	Hold(ctx, by, session ID, Held) (session.Session, error)
//	Miss(ctx, by, session ID, session.Side) (session.Session, error)
//	Unlock(ctx, by, code) error                                             opens coaching to one who waits, before the protocol does
//	SendIncentive(ctx, by, code, item) error
//	ReceiveIncentive(ctx, by, code, item) error
//	Withdraw(ctx, by, code, participant.Use, reason) error
//	CloseEnrolment(ctx, by, reason) error
//	Tick(ctx) (Ticked, error)                                               all that is due by now: visits, mail, unlocking, losses
//	NextDue(ctx) (time.Time, bool, error)                                   when Tick has something to do
//	Lock(ctx, by, LockFile) (Locked, error)                                 the dataset, canonical, with its SHA-256 in the trail
//	Unblind(ctx, by, reason) error
package conduct
