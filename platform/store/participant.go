package store

import (
	"context"
	"time"

	"rekindle/problem"
	"rekindle/trial/participant"
)

const participantColumns = "code, status, zone, attested, invited, responded, consented, baseline, waiting, enrolled, randomized, unlocks, unlocked, started, ended, reason, data_use, language"

func scanParticipant(scan Scan) (r participant.Record, err error) {
	var attested JSON[map[string]bool]
	err = scan(&r.Code, &r.Status, &r.Zone, &attested, moment{&r.InvitedAt}, moment{&r.RespondedAt}, moment{&r.ConsentedAt}, moment{&r.BaselineAt},
		moment{&r.WaitingAt}, moment{&r.EnrolledAt}, moment{&r.RandomizedAt}, moment{&r.UnlocksAt}, moment{&r.UnlockedAt}, moment{&r.StartedAt},
		moment{&r.EndedAt}, &r.Reason, &r.Use, &r.Language)
	r.Attested = attested.V
	return r, err
}

func participantRow(r participant.Record) []any {
	return []any{r.Code, r.Status, r.Zone, JSON[map[string]bool]{r.Attested}, maybe(r.InvitedAt), maybe(r.RespondedAt), maybe(r.ConsentedAt), maybe(r.BaselineAt),
		maybe(r.WaitingAt), maybe(r.EnrolledAt), maybe(r.RandomizedAt), maybe(r.UnlocksAt), maybe(r.UnlockedAt), maybe(r.StartedAt), maybe(r.EndedAt), r.Reason, r.Use, r.Language}
}

// AddParticipants adds people under new codes.
func (tx *Tx) AddParticipants(ctx context.Context, all []participant.Record) error {
	rows := make([][]any, len(all))
	for i, r := range all {
		rows[i] = participantRow(r)
	}
	return tx.insert(ctx, "participant ("+participantColumns+")", rows, "")
}

// Participant gives one person; an unknown code is problem.NotFound.
func (tx *Tx) Participant(ctx context.Context, code participant.Code) (participant.Record, error) {
	r, err := One(ctx, tx, scanParticipant, "SELECT "+participantColumns+" FROM participant WHERE code = $1", code)
	if problem.Is(err, problem.NotFound) {
		return r, problem.New(problem.NotFound, "There is nobody with the code %.20q", string(code))
	}
	return r, err
}

// Participants gives the people of some statuses, or all, in the order of their codes.
func (tx *Tx) Participants(ctx context.Context, statuses ...participant.Status) ([]participant.Record, error) {
	query := "SELECT " + participantColumns + " FROM participant"
	var args []any
	if len(statuses) > 0 {
		query += " WHERE status IN " + among(1, len(statuses))
		for _, s := range statuses {
			args = append(args, s)
		}
	}
	return All(ctx, tx, scanParticipant, query+" ORDER BY code", args...)
}

// SaveParticipant writes a person back.
func (tx *Tx) SaveParticipant(ctx context.Context, r participant.Record) error {
	n, err := tx.Do(ctx, `UPDATE participant SET status = $2, zone = $3, attested = $4, invited = $5, responded = $6, consented = $7, baseline = $8, waiting = $9,
		enrolled = $10, randomized = $11, unlocks = $12, unlocked = $13, started = $14, ended = $15, reason = $16, data_use = $17, language = $18 WHERE code = $1`, participantRow(r)...)
	if err == nil && n != 1 {
		return problem.New(problem.NotFound, "There is nobody with the code %.20q", string(r.Code))
	}
	return err
}

// MarkInvited passes the people who are listed among codes to invited.
func (tx *Tx) MarkInvited(ctx context.Context, codes []participant.Code) error {
	for len(codes) > 0 {
		batch := codes[:min(len(codes), rowsAtOnce)]
		codes = codes[len(batch):]
		args := []any{tx.Now()}
		for _, c := range batch {
			args = append(args, c)
		}
		if _, err := tx.Do(ctx, "UPDATE participant SET status = 'invited', invited = $1 WHERE status = 'listed' AND code IN "+among(2, len(batch)), args...); err != nil {
			return err
		}
	}
	return nil
}

// LongestWaiting gives whoever has been on the waiting list longest; nobody is problem.NotFound.
func (tx *Tx) LongestWaiting(ctx context.Context) (participant.Record, error) {
	r, err := One(ctx, tx, scanParticipant, "SELECT "+participantColumns+" FROM participant WHERE status = 'waiting' ORDER BY waiting, code LIMIT 1")
	if problem.Is(err, problem.NotFound) {
		return r, problem.New(problem.NotFound, "Nobody is on the waiting list")
	}
	return r, err
}

// UnlocksDue gives the people to whom coaching is to open by now.
func (tx *Tx) UnlocksDue(ctx context.Context) ([]participant.Record, error) {
	return All(ctx, tx, scanParticipant, "SELECT "+participantColumns+" FROM participant WHERE unlocked IS NULL AND unlocks <= $1 ORDER BY unlocks, code", tx.Now())
}

// StatusCounts gives the number of people of each status.
func (tx *Tx) StatusCounts(ctx context.Context) (map[participant.Status]int, error) {
	counts := map[participant.Status]int{}
	_, err := All(ctx, tx, func(scan Scan) (struct{}, error) {
		var s participant.Status
		var n int
		err := scan(&s, &n)
		counts[s] = n
		return struct{}{}, err
	}, "SELECT status, count(*) FROM participant GROUP BY status")
	return counts, err
}

