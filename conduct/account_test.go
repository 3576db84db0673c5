package conduct_test

import (
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// What is shown once is shown to the sign-in that drew it, until its owner has kept it.
func TestOwnAccount(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		in := w.invite(conduct.NewStaff{Name: "Kim Lee", Email: "kim@hospital.example", Roles: []identity.Role{identity.Finance}})
		s, err := w.FollowLink(ctx, atDesk, tokenOf(in.Link))
		must(t, err)
		own, err := w.OwnAccount(ctx, s.Token)
		if err != nil || own.Name != "Kim Lee" || own.Stage != identity.NeedsSetup || own.Password || own.Authenticator || !own.Ready {
			t.Errorf("%+v, %v", own, err)
		}
		_, err = w.OpenAuthenticator(ctx, s.Token)
		refused(t, err, problem.NotFound, "")
		must(t, w.SetPassword(ctx, s.Token, "", phrase))
		app, err := w.BeginAuthenticator(ctx, s.Token, "")
		must(t, err)
		if open, err := w.OpenAuthenticator(ctx, s.Token); err != nil || open != app {
			t.Errorf("%+v, %v", open, err)
		}
		codes, err := w.ConfirmAuthenticator(ctx, s.Token, w.code(app.Secret))
		must(t, err)
		_, err = w.OpenAuthenticator(ctx, s.Token)
		refused(t, err, problem.NotFound, "")
		if shown, err := w.RecoveryCodes(ctx, s.Token); err != nil || len(shown) != 10 || shown[9] != codes[9] {
			t.Errorf("%v, %v", shown, err)
		}
		must(t, w.KeepRecoveryCodes(ctx, s.Token))
		_, err = w.RecoveryCodes(ctx, s.Token)
		refused(t, err, problem.NotFound, "")
		s, err = w.FinishSetup(ctx, s.Token)
		must(t, err)

		// Another sign-in of the same account sees nothing of what is drawn in this one.
		w.pass(time.Minute)
		other, err := w.SignIn(ctx, atHome, "kim@hospital.example", phrase)
		must(t, err)
		_, err = w.OwnAccount(ctx, other.Token)
		refused(t, err, problem.Forbidden, "not signed in")
		other, err = w.ConfirmCode(ctx, other.Token, w.code(app.Secret))
		must(t, err)
		_, err = w.NewRecoveryCodes(ctx, s.Token, phrase)
		must(t, err)
		_, err = w.BeginAuthenticator(ctx, s.Token, phrase)
		must(t, err)
		_, err = w.RecoveryCodes(ctx, other.Token)
		refused(t, err, problem.NotFound, "")
		_, err = w.OpenAuthenticator(ctx, other.Token)
		refused(t, err, problem.NotFound, "")
		for _, token := range []string{"", "x", "aaaaaaaaaaaaaaaaaaaaaaaaaa"} {
			_, err = w.OwnAccount(ctx, token)
			refused(t, err, problem.Forbidden, "")
		}
	})
}

// Nobody shuts themselves out by removing their last passkey, and none is made without the password.
func TestPasskeysOfAnAccount(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		in := w.invite(conduct.NewStaff{Name: "Kim Lee", Email: "kim@hospital.example", Roles: []identity.Role{identity.Finance}})
		s, err := w.FollowLink(ctx, atDesk, tokenOf(in.Link))
		must(t, err)
		must(t, w.Store.Write(ctx, func(tx *store.Tx) error {
			return tx.AddPasskey(ctx, identity.Passkey{ID: "one", Account: in.Account, Label: "Phone", Public: []byte(`{}`)})
		}))
		s, err = w.FinishSetup(ctx, s.Token)
		must(t, err)
		must(t, w.AllowLinks(ctx, owner, false))
		refused(t, w.RemovePasskey(ctx, s.Token, "", "one"), problem.Conflict, "could not sign in again")
		refused(t, w.RemovePasskey(ctx, s.Token, "", "two"), problem.NotFound, "")
		refused(t, w.RemovePasskey(ctx, s.Token, "", ""), problem.Invalid, "")
		if own, err := w.OwnAccount(ctx, s.Token); err != nil || len(own.Passkeys) != 1 {
			t.Errorf("%+v, %v", own, err)
		}
		must(t, w.AllowLinks(ctx, owner, true))
		w.pass(20 * time.Minute)
		refused(t, w.RemovePasskey(ctx, s.Token, "", "one"), problem.Conflict, "quarter of an hour")
		w.pass(-20 * time.Minute)
		must(t, w.SetPassword(ctx, s.Token, "", phrase))
		refused(t, w.RemovePasskey(ctx, s.Token, "", "one"), problem.Invalid, "not your password")
		must(t, w.RemovePasskey(ctx, s.Token, phrase, "one"))
		_, err = w.BeginPasskey(ctx, s.Token, "wrong wrong wrong")
		refused(t, err, problem.Invalid, "not your password")
		options, err := w.BeginPasskey(ctx, s.Token, phrase)
		if err != nil || len(options) == 0 {
			t.Errorf("%s, %v", options, err)
		}
		refused(t, w.AddPasskey(ctx, s.Token, "x", []byte(`{"id":"x"}`)), problem.Invalid, "could not be checked")
		begun, err := w.BeginPasskeySignIn(ctx)
		must(t, err)
		_, err = w.PasskeySignIn(ctx, atHome, begun.Token, []byte(`nonsense`))
		refused(t, err, problem.Invalid, "could not be checked")
		w.BaseURL = "http://127.0.0.1:8080"
		_, err = w.BeginPasskeySignIn(ctx)
		refused(t, err, problem.Conflict, "no passkeys")
		_, err = w.BeginHospitalSignIn(ctx, "")
		refused(t, err, problem.NotFound, "no sign-in of a hospital")
	})
}
