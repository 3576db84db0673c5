package mail_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"rekindle/platform/mail"
	"rekindle/platform/mail/mailtest"
	"rekindle/problem"
)

// Messages come in their order, each marked as it is told to be; what came before the place does not come again.
func TestPoll(t *testing.T) {
	box := mailtest.NewMailbox(t)
	from := box.Client()
	if err := from.Poll(t.Context(), mail.Place{}, func(mail.Place, []byte) (mail.Mark, error) { return "", errors.New("there is nothing") }); err != nil {
		t.Fatalf("an empty mailbox: %v", err)
	}
	marks := []mail.Mark{mail.Done, mail.Unmarked, mail.Flagged, mail.Done}
	for i := range marks {
		box.Put(t, fmt.Sprintf("Subject: %d\r\n\r\n%s", i, strings.Repeat("x", i*500_000)))
	}
	var last mail.Place
	look := func(fail int) (got []string, err error) {
		err = from.Poll(t.Context(), last, func(at mail.Place, raw []byte) (mail.Mark, error) {
			n := int(raw[len("Subject: ")] - '0')
			if n == fail {
				return "", problem.New(problem.Unavailable, "the database is busy")
			}
			got, last = append(got, fmt.Sprintf("%d of %d", n, len(raw))), at
			return marks[n], nil
		})
		return got, err
	}
	if got, err := look(2); !problem.Is(err, problem.Unavailable) || !reflect.DeepEqual(got, []string{"0 of 14", "1 of 500014"}) {
		t.Errorf("as far as one that cannot be taken now: %v, %v", got, err)
	}
	if got, err := look(-1); err != nil || !reflect.DeepEqual(got, []string{"2 of 1000014", "3 of 1048576"}) {
		t.Errorf("the next look: %v, %v", got, err)
	}
	if got, err := look(-1); err != nil || got != nil {
		t.Errorf("nothing has come: %v, %v", got, err)
	}
	if got := fmt.Sprint(box.Flags(t)); got != `[[\Seen] [] [\Flagged] [\Seen]]` {
		t.Errorf("flags: %s", got)
	}
	box.Renumber(t, "Subject: 0\r\n\r\n")
	if got, err := look(-1); err != nil || !reflect.DeepEqual(got, []string{"0 of 14"}) {
		t.Errorf("numbered anew: %v, %v", got, err)
	}

	// The server goes away after a message was taken: it is not taken again, though nothing marks it.
	box.Put(t, "Subject: 3\r\n\r\n")
	box.Put(t, "Subject: 1\r\n\r\n")
	err := from.Poll(t.Context(), last, func(at mail.Place, _ []byte) (mail.Mark, error) {
		last = at
		box.Stop()
		return mail.Done, nil
	})
	if !problem.Is(err, problem.Unavailable) {
		t.Errorf("cut off: %v", err)
	}
	if _, err := look(-1); !problem.Is(err, problem.Unavailable) {
		t.Errorf("a server that is down: %v", err)
	}
	box.Start(t)
	from = box.Client()
	if got, err := look(-1); err != nil || !reflect.DeepEqual(got, []string{"1 of 14"}) {
		t.Errorf("after the cut: %v, %v", got, err)
	}
}

func TestMailboxCheck(t *testing.T) {
	box := mailtest.NewMailbox(t)
	for name, c := range map[string]struct {
		change func(*mail.Mailbox)
		ok     bool
	}{
		"starttls":     {func(*mail.Mailbox) {}, true},
		"in the clear": {func(m *mail.Mailbox) { m.TLS = "none" }, true},
		"not tls":      {func(m *mail.Mailbox) { m.TLS = "tls" }, false},
		"a stranger":   {func(m *mail.Mailbox) { m.Roots = nil }, false},
		"password":     {func(m *mail.Mailbox) { m.Password = "wrong" }, false},
		"folder":       {func(m *mail.Mailbox) { m.Folder = "Reports" }, false},
		"nobody there": {func(m *mail.Mailbox) { m.Port = 1 }, false},
	} {
		m := box.Client()
		c.change(m)
		err := m.Check(t.Context())
		if (err == nil) != c.ok || err != nil && (!problem.Is(err, problem.Unavailable) || strings.Contains(err.Error(), "wrong")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