// Milestones is how many people have come how far. Everybody who came further is counted on the way too.
type Milestones struct {
	Listed, Invited, Responded, Consented, Enrolled, Randomized int
	Started                                                     int // had a first session
	Waiting, Completed, Withdrawn, Lost                         int // are so now
}

// Milestones counts them. It tells nothing of arms or strata.
func (tx *Tx) Milestones(ctx context.Context) (Milestones, error) {
	return One(ctx, tx, func(scan Scan) (m Milestones, err error) {
		return m, scan(&m.Listed, &m.Invited, &m.Responded, &m.Consented, &m.Enrolled, &m.Randomized, &m.Started, &m.Waiting, &m.Completed, &m.Withdrawn, &m.Lost)
	}, `SELECT count(*), count(invited), count(responded), count(consented), count(enrolled), count(randomized), count(started),
		count(CASE status WHEN 'waiting' THEN 1 END), count(CASE status WHEN 'completed' THEN 1 END),
		count(CASE status WHEN 'withdrawn' THEN 1 END), count(CASE status WHEN 'lost' THEN 1 END) FROM participant`)
}

// Identity is who a code is, as far as the store can tell: everything that would tell it is sealed.
type Identity struct {
	Code      participant.Code
	Kind      string // "participant" or "coach"
	EmailHash string
	Sealed    []byte
	Bounced   *time.Time
	OptedOut  *time.Time
}

const identityColumns = "code, kind, email_hash, sealed, bounced, opted_out"

func scanIdentity(scan Scan) (i Identity, err error) {
	return i, scan(&i.Code, &i.Kind, &i.EmailHash, &i.Sealed, moment{&i.Bounced}, moment{&i.OptedOut})
}

// AddIdentities adds identities; an e-mail address that its kind has already breaks the constraint identity_email.
func (tx *Tx) AddIdentities(ctx context.Context, all []Identity) error {
	rows := make([][]any, len(all))
	for i, id := range all {
		rows[i] = []any{id.Code, id.Kind, id.EmailHash, id.Sealed, maybe(id.Bounced), maybe(id.OptedOut)}
	}
	return tx.insert(ctx, "identity ("+identityColumns+")", rows, "")
}

// Identity gives the identity behind a code.
func (tx *Tx) Identity(ctx context.Context, code participant.Code) (Identity, error) {
	return One(ctx, tx, scanIdentity, "SELECT "+identityColumns+" FROM identity WHERE code = $1", code)
}

// IdentityByEmail gives the identity of a kind with an e-mail address, by its hash; problem.NotFound where there is none.
func (tx *Tx) IdentityByEmail(ctx context.Context, kind, emailHash string) (Identity, error) {
	return One(ctx, tx, scanIdentity, "SELECT "+identityColumns+" FROM identity WHERE kind = $1 AND email_hash = $2", kind, emailHash)
}

// Identities gives all of a kind, in the order of their codes.
func (tx *Tx) Identities(ctx context.Context, kind string) ([]Identity, error) {
	return All(ctx, tx, scanIdentity, "SELECT "+identityColumns+" FROM identity WHERE kind = $1 ORDER BY code", kind)
}

// CodesByEmail gives the code behind each known address of a kind, by the address's hash.
func (tx *Tx) CodesByEmail(ctx context.Context, kind string) (map[string]participant.Code, error) {
	codes := map[string]participant.Code{}
	_, err := All(ctx, tx, func(scan Scan) (struct{}, error) {
		var hash string
		var code participant.Code
		err := scan(&hash, &code)
		codes[hash] = code
		return struct{}{}, err
	}, "SELECT email_hash, code FROM identity WHERE kind = $1", kind)
	return codes, err
}

// Codes gives every code that is in use.
func (tx *Tx) Codes(ctx context.Context) (map[participant.Code]bool, error) {
	all, err := All(ctx, tx, Value[participant.Code], "SELECT code FROM identity")
	used := make(map[participant.Code]bool, len(all))
	for _, code := range all {
		used[code] = true
	}
	return used, err
}

// SaveIdentity writes what is sealed back, with the hash of its address.
func (tx *Tx) SaveIdentity(ctx context.Context, i Identity) error {
	_, err := tx.Do(ctx, "UPDATE identity SET email_hash = $2, sealed = $3, bounced = $4, opted_out = $5 WHERE code = $1", i.Code, i.EmailHash, i.Sealed, maybe(i.Bounced), maybe(i.OptedOut))
	return err
}

// Link is a personal link, known by the hash of its token.
type Link struct {
	Hash    string
	Code    participant.Code
	Expires time.Time
}

// AddLinks adds links.
func (tx *Tx) AddLinks(ctx context.Context, all []Link) error {
	rows := make([][]any, len(all))
	for i, l := range all {
		rows[i] = []any{l.Hash, l.Code, tx.Now(), l.Expires}
	}
	return tx.insert(ctx, "link (hash, code, made, expires)", rows, "")
}

// Link finds a link by the hash of its token; one that is unknown is problem.NotFound, one that has expired is given as it is.
func (tx *Tx) Link(ctx context.Context, hash string) (Link, error) {
	return One(ctx, tx, func(scan Scan) (l Link, err error) { return l, scan(&l.Hash, &l.Code, &l.Expires) }, "SELECT hash, code, expires FROM link WHERE hash = $1", hash)
}
