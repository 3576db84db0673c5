package conduct

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/session"
	"rekindle/trial/study"
)

// Remind sends the planned mail that is due by now, and gives how many were sent and how many were needless. Tick does it too.
func (c *Conduct) Remind(ctx context.Context, by identity.Actor) (sent, dropped int, err error) {
	if err := by.Require("message.send"); err != nil {
		return 0, 0, err
	}
	sent, dropped, _, err = c.send(ctx, by)
	return sent, dropped, err
}

// mailsAtOnce bounds one transaction of sending.
const mailsAtOnce = 500

// send puts the mail that is due into the outbox. Whether each is still due, and whether it would come in its reader's quiet hours as they are
// by now, is decided here, in the transaction that sends it.
func (c *Conduct) send(ctx context.Context, by identity.Actor) (sent, dropped, putOff int, err error) {
	for {
		var out outgoing
		var due []store.Message
		err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
			out = outgoing{}
			due, err = tx.MessagesDue(ctx, mailsAtOnce)
			if err != nil || len(due) == 0 {
				return err
			}
			return c.sendBatch(ctx, tx, by, due, &out)
		})
		if err != nil {
			return sent, dropped, putOff, err
		}
		sent, dropped, putOff = sent+len(out.mails), dropped+len(out.dropped)+len(out.stopped), putOff+out.waiting()
		if len(due) < mailsAtOnce {
			return sent, dropped, putOff, nil
		}
	}
}

// outgoing is one batch on its way.
type outgoing struct {
	mails   []post.Message
	links   []store.Link
	sent    []int64
	dropped map[int64]string      // why
	stopped []store.Message       // by somebody
	putOff  map[time.Time][]int64 // until when
	invited []participant.Code
	away    []session.Session // in their coach's leave, so that nobody is reminded of them
}

// waiting counts what was put off.
func (out outgoing) waiting() (n int) {
	for _, ids := range out.putOff {
		n += len(ids)
	}
	return n
}

func (c *Conduct) sendBatch(ctx context.Context, tx *store.Tx, by identity.Actor, due []store.Message, out *outgoing) error {
	out.dropped, out.putOff = map[int64]string{}, map[time.Time][]int64{}
	b, err := c.readBatch(ctx, tx, due)
	if err != nil {
		return err
	}
	for _, d := range due {
		if err := c.one(ctx, tx, b, d, out); err != nil {
			return err
		}
	}
	kinds := map[string]int{}
	for _, m := range out.mails {
		kinds[m.Kind]++
	}
	after := facts{"sent": kinds, "needless": len(out.dropped) + len(out.stopped)}
	if n := out.waiting(); n > 0 {
		after["put_off"] = n
	}
	if err := record(ctx, tx, by, "message.send", c.Protocol.ID, nil, after, ""); err != nil {
		return err
	}
	for _, s := range out.away {
		if err := c.offerToMove(ctx, tx, fmt.Sprintf("reminder %s %d", s.ID, s.Sequence), []session.Session{s}); err != nil {
			return err
		}
	}
	if err := tx.AddLinks(ctx, out.links); err != nil {
		return err
	}
	if _, err := tx.Post(ctx, out.mails...); err != nil {
		return err
	}
	if err := tx.MarkInvited(ctx, out.invited); err != nil {
		return err
	}
	if err := tx.EndMessages(ctx, out.sent, ""); err != nil {
		return err
	}
	for _, d := range out.stopped {
		if err := tx.SaveMessage(ctx, d); err != nil {
			return err
		}
	}
	for until, ids := range out.putOff {
		if err := tx.PutOffMessages(ctx, ids, until); err != nil {
			return err
		}
	}
	why := map[string][]int64{}
	for id, reason := range out.dropped {
		why[reason] = append(why[reason], id)
	}
	for reason, ids := range why {
		if err := tx.EndMessages(ctx, ids, reason); err != nil {
			return err
		}
	}
	return nil
}

// batch is what decides on the mails of a batch and fills them.
type batch struct {
	study   store.Study
	people  map[participant.Code]participant.Record
	mailing map[participant.Code]store.MailSituation
	visits  map[participant.Code][]store.VisitOf
	reading map[participant.Code]Person
	wording map[store.WordingOf]store.Wording // words that were changed
	stops   map[store.MailStopOf]store.MailStop
}

