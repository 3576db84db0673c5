package store

import (
	"context"
	"encoding/json"

	"rekindle/platform/identity"
	"rekindle/problem"
)

const accountColumns = `code, email_hash, sealed, roles, coach, password, secret, step, recovery, subject, invited, joined, disabled,
	(SELECT count(*) FROM passkey WHERE passkey.account = account.code)`

func (tx *Tx) scanAccount(scan Scan) (a identity.Account, err error) {
	var hash string
	var sealed, secret []byte
	var roles JSON[[]identity.Role]
	var recovery JSON[[]string]
	if err := scan(&a.Code, &hash, &sealed, &roles, &a.Coach, &a.Password, &secret, &a.Step, &recovery, &a.Subject, &a.Invited, moment{&a.Joined}, moment{&a.Disabled}, &a.Passkeys); err != nil {
		return a, err
	}
	a.Roles, a.Recovery = roles.V, recovery.V
	if tx.Vault == nil {
		return a, sealedAway()
	}
	plain, err := tx.Vault.Open(sealed, "account", "sealed", a.Code)
	if err != nil {
		return a, err
	}
	if secret != nil {
		text, err := tx.Vault.Open(secret, "account", "secret", a.Code)
		if err != nil {
			return a, err
		}
		a.Secret = string(text)
	}
	return a, json.Unmarshal(plain, &a.Person)
}

func sealedAway() error {
	return problem.New(problem.Unavailable, "the study was opened without its vault's keys, so nobody can sign in").Instead("Restore keys/vault.key")
}

// emailHash is by which an account's address is found.
func (tx *Tx) emailHash(email string) string { return tx.Vault.Digest("account", email) }

// accountRow gives the columns that change, from the code on.
func (tx *Tx) accountRow(a identity.Account) ([]any, error) {
	if tx.Vault == nil {
		return nil, sealedAway()
	}
	plain, err := json.Marshal(a.Person)
	if err != nil {
		return nil, err
	}
	var secret any
	if a.Secret != "" {
		secret = tx.Vault.Seal([]byte(a.Secret), "account", "secret", a.Code)
	}
	if a.Recovery == nil {
		a.Recovery = []string{}
	}
	return []any{a.Code, tx.emailHash(a.Email), tx.Vault.Seal(plain, "account", "sealed", a.Code), JSON[[]identity.Role]{a.Roles}, a.Coach, a.Password, secret, a.Step,
		JSON[[]string]{a.Recovery}, a.Subject, a.Invited, maybe(a.Joined), maybe(a.Disabled)}, nil
}

// AddAccount adds an account; an address that another has breaks the constraint account_email.
func (tx *Tx) AddAccount(ctx context.Context, a identity.Account) error {
	row, err := tx.accountRow(a)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "account (code, email_hash, sealed, roles, coach, password, secret, step, recovery, subject, invited, joined, disabled)", [][]any{row}, "")
}

// SaveAccount writes an account back.
func (tx *Tx) SaveAccount(ctx context.Context, a identity.Account) error {
	row, err := tx.accountRow(a)
	if err != nil {
		return err
	}
	n, err := tx.Do(ctx, `UPDATE account SET email_hash = $2, sealed = $3, roles = $4, coach = $5, password = $6, secret = $7, step = $8, recovery = $9, subject = $10,
		invited = $11, joined = $12, disabled = $13 WHERE code = $1`, row...)
	if err == nil && n != 1 {
		return noAccount()
	}
	return err
}

func noAccount() error { return problem.New(problem.NotFound, "There is no such account") }

// Account gives the account of a code; problem.NotFound where there is none.
func (tx *Tx) Account(ctx context.Context, code string) (identity.Account, error) {
	return tx.account(ctx, "code = $1", code)
}

// AccountByEmail gives the account of an address in its canonical form.
func (tx *Tx) AccountByEmail(ctx context.Context, email string) (identity.Account, error) {
	if tx.Vault == nil {
		return identity.Account{}, sealedAway()
	}
	return tx.account(ctx, "email_hash = $1", tx.emailHash(email))
}

// AccountBySubject gives the account of somebody whom the hospital's sign-in knows.
func (tx *Tx) AccountBySubject(ctx context.Context, subject string) (identity.Account, error) {
	return tx.account(ctx, "subject = $1 AND subject <> ''", subject)
}

// AccountOfCoach gives a coach's account.
func (tx *Tx) AccountOfCoach(ctx context.Context, coach string) (identity.Account, error) {
	return tx.account(ctx, "coach = $1 AND coach <> ''", coach)
}

