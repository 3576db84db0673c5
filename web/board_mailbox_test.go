package web_test

import (
	"testing"

	"rekindle/platform/identity"
	post "rekindle/platform/mail"
	"rekindle/platform/store"
	"rekindle/web/webtest"
)

// A mailbox that cannot be read for an hour is told of where the office looks each day, until it can be read again.
func TestBoardTellsOfAMailboxThatIsDown(t *testing.T) {
	e := enrol(t)
	e.Mailbox = &post.Mailbox{Host: "imap.example.org", User: "study", Folder: "INBOX"}
	note := func(readable bool) {
		succeed(t, e.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.NoteMailbox(t.Context(), e.Mailbox.Name(), readable) }))
	}
	const told = "The mailbox of what comes back cannot be read since Aug 5, 2021, 07:00 EDT"
	note(false)
	e.at("2021-08-05 07:30")
	webtest.Run(t, e.handler, []webtest.Scenario{{Name: "half an hour", Path: "/board", Cookie: e.staff(identity.Coordinator), Never: []string{"mailbox of what comes back"}}})
	e.at("2021-08-05 08:30")
	note(false)
	webtest.Run(t, e.handler, []webtest.Scenario{{Name: "an hour and a half", Path: "/board", Cookie: e.staff(identity.Coordinator), Sees: []string{told}, Never: []string{"imap.example.org"}}})
	note(true)
	webtest.Run(t, e.handler, []webtest.Scenario{{Name: "read again", Path: "/board", Cookie: e.staff(identity.Coordinator), Never: []string{"mailbox of what comes back"}}})
}
