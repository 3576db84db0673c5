package conduct_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/trial/participant"
)

// lived is a study with something in most tables: people, mail, consents, accounts, a request to know somebody.
func lived(w *world) []participant.Code {
	w.Helper()
	ctx := w.Context()
	people := []conduct.Person{
		{Name: "Marguerite Oyelaran", Email: "marguerite.oyelaran@hospital.example", Phone: "555-0142-77", Address: "17 Larkspur Lane, Springfield", Columns: map[string]string{"division": "Nephrology East", "supervisor": "Bartholomew Quill"}},
		{Name: "Ignatius Featherstone", Email: "ignatius@hospital.example", Address: "4 Hollow Road"},
	}
	codes, err := w.AddRoster(ctx, coordinator, people)
	must(w, err)
	_, err = w.Invite(ctx, coordinator, nil)
	must(w, err)
	w.at("2021-08-06 10:00")
	w.tick()
	for _, code := range codes {
		_, err := w.Consent(ctx, identity.AsParticipant(code), code, conduct.Agreement{Version: "1", Name: "Marguerite Oyelaran Signature", Choices: []int{2, 2, 0}, Attested: attested, Language: "es"})
		must(w, err)
	}
	_, err = w.InviteStaff(ctx, owner, conduct.NewStaff{Name: "Philippa Staffperson", Email: "philippa@hospital.example", Roles: []identity.Role{identity.Coordinator}})
	must(w, err)
	must(w, w.AskReveal(ctx, owner, codes[0], "Marguerite wrote of Larkspur"))
	return codes
}

// Whoever has the database alone, every column of every table, finds nobody in it.
func TestDumpTellsNobody(t *testing.T) {
	each(t, func(w *world) {
		lived(w)
		known := []string{"marguerite", "oyelaran", "ignatius", "featherstone", "555-0142", "larkspur", "hollow road", "nephrology", "bartholomew", "philippa", "hospital.example", "signature", w.BaseURL + "/p/"} // none so short that sealed bytes come to it by chance
		tables := "SELECT name FROM sqlite_master WHERE type = 'table'"
		if w.Store.Dialect == store.Postgres {
			tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
		}
		w.read(func(ctx context.Context, tx *store.Tx) error {
			names, err := store.All(ctx, tx, store.Value[string], tables)
			if err != nil || len(names) < 30 {
				return fmt.Errorf("%d tables, %w", len(names), err)
			}
			for _, table := range names {
				rows, err := tx.QueryContext(ctx, "SELECT * FROM "+table)
				if err != nil {
					return err
				}
				columns, err := rows.Columns()
				must(t, err)
				values, into := make([]any, len(columns)), make([]any, len(columns))
				for i := range values {
					into[i] = &values[i]
				}
				for rows.Next() {
					must(t, rows.Scan(into...))
					for i, v := range values {
						text := fmt.Sprint(v)
						if raw, ok := v.([]byte); ok {
							text = string(raw)
						}
						if table == "study" && columns[i] == "protocol" {
							continue // the protocol's own words
						}
						text = strings.ToLower(text)
						for _, secret := range known {
							for _, form := range disguised(secret) {
								if strings.Contains(text, form) {
									t.Errorf("%s.%s tells %q, as %q", table, columns[i], secret, form)
								}
							}
						}
					}
				}
				must(t, rows.Err())
				rows.Close()
			}
			return nil
		})
	})
}

// disguised gives the forms in which a text stands in a database without being sealed, in small letters.
func disguised(text string) []string {
	forms := []string{text, hex.EncodeToString([]byte(text)), url.QueryEscape(text)}
	for _, wide := range []string{"\x00%s", "%s\x00"} { // UTF-16
		var b strings.Builder
		for _, r := range text {
			fmt.Fprintf(&b, wide, string(r))
		}
		forms = append(forms, b.String())
	}
	for _, way := range []string{text, strings.ToUpper(text[:1]) + text[1:]} { // in base64, wherever in it the text begins
		for before := range 3 {
			all := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + way))
			forms = append(forms, strings.ToLower(all[(before*8+5)/6:len(all)-1]))
		}
	}
	return forms
}

// Keys are changed while the study lives: interrupted, begun again, and in the end the old key is needed for nothing.
func TestKeysAreChanged(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes := lived(w)
		before, err := w.ConsentPapers(ctx, identity.AsParticipant(codes[0]), codes[0])
		must(t, err)
		must(t, w.vault.Rotate(rand.Reader))
		stale, err := w.Stale(ctx, owner)
		must(t, err)
		if stale < 12 {
			t.Fatalf("only %d values are stale", stale)
		}
		must(t, w.Store.Write(ctx, func(tx *store.Tx) error { _, err := tx.Reseal(ctx, 5); return err })) // and then the power went
		n, err := w.Reseal(ctx, owner)
		must(t, err)
		if n != stale-5 {
			t.Errorf("%d values were sealed anew, want %d", n, stale-5)
		}
		if left, err := w.Stale(ctx, owner); left != 0 || err != nil {
			t.Errorf("%d values are still stale, %v", left, err)
		}
		if n, err := w.Reseal(ctx, owner); n != 0 || err != nil {
			t.Errorf("once more: %d, %v", n, err)
		}
		if n := w.vault.Forget(); n != 1 {
			t.Errorf("%d keys are forgotten", n)
		}
		after, err := w.ConsentPapers(ctx, identity.AsParticipant(codes[0]), codes[0])
		must(t, err)
		if !bytes.Equal(before[0].PDF, after[0].PDF) {
			t.Error("a paper is another")
		}
		if all, err := w.Reveals(ctx, owner); err != nil || all[0].Why != "Marguerite wrote of Larkspur" {
			t.Errorf("a reason is lost: %v", err)
		}
		if _, all := w.mail(codes[0]); len(all) < 2 {
			t.Error("mail is lost")
		}
		w.answer(codes[0], "baseline")
		if r := w.record(codes[0]); !r.InTrial() { // the seed of randomization opens
			t.Errorf("the person is %s", r.Status)
		}
	})
}
