package mail

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rekindle/problem"
)

// Received is a mail that came to us, as far as a program can act on it.
type Received struct {
	Keys      []string // of the messages of ours that it speaks of, as Server.Send was given them
	Report    *Reply   // what became of one after the mail server had taken it (RFC 3464); nil: it is no such report
	Complaint bool     // the reader has called one of ours unwanted (RFC 5965)
	Calendar  [][]byte // answers of calendar programs: calendar objects with method=REPLY
}

// LargestReceived bounds a mail that is read, in bytes. What reports say stands well before that.
const LargestReceived = 1 << 20

// The bounds of what is looked at within a mail.
const (
	deepest   = 5
	mostParts = 50
	mostKeys  = 10
)

// ReadReceived reads a mail. One that is cut off gives what stands before the end; what is no mail at all is problem.Invalid. A mail with
// nothing to act on, such as somebody's own words, gives an empty Received.
func ReadReceived(r io.Reader) (Received, error) {
	m, err := mail.ReadMessage(bufio.NewReader(io.LimitReader(r, LargestReceived)))
	if err != nil {
		return Received{}, problem.New(problem.Invalid, "this is no mail").Because(err)
	}
	p := reader{}
	head := textproto.MIMEHeader(m.Header)
	p.part(head, m.Body, 0)
	if p.got.Report != nil || p.got.Complaint { // some servers name the message in the report's own header alone
		p.key(head.Get("In-Reply-To"))
		p.key(head.Get("References"))
	}
	return p.got, nil
}

type reader struct {
	got   Received
	parts int
}

// part looks at one part of a mail, and at those within it.
func (p *reader) part(head textproto.MIMEHeader, body io.Reader, depth int) {
	if p.parts++; p.parts > mostParts || depth > deepest {
		return
	}
	kind, params, err := mime.ParseMediaType(head.Get("Content-Type"))
	if err != nil {
		return
	}
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		all := multipart.NewReader(body, params["boundary"])
		for {
			one, err := all.NextRawPart()
			if err != nil {
				return
			}
			p.part(one.Header, one, depth+1)
		}
	case kind == "message/delivery-status":
		p.report(decoded(head, body))
	case kind == "message/feedback-report":
		if h := fields(decoded(head, body)); len(h) > 0 {
			p.got.Complaint = p.got.Complaint || strings.EqualFold(h[0].Get("Feedback-Type"), "abuse")
		}
	case kind == "message/rfc822" || kind == "text/rfc822-headers" || kind == "message/global" || kind == "message/global-headers":
		if h := fields(decoded(head, body)); len(h) > 0 {
			p.key(h[0].Get("Message-Id"))
		}
	case kind == "text/calendar" && strings.EqualFold(params["method"], "REPLY"):
		if text, _ := io.ReadAll(decoded(head, body)); len(text) > 0 {
			p.got.Calendar = append(p.got.Calendar, text)
		}
	}
}

// decoded takes the transfer encoding off.
func decoded(head textproto.MIMEHeader, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(head.Get("Content-Transfer-Encoding"))) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}

// fields reads blocks of header fields with empty lines between them, as far as they are well formed.
func fields(r io.Reader) (blocks []textproto.MIMEHeader) {
	text, _ := io.ReadAll(r) // what stands before a fault counts
	in := textproto.NewReader(bufio.NewReader(io.MultiReader(bytes.NewReader(bytes.TrimLeft(text, "\r\n")), strings.NewReader("\r\n\r\n"))))
	for range mostParts {
		h, err := in.ReadMIMEHeader()
		if len(h) > 0 {
			blocks = append(blocks, h)
		}
		if err != nil {
			break
		}
	}
	return blocks
}

var keyed = regexp.MustCompile(`<?\b([0-9a-f]{32})@[^\s<>]+>?`)

// key notes the messages of ours that a field names.
func (p *reader) key(field string) {
	for _, found := range keyed.FindAllStringSubmatch(field, mostKeys) {
		if !slices.Contains(p.got.Keys, found[1]) && len(p.got.Keys) < mostKeys {
			p.got.Keys = append(p.got.Keys, found[1])
		}
	}
}

var (
	statusCode = regexp.MustCompile(`^\s*([245])\.(\d{1,3}\.\d{1,3})`)
	replyCode  = regexp.MustCompile(`\b([245]\d\d)\b`)
	anAddress  = regexp.MustCompile(`<?[^\s<>"'();,]+@[^\s<>"'();,]+>?`)
)

// report reads a delivery report. Ours go to one recipient each; of several, the worst counts.
func (p *reader) report(r io.Reader) {
	for _, h := range fields(r) {
		action := strings.ToLower(strings.TrimSpace(h.Get("Action")))
		if action == "" {
			continue // about the mail as a whole
		}
		reply := Reply{Verdict: Taken}
		switch action {
		case "failed":
			reply.Verdict = failedFor(h)
		case "delayed":
			reply.Verdict = Later
		case "delivered", "relayed", "expanded":
		default:
			continue
		}
		_, text, ok := strings.Cut(h.Get("Diagnostic-Code"), ";")
		if !ok || strings.TrimSpace(text) == "" {
			text = h.Get("Status")
		}
		reply.Answer = line(anAddress.ReplaceAllString(text, "<address>")) // it would stand unsealed
		if p.got.Report == nil || worse[reply.Verdict] > worse[p.got.Report.Verdict] {
			p.got.Report = &reply
		}
	}
}

var worse = map[Verdict]int{Taken: 0, Later: 1, Refused: 2, Bounced: 3}

// failedFor says whether a failure is the address's: the rule is that of the mail server's own answers.
func failedFor(h textproto.MIMEHeader) Verdict {
	_, text, _ := strings.Cut(h.Get("Diagnostic-Code"), ";")
	status, code := "", 0
	if found := statusCode.FindStringSubmatch(h.Get("Status")); found != nil {
		status = found[1] + "." + found[2]
		code = 550
		if found[1] != "5" {
			return Refused // it was tried until the time was up
		}
		if found[2] == "0.0" {
			status = "" // says nothing
		}
	}
	if found := replyCode.FindStringSubmatch(text); found != nil {
		code, _ = strconv.Atoi(found[1])
	}
	if code/100 == 5 && judge(atRecipient, code, status, text) == Bounced {
		return Bounced
	}
	return Refused
}