func (c *Conduct) readBatch(ctx context.Context, tx *store.Tx, due []store.Message) (b batch, err error) {
	codes := codesOf(due)
	if b.study, err = tx.Study(ctx); err != nil {
		return b, err
	}
	if b.people, err = tx.ParticipantsByCode(ctx, codes); err != nil {
		return b, err
	}
	if b.mailing, err = tx.MailSituations(ctx, codes); err != nil {
		return b, err
	}
	if b.visits, err = tx.VisitsByCode(ctx, codes); err != nil {
		return b, err
	}
	if b.wording, err = tx.Wordings(ctx); err != nil {
		return b, err
	}
	if b.stops, err = tx.MailStops(ctx); err != nil {
		return b, err
	}
	b.reading = make(map[participant.Code]Person, len(codes))
	for code, situation := range b.mailing {
		if b.reading[code], err = reveal(tx, code, situation.Sealed); err != nil {
			return b, err
		}
	}
	return b, nil
}

// stopOf gives why a stop that somebody has to lift holds for a mail; empty: none does.
func (b batch) stopOf(d store.Message) string {
	if stop, ok := b.stops[store.MailStopOf{Participant: d.Participant}]; ok {
		return stop.Reason
	}
	return b.stops[store.MailStopOf{Message: d.Message}].Reason
}

// matter is what a planned mail is about.
type matter struct {
	message   study.Message
	record    participant.Record
	situation store.MailSituation
	visit     store.VisitOf
	session   session.Session
	facts     followup.Facts
	stop      string // why all mail to the person, or all of the message, is stopped; empty: it is not
}

// holds reports whether what keeps a mail from going is a stop that can be lifted.
func (about matter) holds(why string) bool { return about.stop != "" && why == stoppedFor(about.stop) }

// matter finds out what a planned mail is about, and why it is needless; empty: it is due.
func (c *Conduct) matter(ctx context.Context, tx *store.Tx, b batch, d store.Message) (about matter, why string, err error) {
	i := slices.IndexFunc(c.Protocol.Messages, func(m study.Message) bool { return m.ID == d.Message })
	if i < 0 {
		return about, "the protocol has no such message", nil
	}
	situation, known := b.mailing[d.Participant]
	if !known {
		return about, "nobody is known by this code any more", nil
	}
	r := b.people[d.Participant]
	m := worded(c.Protocol.Messages[i], r.Language, b.wording, d)
	about = matter{message: m, record: r, situation: situation}
	f := followup.Facts{Status: r.Status, Use: r.Use, Arm: situation.Arm, Bounced: situation.Bounced, OptedOut: situation.OptedOut,
		EnrolmentOpen: c.enrolling(b.study, tx.Now()) == nil && !full(b.study),
		CoachingOpen:  r.UnlockedAt != nil, CoachChosen: situation.CoachChosen, SessionBooked: situation.Live}
	for _, v := range b.visits[d.Participant] {
		if v.ID == m.Visit {
			about.visit = v
			f.Visit = v.State
		}
	}
	if m.Purpose == study.SessionReminder {
		if about.session, err = tx.Session(ctx, d.Session); err != nil && !problem.Is(err, problem.NotFound) {
			return about, "", err
		}
		f.SessionStands = about.session.State == session.Booked && tx.Now().Before(about.session.Start)
	}
	if m.Purpose == study.WeeklyCheckIn {
		if f.GoalsOpen, err = c.goalsOpen(ctx, tx, r); err != nil {
			return about, "", err
		}
	}
	about.facts = f
	about.stop = b.stopOf(d)
	if _, why = followup.Still(m, f); why == "" && about.stop != "" {
		why = stoppedFor(about.stop)
	}
	return about, why, nil
}

// goes gives when a planned mail goes whose time has come: now, or when the quiet hours of its reader's present zone are over.
func (c *Conduct) goes(d store.Message, about matter, now time.Time) time.Time {
	p := followup.Planned{Answers: d.Answers, Wanted: d.Due}
	if d.Wanted != nil {
		p.Wanted = *d.Wanted
	}
	return c.quiet().Goes(p, now, c.latest(about), c.zone(about.record.Zone))
}

// overtaken says that a mail has waited so long that the next one of its series is due: after an outage people get one reminder, not five.
func overtaken(ctx context.Context, tx *store.Tx, about matter, d store.Message) (why string, err error) {
	if len(about.message.Days) < 2 {
		return "", nil
	}
	later, err := tx.Overtaken(ctx, d)
	if later {
		why = "a later one of the same kind goes instead"
	}
	return why, err
}

