package conduct

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// leaveAhead is how many years from now leave may end; what is later is a slip.
const leaveAhead = 5

// TakeLeave keeps a coach from being booked for a stretch of time. Sessions that are booked in it stay until they are moved: nothing is
// cancelled behind anybody's back. Each coachee with such a session is written to, once, with a link to move it; the sessions are given
// back.
func (c *Conduct) TakeLeave(ctx context.Context, by identity.Actor, code coach.Code, away coach.Span) (touched []session.Session, err error) {
	if err := coachSelf(by, "coach.leave", code); err != nil {
		return nil, err
	}
	if !away.From.Before(away.To) {
		return nil, problem.New(problem.Invalid, "Leave that ends before it begins").On("until").Instead("Give the last day, on or after the first.")
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		touched = nil
		k, err := tx.Coach(ctx, code)
		if err != nil {
			return err
		}
		if !away.To.After(tx.Now()) {
			return problem.New(problem.Invalid, "That leave is over").On("until").Instead("Give days to come.")
		}
		if away.To.After(tx.Now().AddDate(leaveAhead, 0, 0)) {
			return problem.New(problem.Invalid, "That leave ends more than %d years from now", leaveAhead).On("until").Instead("Look at the year.")
		}
		if slices.ContainsFunc(k.Away, func(a coach.Span) bool { return a.From.Before(away.To) && away.From.Before(a.To) }) {
			return problem.New(problem.Conflict, "There is leave at that time already").On("from").Instead("Remove it first.")
		}
		k.Away = append(k.Away, away)
		slices.SortFunc(k.Away, func(a, b coach.Span) int { return a.From.Compare(b.From) })
		if err := tx.SaveCoach(ctx, k); err != nil {
			return err
		}
		all, err := tx.SessionsOfCoach(ctx, code, away.From.Add(-24*time.Hour), away.To) // no session lasts longer than a day
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.State == session.Booked && tx.Now().Before(s.Start) && (coach.Coach{Away: []coach.Span{away}}).OnLeave(coach.Span{From: s.Start, To: s.End()}) {
				touched = append(touched, s)
			}
		}
		if err := record(ctx, tx, by, "coach.leave", string(code), nil, facts{"from": away.From, "to": away.To, "sessions": len(touched)}, ""); err != nil {
			return err
		}
		return c.offerToMove(ctx, tx, away.From.Format(time.RFC3339), touched)
	})
	if err != nil {
		return nil, err
	}
	return touched, nil
}

// inLeave reports whether a session lies in the leave of its coach; none lies in no leave.
func inLeave(ctx context.Context, tx *store.Tx, s session.Session) (bool, error) {
	if s.ID == "" {
		return false, nil
	}
	k, err := tx.Coach(ctx, s.Coach)
	return err == nil && k.OnLeave(coach.Span{From: s.Start, To: s.End()}), err
}

// offerToMove writes to each person once on an occasion, of all their sessions in leave.
func (c *Conduct) offerToMove(ctx context.Context, tx *store.Tx, occasion string, touched []session.Session) error {
	var told []participant.Code
	for _, s := range touched {
		if slices.Contains(told, s.Participant) {
			continue
		}
		told = append(told, s.Participant)
		err := c.writeAbout(ctx, tx, s.Participant, notice{
			kind: "coach-leave", once: fmt.Sprintf("coach-leave %s %s %s", s.Participant, s.Coach, occasion),
			english: letter{"A session of yours can be moved", "Your coach is away at the time of a session that you have booked. Please choose another time that suits you; " +
				"it takes a minute, and nothing is lost or counted against you, however late it is:"},
			spanish: letter{"Puede cambiar la fecha de una sesión", "Su coach estará ausente en la fecha de una sesión que usted ha reservado. Elija, por favor, otra hora que le convenga; " +
				"solo lleva un minuto, y no pierde nada ni se le cuenta como falta, aunque sea con poca antelación:"}})
		if err != nil {
			return err
		}
	}
	return nil
}

