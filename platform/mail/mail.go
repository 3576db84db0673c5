// Package mail is a message to one person, from the moment its text is made until it was sent, stopped or has failed.
//
// The outbox that keeps messages is the store's (store/outbox.go); which messages a protocol plans, and whether one is
// still due, is trial/followup. This package knows no text and no rule. It serves the paper's e-mailed invitations and
// reminders.
package mail

import "time"

// State is what became of a message.
type State string

// The states.
const (
	Planned State = "planned" // waits for its time, or for the mail server
	Sent    State = "sent"    // taken by the mail server, or, in a rehearsal, read from the outbox
	Stopped State = "stopped" // was no longer due when its time came
	Failed  State = "failed"  // refused by the mail server for good
)

// Message is a mail to one person. In the store everything that would tell who that is (To to Headers) is sealed.
type Message struct {
	ID       int64     // given by the store
	Kind     string    // which of the protocol's messages
	Person   string    // study code, coach code or staff sign-in
	Dedupe   string    // two messages of one dedupe key are one message
	Cause    int64     // the event of the audit trail that made it
	Plan     int64     // which planned mail of the protocol this is; 0: none
	Due      time.Time // when it is to be sent, or tried again
	Expires  time.Time // from when on it is needless; zero: never
	State    State
	Attempts int       // times it was begun, without those that the mail server's own trouble cost
	Ended    time.Time // when it was sent, stopped or had failed; zero while planned
	Answer   string    // what the mail server said last, or why it was stopped

	Content
}

// Content is what is sealed.
type Content struct {
	To      string            `json:"to"` // address, with or without a name: "Kim Doe <kim@example.org>"
	Subject string            `json:"subject"`
	Text    string            `json:"text"`
	HTML    string            `json:"html,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`

	Attachments []Attachment `json:"attachments,omitempty"`
	Calendar    *Calendar    `json:"-"` // what the mail does in the reader's calendar, made anew whenever it is sent; nil: nothing
}

// MostAttached bounds the attachments of a message, in bytes together: what every mail server takes, with room for their encoding.
const MostAttached = 5 << 20

// Attachment is a file that goes with a message.
type Attachment struct {
	Name string `json:"name"`
	Type string `json:"type"` // as "application/pdf"
	Data []byte `json:"data"`
}

// Calendar is an invitation in a mail (RFC 6047): the calendar object and its method, which the mail's parts tell as well.
type Calendar struct {
	Method string
	Data   []byte
}