// one decides on one mail: sent, put off, or dropped with the reason.
func (c *Conduct) one(ctx context.Context, tx *store.Tx, b batch, d store.Message, out *outgoing) error {
	about, why, err := c.matter(ctx, tx, b, d)
	if err != nil {
		return err
	}
	if why == "" {
		if why, err = overtaken(ctx, tx, about, d); err != nil {
			return err
		}
	}
	switch {
	case about.holds(why):
		stopMessage(&d, about.stop, tx.Now())
		out.stopped = append(out.stopped, d)
		return nil
	case why != "":
		out.dropped[d.ID] = why
		return nil
	}
	if goes := c.goes(d, about, tx.Now()); goes.After(tx.Now()) {
		out.putOff[goes.UTC()] = append(out.putOff[goes.UTC()], d.ID)
		return nil
	}
	if away, err := inLeave(ctx, tx, about.session); err != nil {
		return err
	} else if away {
		out.dropped[d.ID], out.away = "the coach is away then: another time is offered instead", append(out.away, about.session)
		return nil
	}
	m, r := about.message, about.record
	words, err := c.words(ctx, tx, b, d, about)
	if err != nil {
		return err
	}
	link, err := c.newLink(tx, d.Participant)
	if err != nil {
		return err
	}
	words["link"] = link.url + leadsTo(m)
	out.links = append(out.links, link.Link)
	subject, body := m.Fill(words)
	out.mails = append(out.mails, post.Message{Kind: m.ID, Person: string(d.Participant), Plan: d.ID, Dedupe: fmt.Sprintf("%s %s %d %s %d", d.Participant, d.Message, d.Occurrence, d.Session, about.session.Sequence), Due: tx.Now(),
		Content: link.letter(b.reading[d.Participant], subject, body)})
	out.sent = append(out.sent, d.ID)
	switch m.Purpose {
	case study.Announcement:
		if r.Status == participant.Listed {
			out.invited = append(out.invited, d.Participant)
		}
	case study.ResourcesSent:
		arm, _ := c.Protocol.Arm(about.situation.Arm)
		for _, id := range arm.Resources {
			if _, err := tx.SentResource(ctx, d.Participant, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// words gives what fills a message, as study.Purpose.Words has them.
func (c *Conduct) words(ctx context.Context, tx *store.Tx, b batch, d store.Message, about matter) (words map[string]string, err error) {
	m, r, p, v, s := about.message, about.record, b.reading[d.Participant], about.visit, about.session
	zone, protocol := c.zone(r.Zone), study.In(r.Language, *c.Protocol)
	day := func(t time.Time) string { return study.WeekdayIn(r.Language, t.In(zone)) }
	words = map[string]string{"name": p.Name, "title": protocol.Title, "contact": contact(protocol)}
	switch m.Purpose {
	case study.Announcement:
		words["date"] = study.WeekdayIn(r.Language, protocol.Enrolment.Closes.Time)
	case study.SurveyOpen, study.SurveyReminder:
		planned, _ := protocol.Visit(m.Visit)
		words["visit"], words["date"] = planned.Name, day(v.Closes.Add(-time.Second))
	case study.AllocationTold, study.ResourcesSent:
		arm, _ := protocol.Arm(about.situation.Arm)
		words["arm"], words["description"], words["resources"] = arm.Name, arm.Description, resources(protocol, arm)
	case study.ChooseCoach, study.FirstSession, study.CoachingUnlocked:
		if r.UnlockedAt != nil {
			_, until := c.Protocol.CoachingPeriod(*r.UnlockedAt)
			words["date"] = day(until.Add(-time.Second))
		}
	case study.SessionReminder:
		words["date"] = study.HourIn(r.Language, s.Start.In(zone))
	case study.IncentiveSent:
		for _, i := range protocol.Incentives {
			if i.ID == d.Session {
				words["item"] = i.Name
			}
		}
	}
	if m.Purpose == study.ChooseCoach && m.Uses("coaches") {
		if words["coaches"], err = c.coachesThisWeek(ctx, tx, r); err != nil {
			return nil, err
		}
	}
	if m.Purpose == study.FirstSession || m.Purpose == study.SessionReminder || m.Purpose == study.WeeklyCheckIn {
		with := s.Coach
		if with == "" {
			pair, err := tx.Pairing(ctx, d.Participant)
			if err != nil && !problem.Is(err, problem.NotFound) {
				return nil, err
			}
			with = pair.Coach
		}
		words["coach"] = map[string]string{"es": "su coach"}[r.Language]
		if words["coach"] == "" {
			words["coach"] = "your coach"
		}
		if with != "" {
			k, err := person(ctx, tx, with)
			if err != nil {
				return nil, err
			}
			words["coach"] = k.Name
		}
	}
	return words, nil
}
