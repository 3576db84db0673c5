package store

import (
	"context"
	"encoding/json"
	"time"

	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/participant"
)

const signInColumns = `s.hash, s.id, s.account, s.role, s.stage, s.method, s.sealed, s.made, s.seen, s.expires, s.ended, a.roles, a.coach`

const signInTables = " FROM sign_in s JOIN account a ON a.code = s.account "

func (tx *Tx) scanSignIn(scan Scan) (s identity.SignIn, err error) {
	var sealed []byte
	var roles JSON[[]identity.Role]
	if err := scan(&s.Hash, &s.ID, &s.Account, &s.Role, &s.Stage, &s.Method, &sealed, &s.Made, &s.Seen, &s.Expires, moment{&s.Ended}, &roles, &s.Coach); err != nil {
		return s, err
	}
	s.Roles = roles.V
	if tx.Vault == nil {
		return s, sealedAway()
	}
	plain, err := tx.Vault.Open(sealed, "sign_in", "sealed", s.ID)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(plain, &s.Origin)
}

// AddSignIn adds a sign-in. Seen is the transaction's time.
func (tx *Tx) AddSignIn(ctx context.Context, s identity.SignIn) error {
	if tx.Vault == nil {
		return sealedAway()
	}
	plain, err := json.Marshal(s.Origin)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "sign_in (hash, id, account, role, stage, method, sealed, made, seen, expires)", [][]any{{s.Hash, s.ID, s.Account, s.Role, s.Stage, s.Method, tx.Vault.Seal(plain, "sign_in", "sealed", s.ID), s.Made, tx.Now(), s.Expires}}, "")
}

// SignIn finds a sign-in by the hash of its token, whatever became of it.
func (tx *Tx) SignIn(ctx context.Context, hash string) (identity.SignIn, error) {
	return One(ctx, tx, tx.scanSignIn, "SELECT "+signInColumns+signInTables+"WHERE s.hash = $1", hash)
}

// SignIns gives those of an account that have neither ended nor expired, the latest first.
func (tx *Tx) SignIns(ctx context.Context, account string) ([]identity.SignIn, error) {
	return All(ctx, tx, tx.scanSignIn, "SELECT "+signInColumns+signInTables+"WHERE s.account = $1 AND s.ended IS NULL AND s.expires > $2 ORDER BY s.made DESC, s.id", account, tx.Now())
}

// SeeSignIn notes that a sign-in is in use.
func (tx *Tx) SeeSignIn(ctx context.Context, hash string) error {
	_, err := tx.Do(ctx, "UPDATE sign_in SET seen = $2 WHERE hash = $1", hash, tx.Now())
	return err
}

// EndSignIn ends one by its id; false: there is none that has not ended.
func (tx *Tx) EndSignIn(ctx context.Context, account, id string) (bool, error) {
	n, err := tx.Do(ctx, "UPDATE sign_in SET ended = $3 WHERE account = $1 AND id = $2 AND ended IS NULL", account, id, tx.Now())
	return n == 1, err
}

// EndSignInByHash ends the one with a token; false: there is none that has not ended.
func (tx *Tx) EndSignInByHash(ctx context.Context, hash string) (bool, error) {
	n, err := tx.Do(ctx, "UPDATE sign_in SET ended = $2 WHERE hash = $1 AND ended IS NULL", hash, tx.Now())
	return n == 1, err
}

// EndSignIns ends all of an account but the one with a hash, none where it is empty; it gives how many.
func (tx *Tx) EndSignIns(ctx context.Context, account, but string) (int64, error) {
	return tx.Do(ctx, "UPDATE sign_in SET ended = $3 WHERE account = $1 AND hash <> $2 AND ended IS NULL AND expires > $3", account, but, tx.Now())
}

// EndLinks ends the personal links of a participant, and closes the browsers that they have opened.
func (tx *Tx) EndLinks(ctx context.Context, code participant.Code) error {
	if _, err := tx.Do(ctx, "UPDATE link SET expires = $2 WHERE code = $1 AND expires > $2", code, tx.Now()); err != nil {
		return err
	}
	_, err := tx.Do(ctx, "DELETE FROM browser WHERE code = $1", code)
	return err
}

