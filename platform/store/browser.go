package store

import (
	"context"
	"time"

	"rekindle/trial/participant"
)

// AddBrowser keeps that a browser has opened a participant's link, by the hash of its secret, and forgets those that have expired.
func (tx *Tx) AddBrowser(ctx context.Context, hash string, code participant.Code, expires time.Time) error {
	if _, err := tx.Do(ctx, "DELETE FROM browser WHERE expires <= $1", tx.Now()); err != nil {
		return err
	}
	return tx.insert(ctx, "browser (hash, code, made, expires)", [][]any{{hash, code, tx.Now(), expires}}, "")
}

// BrowserOf gives whose link a browser has opened, and the language they chose, empty where they have chosen none; problem.NotFound where
// its secret is unknown or has expired.
func (tx *Tx) BrowserOf(ctx context.Context, hash string) (code participant.Code, language string, err error) {
	code, err = One(ctx, tx, func(scan Scan) (code participant.Code, err error) { return code, scan(&code, &language) },
		"SELECT code, language FROM browser JOIN participant USING (code) WHERE hash = $1 AND expires > $2", hash, tx.Now())
	return code, language, err
}

// BrowserMade gives when a participant came in with a browser; problem.NotFound where it is not open to them.
func (tx *Tx) BrowserMade(ctx context.Context, hash string, code participant.Code) (time.Time, error) {
	return One(ctx, tx, Value[time.Time], "SELECT made FROM browser WHERE hash = $1 AND code = $2 AND expires > $3", hash, code, tx.Now())
}

// RemoveBrowser forgets a browser.
func (tx *Tx) RemoveBrowser(ctx context.Context, hash string) error {
	_, err := tx.Do(ctx, "DELETE FROM browser WHERE hash = $1", hash)
	return err
}
