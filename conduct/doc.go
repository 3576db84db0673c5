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
//	OpenStudy(ctx, by) error                                                 the protocol is stored, allocation committed to
//	AddRoster(ctx, by, []Person) ([]participant.Code, error)                 people by name and e-mail; a code is drawn for each
//	Invite(ctx, by, []participant.Code) (int, error)                         announcements are planned; nil: for everybody listed
//	Respond(ctx, by, code) error                                             came through the personal link
//	Arrive(ctx, token) (secret, error)                                       opens a browser by the personal link; Arrived, Leave
//	OwnPasskeys, BeginOwnPasskey, AddOwnPasskey, RemoveOwnPasskey           a participant's devices; CameJustNow, BeginArrival, ArriveByPasskey
//	Decline(ctx, by, code, reason) error
//	Bounce(ctx, by, code) error                                              the address takes no mail
//	ChangeZone, GiveAddress                                                  in which zone times are told; where gifts go
//	Consent(ctx, by, code, Agreement) (participant.Status, error)
//	ConsentPapers(ctx, by, code) ([]Paper, error)                            what a participant has signed, as PDF
//	ExportConsents(ctx, by) ([]Paper, error)                                 all papers, for the archive
//	FindConsent(ctx, by, file) (Filed, error)                                whose paper a file is; Signatures lists them
//	Answer(ctx, by, Sheet) (Progress, error)                                 saves a form; the last baseline form enrols and randomizes
//	Correct(ctx, by, Change) error
//	SetCapacity(ctx, by, places, reason) error
//	Promote(ctx, by, code) (Progress, error)                                 from the waiting list; "": whoever has waited longest
//	Randomize(ctx, by, code) (Progress, error)                               where the draw did not follow by itself
//	CorrectStratum(ctx, by, code, factor, level, reason) error
//	SendResources(ctx, by, code) error
//	RegisterCoach(ctx, by, NewCoach) (coach.Code, error)
//	CertifyCoach(ctx, by, coach, coach.Step) error
//	CorrectCoach(ctx, by, coach, Person) error                               name, address, and by what people are kept apart
//	ApartFrom(ctx, by, coach) ([]participant.Code, error)                    coachees whom the protocol keeps apart from a coach by now
//	SetProfile, SetPhoto, SetHours, SetDate, ClearDate, SetCaseload
//	TakeLeave(ctx, by, coach, coach.Span) ([]session.Session, error)         the sessions in it are to be moved; their people are written to
//	EndLeave(ctx, by, coach, from) error
//	PlanSupervision(ctx, by, coach.Supervision) (id, error)                  a meeting of coaches with a supervisor
//	ChangeSupervision, CancelSupervision, AttendSupervision                  its time and place; who came, for how long
//	Supervisions(ctx, by) ([]Meeting, map[coach.Code]coach.SupervisionStanding, error)
//	OwnSupervision(ctx, by) (OwnSupervision, error)                          a coach's meetings, and hours beside what is asked for
//	RaiseDifficulty, RemoveDifficulty, Difficulties                          what a coach wants to speak of there, for those in it alone
//	RetireCoach(ctx, by, coach) ([]participant.Code, error)                  its coachees choose again
//	Desk(ctx, by) (Desk, error)                                              what a coach knows of their own work
//	Coaches(ctx, by, code) ([]Offer, error)                                  whom a participant may choose
//	CoachesFor(ctx, by, code, Wanted) ([]Offer, error)                       those of them who suit, with free times
//	ChooseCoach(ctx, by, code, coach) error
//	CoachOf, ChangeCoach, SetAside, Aside                                    the coach one has, and those one does not want
//	Free(ctx, by, code, from, to, most) ([]time.Time, error)                 bookable starts of the next session
//	FreeToMove(ctx, by, id, from, to, most) ([]time.Time, error)             starts to which a booked session could move
//	Book(ctx, by, Booking) (session.Session, error)
//	Propose(ctx, by, code, first, every) ([]time.Time, error)                starts for all sessions that are left, so many days apart
//	BookSeries(ctx, by, code, starts, mode) ([]session.Session, error)       all of them, or none
//	CancelFor(ctx, by, id, side) (session.Session, error)                    by the office, on the account of whoever asked for it
//	Move(ctx, by, id, start) (session.Session, error)
//	MovePast(ctx, by, id, start) (session.Session, error)                    past later sessions, which are cancelled; FreeToMovePast has the times
//	Cancel(ctx, by, id) (session.Session, error)
//	ConfirmSession(ctx, by, id) error                                        booked while the coach's calendar could not be read
//	TakeReply(ctx, by, ics) error                                            what a calendar program answered to an invitation
//	CalendarAnswers(ctx, by) (map[string][]CalendarAnswer, error)
//	MakeFeed, EndFeed, Feeds, ReadFeed(ctx, token), AppointmentFile(ctx, by, id)
//	SetBusyCalendar(ctx, by, address) error                                  from where a coach's busy times are read; RemoveBusyCalendar
//	WaiveBusy(ctx, by, coach.Span) error                                     can coach although busy there; KeepBusy takes it back
//	BusyCalendarOf(ctx, by) (BusyCalendar, error)
//	ReadBusyCalendars(ctx, by) (int, error)                                  those that are due; Run does it too
//	Hold(ctx, by, id, Held) (session.Session, error)
//	Miss(ctx, by, id, session.Side) (session.Session, error)
//	CorrectSession(ctx, by, id, minutes, reason) error
//	ReopenSession(ctx, by, id, reason) error
//	MakeNoteKey, ChangeNoteKey, UnlockNotes, LockNotes, WriteNote, Notebook, DeleteNote   a coach's private notes
//	Plan(ctx, by, code) (goal.Plan, error)                                   vision and goals, for the participant and the coach
//	CheckIns, SetCheckIns                                                    the weekly mails about goals
//	AllianceDue, RateAlliance, PooledAlliance, PooledFidelity                                how working with the coach was; a coach reads it pooled
//	AssignCoach(ctx, by, code) (coach.Code, error)                           whoever is free soonest, at the participant's wish
//	SetVision, SetGoal, CloseGoal, SetWeekly, CheckIn, RateGoal, ChangePlan
//	Unlock(ctx, by, code, reason) error                                      opens coaching before the protocol does
//	SendIncentive(ctx, by, code, item) error
//	ReceiveIncentive(ctx, by, code, item) error
//	Parcels(ctx, by) ([]Parcel, error)                                       the same items, as whoever posts them knows them
//	SendParcels(ctx, by, ids, carrier), ReceiveParcels(ctx, by, ids), ExportParcels(ctx, by)
//	Letters(ctx, by, filter, offset, most) ([]Letter, int, error)            planned mail as its readers will find it; Letter, MailPlan
//	ChangeMessage(ctx, by, id, NewWords, at) error                           words and time of one; StopMessage, RestoreMessage
//	RewordMessages(ctx, by, message, language, NewWords) error               of all; MoveMessages, StopMessages, RestoreMessages
//	MailLog(ctx, by, code) (MailLog, error)                                  all mail to one person, with what became of it
//	ResendMessage(ctx, by, code, id) error
//	StopMail(ctx, by, code, reason) error                                    all that goes to a person by itself, until LiftStop
//	Receive(ctx, by, mail) (Taken, error)                                    what came back, complaints, calendars; ReceiveAll, from a spool; ReceiveFrom, a mailbox
//	PaySheets(ctx, by) ([]PaySheet, error)                                   what coaches are paid, by month; PaySheet, OwnPay
//	ApprovePay(ctx, by, month, digest) error                                 freezes a month's sheet
//	Withdraw(ctx, by, code, participant.Use, reason) error
//	WithdrawalPapers(ctx, by, code) ([]Paper, error)                         what was asked for by leaving, as PDF
//	AskReveal(ctx, by, code, reason) error                                   an owner wants to know who a code is
//	DecideReveal(ctx, by, id, grant) error                                   another owner says yes or no
//	Reveal(ctx, by, id) (Person, participant.Code, error)                    the one who asked sees it, once
//	ChooseLanguage(ctx, by, code, language) error
//	CloseEnrolment(ctx, by, reason) error
//	Tick(ctx) (Ticked, error)                                                all that is due by now: visits, mail, unlocking, losses
//	Remind(ctx, by) (sent, dropped int, error)                               the mail alone
//	NextDue(ctx) (time.Time, bool, error)                                    when Tick has something to do
//	InviteStaff, Reinvite, SetRoles, CloseAccount, ReopenAccount, ResetAccount, AllowLinks    accounts, by an owner
//	SignIn, ConfirmCode; RequestLink, FollowLink; BeginPasskeySignIn, PasskeySignIn; BeginHospitalSignIn, ReturnFromHospital
//	SetPassword, BeginAuthenticator, NewRecoveryCodes, BeginPasskey, FinishSetup              how one signs in oneself
//	Lock(ctx, by, dir) (Locked, error)                                       the dataset, canonical, with its SHA-256 in the trail
//	CloseRandomization(ctx, by) (randomization.Closing, error)               the seed is revealed
//	Unblind(ctx, by, reason) error
package conduct