// Attempt counts an attempt against a key, as failed until Forgive takes it back. Where the key has to wait it counts nothing and
// gives until when. Failures older than identity.Forgiven are forgotten.
func (tx *Tx) Attempt(ctx context.Context, key string, free int) (until time.Time, err error) {
	type row struct {
		failures    int
		last, until time.Time
	}
	r, err := One(ctx, tx, func(scan Scan) (r row, err error) { return r, scan(&r.failures, &r.last, &r.until) }, "SELECT failures, last, until FROM throttle WHERE key = $1", key)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return until, err
	}
	if tx.Now().Before(r.until) {
		return r.until, nil
	}
	if tx.Now().Sub(r.last) > identity.Forgiven {
		r.failures = 0
	}
	_, err = tx.Do(ctx, `INSERT INTO throttle (key, failures, last, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last = excluded.last, until = excluded.until`,
		key, r.failures+1, tx.Now(), tx.Now().Add(identity.Delay(r.failures+1, free)))
	return time.Time{}, err
}

// Forgive forgets the failures of a key.
func (tx *Tx) Forgive(ctx context.Context, key string) error {
	_, err := tx.Do(ctx, "DELETE FROM throttle WHERE key = $1", key)
	return err
}

// Refund takes one attempt of a key back.
func (tx *Tx) Refund(ctx context.Context, key string) error {
	_, err := tx.Do(ctx, "UPDATE throttle SET failures = failures - 1, until = $2 WHERE key = $1 AND failures > 0", key, tx.Now())
	return err
}

// Remember keeps what a ceremony needs to know when it goes on, under the hash of a token, until a time.
func (tx *Tx) Remember(ctx context.Context, hash string, what []byte, until time.Time) error {
	if tx.Vault == nil {
		return sealedAway()
	}
	_, err := tx.Do(ctx, "INSERT INTO challenge (hash, sealed, expires) VALUES ($1, $2, $3) ON CONFLICT (hash) DO UPDATE SET sealed = excluded.sealed, expires = excluded.expires",
		hash, tx.Vault.Seal(what, "challenge", "sealed", hash), until)
	return err
}

// Recall gives what a ceremony has kept; what is unknown or too old is problem.NotFound.
func (tx *Tx) Recall(ctx context.Context, hash string) ([]byte, error) {
	if tx.Vault == nil {
		return nil, sealedAway()
	}
	sealed, err := One(ctx, tx, Value[[]byte], "SELECT sealed FROM challenge WHERE hash = $1 AND expires > $2", hash, tx.Now())
	if err != nil {
		return nil, err
	}
	return tx.Vault.Open(sealed, "challenge", "sealed", hash)
}

// Redeem gives what a ceremony has kept and removes it, so that of two who come with the same token one gets it; what is unknown or too
// old is problem.NotFound.
func (tx *Tx) Redeem(ctx context.Context, hash string) ([]byte, error) {
	if tx.Vault == nil {
		return nil, sealedAway()
	}
	sealed, err := One(ctx, tx, Value[[]byte], "DELETE FROM challenge WHERE hash = $1 AND expires > $2 RETURNING sealed", hash, tx.Now())
	if err != nil {
		return nil, err
	}
	return tx.Vault.Open(sealed, "challenge", "sealed", hash)
}

// Forget removes what a ceremony has kept: it is good once.
func (tx *Tx) Forget(ctx context.Context, hash string) error {
	_, err := tx.Do(ctx, "DELETE FROM challenge WHERE hash = $1", hash)
	return err
}

// Sweep removes what nobody needs any more: sign-ins and links a month after their end, forgiven failures, ceremonies that were left,
// difficulties of coaches that were for a meeting of long ago.
func (tx *Tx) Sweep(ctx context.Context) error {
	month := tx.Now().AddDate(0, -1, 0)
	for _, sweep := range []struct {
		statement string
		before    time.Time
	}{
		{"DELETE FROM sign_in WHERE expires < $1", month},
		{"DELETE FROM ticket WHERE expires < $1", month},
		{"DELETE FROM throttle WHERE last < $1 AND until < $1", tx.Now().Add(-identity.Forgiven)},
		{"DELETE FROM challenge WHERE expires < $1", tx.Now()},
		{"DELETE FROM difficulty WHERE supervision IN (SELECT id FROM supervision WHERE start_at < $1)", tx.Now().Add(-coach.DifficultyKept)},
	} {
		if _, err := tx.Do(ctx, sweep.statement, sweep.before); err != nil {
			return err
		}
	}
	return nil
}