func (tx *Tx) account(ctx context.Context, which string, arg any) (identity.Account, error) {
	a, err := One(ctx, tx, tx.scanAccount, "SELECT "+accountColumns+" FROM account WHERE "+which, arg)
	if problem.Is(err, problem.NotFound) {
		return a, noAccount()
	}
	return a, err
}

// Accounts gives all accounts, the oldest first.
func (tx *Tx) Accounts(ctx context.Context) ([]identity.Account, error) {
	return All(ctx, tx, tx.scanAccount, "SELECT "+accountColumns+" FROM account ORDER BY invited, code")
}

// AddTicket adds a link that is good once, and ends those of its purpose that the account has.
func (tx *Tx) AddTicket(ctx context.Context, t identity.Ticket) error {
	if err := tx.EndTickets(ctx, t.Account, t.Purpose); err != nil {
		return err
	}
	return tx.insert(ctx, "ticket (hash, account, purpose, made, expires, destination)", [][]any{{t.Hash, t.Account, t.Purpose, tx.Now(), t.Expires, t.To}}, "")
}

// EndTickets ends the links that an account has for a purpose, or all where it is empty.
func (tx *Tx) EndTickets(ctx context.Context, account string, purpose identity.Purpose) error {
	_, err := tx.Do(ctx, "UPDATE ticket SET used = $3 WHERE account = $1 AND ($2 = '' OR purpose = $2) AND used IS NULL", account, string(purpose), tx.Now())
	return err
}

// Ticket finds a link by the hash of its token, whatever became of it.
func (tx *Tx) Ticket(ctx context.Context, hash string) (identity.Ticket, error) {
	return One(ctx, tx, func(scan Scan) (t identity.Ticket, err error) {
		return t, scan(&t.Hash, &t.Account, &t.Purpose, &t.Expires, moment{&t.Used}, &t.To)
	}, "SELECT hash, account, purpose, expires, used, destination FROM ticket WHERE hash = $1", hash)
}

// UseTicket marks a link as used; false: it was before, or has expired.
func (tx *Tx) UseTicket(ctx context.Context, hash string) (bool, error) {
	n, err := tx.Do(ctx, "UPDATE ticket SET used = $2 WHERE hash = $1 AND used IS NULL AND expires > $2", hash, tx.Now())
	return n == 1, err
}

// AddPasskey adds a passkey; one that is known breaks its primary key.
func (tx *Tx) AddPasskey(ctx context.Context, p identity.Passkey) error {
	return tx.insert(ctx, "passkey (id, account, label, public, made)", [][]any{{p.ID, p.Account, p.Label, string(p.Public), tx.Now()}}, "")
}

func scanPasskey(scan Scan) (p identity.Passkey, err error) {
	var public JSON[json.RawMessage]
	err = scan(&p.ID, &p.Account, &p.Label, &public, &p.Made, moment{&p.Used})
	p.Public = public.V
	return p, err
}

// Passkeys gives those of an account, the oldest first.
func (tx *Tx) Passkeys(ctx context.Context, account string) ([]identity.Passkey, error) {
	return All(ctx, tx, scanPasskey, "SELECT id, account, label, public, made, used FROM passkey WHERE account = $1 ORDER BY made, id", account)
}

// Passkey finds a passkey by its ID, whoever has it.
func (tx *Tx) Passkey(ctx context.Context, id string) (identity.Passkey, error) {
	return One(ctx, tx, scanPasskey, "SELECT id, account, label, public, made, used FROM passkey WHERE id = $1", id)
}

// UsePasskey keeps the counter of a passkey that was used.
func (tx *Tx) UsePasskey(ctx context.Context, id string, public json.RawMessage) error {
	_, err := tx.Do(ctx, "UPDATE passkey SET public = $2, used = $3 WHERE id = $1", id, string(public), tx.Now())
	return err
}

// RemovePasskeys removes one passkey of an account, or all where id is empty, and gives how many.
func (tx *Tx) RemovePasskeys(ctx context.Context, account, id string) (int64, error) {
	return tx.Do(ctx, "DELETE FROM passkey WHERE account = $1 AND ($2 = '' OR id = $2)", account, id)
}

// Choice gives what an owner has chosen, empty where nothing was.
func (tx *Tx) Choice(ctx context.Context, name string) (string, error) {
	value, err := One(ctx, tx, Value[string], "SELECT value FROM choice WHERE name = $1", name)
	if problem.Is(err, problem.NotFound) {
		return "", nil
	}
	return value, err
}

// Choose keeps what an owner has chosen.
func (tx *Tx) Choose(ctx context.Context, name, value string) error {
	_, err := tx.Do(ctx, "INSERT INTO choice (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
	return err
}