// EndLeave takes leave back that begins at a moment.
func (c *Conduct) EndLeave(ctx context.Context, by identity.Actor, code coach.Code, from time.Time) error {
	if err := coachSelf(by, "coach.leave", code); err != nil {
		return err
	}
	return c.changeCoach(ctx, by, "coach.leave", code, func(k *coach.Coach) (facts, error) {
		i := slices.IndexFunc(k.Away, func(a coach.Span) bool { return a.From.Equal(from) })
		if i < 0 {
			return nil, problem.New(problem.NotFound, "There is no such leave")
		}
		k.Away = slices.Delete(k.Away, i, i+1)
		return facts{"ended": from}, nil
	})
}

// RetireCoach ends somebody's being a coach: nobody can choose them from now on. Their booked sessions are cancelled; their coachees, who
// are given back, are written to and choose again.
func (c *Conduct) RetireCoach(ctx context.Context, by identity.Actor, code coach.Code) (coachees []participant.Code, err error) {
	if err := by.Require("coach.retire"); err != nil {
		return nil, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		coachees = nil
		k, err := tx.Coach(ctx, code)
		if err != nil || k.LeftAt != nil {
			return err
		}
		k.LeftAt = new(tx.Now())
		if err := tx.SaveCoach(ctx, k); err != nil {
			return err
		}
		pairs, err := tx.Coachees(ctx, code)
		if err != nil {
			return err
		}
		if err := record(ctx, tx, by, "coach.retire", string(code), nil, facts{"coachees": len(pairs)}, ""); err != nil {
			return err
		}
		if err := c.leaveMeetings(ctx, tx, by, code); err != nil {
			return err
		}
		for _, p := range pairs {
			if err := c.cancelBooked(ctx, tx, p.Participant, session.ByCoach); err != nil {
				return err
			}
			if err := tx.Unpair(ctx, p.Participant, "coach left"); err != nil {
				return err
			}
			coachees = append(coachees, p.Participant)
			err := c.writeAbout(ctx, tx, p.Participant, notice{
				kind: "coach-left", once: fmt.Sprintf("coach-left %s %s", p.Participant, code),
				english: letter{"Please choose a coach again", "Your coach no longer takes part in the program. Sessions that were booked are cancelled; those that are left are still yours. " +
					"Please choose another coach and new times:"},
				spanish: letter{"Elija de nuevo un coach", "Su coach ya no participa en el programa. Las sesiones reservadas quedan canceladas; las que le quedan siguen siendo suyas. " +
					"Elija, por favor, a otro coach y nuevas fechas:"}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return coachees, err
}

// letter is the subject of a mail, and the sentence that says what it is about.
type letter struct{ subject, about string }

// notice is a mail to a participant that no protocol plans, in both languages of their pages, with their personal link.
type notice struct {
	kind, once       string // once empty: it goes each time
	language         string // for whoever has chosen none
	to               string // the page of theirs on which the link goes on; empty: their start page
	english, spanish letter
}

// writeAbout mails a notice to a participant; whoever gets no mail is left alone.
func (c *Conduct) writeAbout(ctx context.Context, tx *store.Tx, code participant.Code, n notice) error {
	p, link, ok, err := c.correspondent(ctx, tx, code)
	if err != nil || !ok {
		return err
	}
	r, err := tx.Participant(ctx, code)
	if err != nil {
		return err
	}
	words, form := n.english, "Dear %s,\n\n%s\n\n%s\n\n%s\n"
	language := cmp.Or(r.Language, n.language)
	if language == "es" {
		words, form = n.spanish, "Hola, %s:\n\n%s\n\n%s\n\n%s\n"
	}
	address := link.url
	if n.to != "" {
		address += "?to=" + n.to
	}
	_, err = tx.Post(ctx, post.Message{Kind: n.kind, Person: string(code), Dedupe: cmp.Or(n.once, n.kind+" "+link.Hash), Due: tx.Now(),
		Content: link.letter(p, words.subject, fmt.Sprintf(form, p.Name, words.about, address, c.contactIn(language)))})
	return err
}
