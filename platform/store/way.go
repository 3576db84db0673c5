package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rekindle/trial/assessment"
	"rekindle/trial/followup"
	"rekindle/trial/participant"
	"rekindle/trial/session"
)

// wayQuery gives what followup.Way has beside sessions and visits.
var wayQuery = "SELECT p." + strings.ReplaceAll(participantColumns, ", ", ", p.") + `, coalesce(a.arm, ''), coalesce(c.coach, ''), c.chosen, i.bounced, i.opted_out,
	(SELECT min(f.chosen) FROM pairing f WHERE f.participant = p.code)
	FROM participant p JOIN identity i ON i.code = p.code LEFT JOIN allocation a ON a.participant = p.code
	LEFT JOIN pairing c ON c.participant = p.code AND c.ended IS NULL `

func scanWay(scan Scan) (w followup.Way, err error) {
	w.Record, err = scanParticipant(func(dest ...any) error {
		return scan(append(dest, &w.Arm, &w.Coach, moment{&w.ChosenAt}, moment{&w.Bounced}, moment{&w.OptedOut}, moment{&w.FirstChosen})...)
	})
	return w, err
}

// Ways gives how far those people have come who have come through their link, or whose address takes no mail; by code.
func (tx *Tx) Ways(ctx context.Context) ([]followup.Way, error) {
	ways, err := All(ctx, tx, scanWay, wayQuery+"WHERE p.responded IS NOT NULL OR i.bounced IS NOT NULL ORDER BY p.code")
	if err != nil {
		return nil, err
	}
	sessions, err := tx.AllSessions(ctx)
	if err != nil {
		return nil, err
	}
	visits, err := tx.AllVisits(ctx)
	if err != nil {
		return nil, err
	}
	held, asked := map[participant.Code][]session.Session{}, map[participant.Code][]assessment.Visit{}
	for _, s := range sessions {
		held[s.Participant] = append(held[s.Participant], s)
	}
	for _, v := range visits {
		asked[v.Participant] = append(asked[v.Participant], v.Visit)
	}
	for i := range ways {
		ways[i].Sessions, ways[i].Visits = held[ways[i].Code], asked[ways[i].Code]
	}
	return ways, nil
}

// Way gives how far one person has come; an unknown code is problem.NotFound.
func (tx *Tx) Way(ctx context.Context, code participant.Code) (w followup.Way, err error) {
	if _, err := tx.Participant(ctx, code); err != nil {
		return w, err
	}
	if w, err = One(ctx, tx, scanWay, wayQuery+"WHERE p.code = $1", code); err != nil {
		return w, err
	}
	if w.Sessions, err = tx.Sessions(ctx, code); err != nil {
		return w, err
	}
	visits, err := tx.Visits(ctx, code)
	for _, v := range visits {
		w.Visits = append(w.Visits, v.Visit)
	}
	return w, err
}

// PeopleCodes gives the codes of the people of a status, or all where it is empty, at most so many from offset on: who came last through
// their link first, then those who have not come.
func (tx *Tx) PeopleCodes(ctx context.Context, status participant.Status, offset, most int) ([]participant.Code, error) {
	return All(ctx, tx, Value[participant.Code], "SELECT code FROM participant WHERE ($1 = '' OR status = $1) ORDER BY CASE WHEN responded IS NULL THEN 1 ELSE 0 END, responded DESC, code LIMIT $2 OFFSET $3",
		status, most, offset)
}

// Unwilling gives the codes of the people who want no mail, of a status or all where it is empty; who said so last first.
func (tx *Tx) Unwilling(ctx context.Context, status participant.Status) ([]participant.Code, error) {
	return All(ctx, tx, Value[participant.Code], "SELECT p.code FROM participant p JOIN identity i ON i.code = p.code WHERE i.opted_out IS NOT NULL AND ($1 = '' OR p.status = $1) ORDER BY i.opted_out DESC, p.code", status)
}

// Wave is how one mail of a message stands with everybody for whom it is planned.
type Wave struct {
	Message            string
	Occurrence         int
	Planned, Handed    int       // still to come; waiting for the mail server
	Sent, Failed, Ends int       // taken by it; refused by it, or come back; needless
	First, Last        time.Time // when those still to come are due
}

// Waves gives them for some messages of the protocol, by occurrence.
func (tx *Tx) Waves(ctx context.Context, messages []string) ([]Wave, error) {
	if len(messages) == 0 {
		return nil, nil
	}
	var args []any
	for _, id := range messages {
		args = append(args, id)
	}
	count := func(s Stage) string { return ", count(CASE WHEN " + stageWhere[s] + " THEN 1 END)" }
	return All(ctx, tx, func(scan Scan) (w Wave, err error) {
		return w, scan(&w.Message, &w.Occurrence, &w.Planned, &w.Handed, &w.Sent, &w.Failed, &w.Ends, &w.First, &w.Last)
	}, "SELECT m.message, m.occurrence"+count(ToCome)+count(Handed)+count(SentOff)+count(Failed)+count(StoppedAt)+
		", min(CASE m.state WHEN 'planned' THEN m.due END), max(CASE m.state WHEN 'planned' THEN m.due END)"+
		fromPlanned+" WHERE m.message IN "+among(1, len(messages))+" GROUP BY m.message, m.occurrence ORDER BY m.occurrence, m.message", args...)
}

// Uninvited gives the people on the roster for whom none of some messages is planned yet, at most so many, in the order of their codes,
// which is one of chance; and how many there are in all.
func (tx *Tx) Uninvited(ctx context.Context, messages []string, most int) (codes []participant.Code, all int, err error) {
	if len(messages) == 0 {
		return nil, 0, nil
	}
	var args []any
	for _, id := range messages {
		args = append(args, id)
	}
	where := " FROM participant p WHERE p.status = 'listed' AND NOT EXISTS (SELECT 1 FROM message m WHERE m.participant = p.code AND m.message IN " + among(1, len(messages)) + ")"
	if all, err = One(ctx, tx, Value[int], "SELECT count(*)"+where, args...); err != nil {
		return nil, 0, err
	}
	codes, err = All(ctx, tx, Value[participant.Code], fmt.Sprintf("SELECT p.code%s ORDER BY p.code LIMIT $%d", where, len(args)+1), append(args, most)...)
	return codes, all, err
}
