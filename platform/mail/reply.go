package mail

import (
	"regexp"
	"strings"
)

// Verdict is what a mail server's answer means for a message.
type Verdict string

// The verdicts.
const (
	Taken   Verdict = "taken"   // the server has it
	Later   Verdict = "later"   // not now: try this message again
	Trouble Verdict = "trouble" // the server is down, or wants nothing from us: try everything again
	Refused Verdict = "refused" // this message, for good
	Bounced Verdict = "bounced" // the address takes no mail, for good
)

// Reply is a mail server's answer to a message.
type Reply struct {
	Verdict Verdict
	Answer  string // in its own words, on one line
}

// stage is how far a message had come when the server answered.
type stage int

const (
	atSender stage = iota
	atRecipient
	atContent
)

// judge says what an answer means: code is the reply code (RFC 5321), status the enhanced one (RFC 3463) or empty.
//
// Marking an address as dead stops every later mail to that person, so that only what speaks of the address does: the subjects
// 5.1 (addressing; not 5.1.7 and 5.1.8, which are about the sender), 5.2.1 (mailbox disabled) and 5.4 (no route), or, from servers
// that give no subject, the codes 550, 551 and 553 for a recipient in words that are not about us. What is about us (5.7,
// relaying, policy) would otherwise mark everybody's: it is tried again, as somebody may mend it.
func judge(at stage, code int, status, text string) Verdict {
	if code/100 == 4 && code != 421 && at != atSender {
		return Later
	}
	if code/100 != 5 || at == atSender {
		return Trouble
	}
	class, subject, _ := strings.Cut(status, ".")
	switch {
	case class == "5" && (subject == "1.7" || subject == "1.8" || strings.HasPrefix(subject, "7.")):
		return Later
	case class == "5" && (strings.HasPrefix(subject, "1.") || subject == "2.1" || strings.HasPrefix(subject, "4.")):
		return Bounced
	case status == "" && at == atRecipient && (code == 550 || code == 551 || code == 553):
		if aboutUs.MatchString(text) {
			return Later
		}
		return Bounced
	}
	return Refused
}

var aboutUs = regexp.MustCompile(`(?i)relay|auth|polic|block|spam|denied|reject|sender|not allowed|permi`)

// line puts an answer on one line of at most 500 bytes, whole characters.
func line(text string) string {
	text = strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), "")
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
	const most = 500
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}
