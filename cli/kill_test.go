package cli

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/mail/mailtest"
	"rekindle/platform/store"
	"rekindle/platform/store/storetest"
	"rekindle/protocols"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
	"rekindle/web/webtest"
)

// asProgram has this test binary be the program itself.
const asProgram = "REKINDLE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// The process is killed after an answer was committed and before its reply was read: after it starts again and the form is sent once more, the
// answer is there once, with what followed from it, no mail is lost or doubled, and the trail is intact.
func TestKilledBetweenAnswerAndReply(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { killed(t, "") })
	t.Run("postgres", func(t *testing.T) { killed(t, storetest.Postgres(t).URL) })
}

// killed is TestKilledBetweenAnswerAndReply on a PostgreSQL database, or on SQLite where there is none.
func killed(t *testing.T, database string) {
	dir, path := enrollingNow(t, database)
	post := mailtest.New(t)
	host, port, _ := strings.Cut(post.Address, ":")
	args := []string{"serve", "--data", dir, "--database", database, "--address", "127.0.0.1:0", "--set", "metrics=", "--set", "smtp.host=" + host, "--set", "smtp.port=" + port, "--set", "smtp.tls=none",
		"--set", "smtp.from=Study <study@example.org>", "--set", "smtp.per_minute=60000"}
	p := program(t, args...)
	b := browse(t)
	b.send(t, p.pages+path, url.Values{})
	b.send(t, p.pages+"/me/consent", url.Values{"version": {"1"}, "name": {"Jordan Example"}, "criterion-practicing": {"yes"}, "criterion-baseline": {"yes"}, "question-0": {"2"}, "question-1": {"2"}, "question-2": {"0"}})
	forms := []string{"demographics", "pfi16", "mmbi2", "uwes9", "svs4", "iwpr4"}
	for _, id := range forms {
		b.send(t, p.pages+"/me/survey/baseline/"+id, b.filled(t, p.pages, id))
	}
	const last = "qol_vas" // whoever sends it is enrolled, allocated and written to
	form := b.filled(t, p.pages, last)

	driver, source := "sqlite", "file:"+filepath.Join(dir, databaseName)+"?mode=ro&_pragma=busy_timeout(5000)"
	if database != "" {
		driver, source = "pgx", database
	}
	db, err := sql.Open(driver, source)
	fatal(t, err)
	defer db.Close()
	count := func(query string) (n int) {
		fatal(t, db.QueryRowContext(t.Context(), query).Scan(&n))
		return n
	}
	const submitted = "SELECT count(*) FROM form WHERE instrument = '" + last + "' AND submitted IS NOT NULL"
	line := b.raw(t, p.pages, "/me/survey/baseline/"+last, form)
	for began := time.Now(); count(submitted) == 0; {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("the answer is not committed:\n%s", p.log)
		}
	}
	p.kill(t)
	fatal(t, line.Close())

	again := program(t, args...)
	b.moved(t, p.pages, again.pages)
	if to := b.send(t, again.pages+"/me/survey/baseline/"+last, form); to != "/me" && to != "/me/group" {
		t.Errorf("sent once more it leads to %q", to)
	}
	in, err := instrument.Find(last)
	fatal(t, err)
	for query, want := range map[string]int{
		submitted: 1,
		"SELECT count(*) FROM answer WHERE instrument = '" + last + "'":                                                           len(in.Items),
		"SELECT count(*) FROM audit_event WHERE verb = 'assessment.answer' AND CAST(new_value AS TEXT) LIKE '%\"" + last + "\"%'": 1,
		"SELECT count(*) FROM allocation":                                   1,
		"SELECT count(*) FROM audit_event WHERE verb = 'participant.enrol'": 1,
		"SELECT count(*) FROM message WHERE message = 'allocated'":          1,
		"SELECT count(DISTINCT dedupe) - count(*) FROM outbox":              0,
		"SELECT count(*) FROM outbox WHERE kind = 'consent-copy'":           1,
		"SELECT count(*) FROM participant WHERE status = 'randomized'":      1,
	} {
		if got := count(query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	const untold = "SELECT count(*) FROM message m WHERE m.message = 'allocated' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.plan = m.id AND o.state = 'sent')"
	for began := time.Now(); count(untold)+count("SELECT count(*) FROM outbox WHERE state = 'planned'") > 0; time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("mail does not go:\n%s", again.log)
		}
	}
	distinct := map[string]string{} // a mail that was being sent at the kill may come twice, under one Message-ID
	for _, m := range post.All() {
		distinct[m.Header.Get("Message-ID")] = m.Header.Get("Subject")
	}
	if want := count("SELECT count(*) FROM outbox WHERE state = 'sent'"); len(distinct) != want || want < 3 {
		t.Errorf("%d mails for %d in the outbox: %v", len(distinct), want, distinct)
	}
	again.end(t)
	if status, out, errs := run(t, "audit", "verify", dir, "--database", database); status != 0 {
		t.Errorf("the trail: %d %s%s", status, out, errs)
	}
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// enrollingNow makes a study that enrols today, with one person, and gives the path of their personal link.
func enrollingNow(t *testing.T, database string) (dir, path string) {
	t.Helper()
	text, err := protocols.Files.ReadFile("kiser2024.toml")
	fatal(t, err)
	today := study.DateOf(time.Now(), time.UTC)
	text = bytes.Replace(text, []byte("opens = 2021-08-05"), []byte("opens = "+today.After(-2).String()), 1)
	text = bytes.Replace(text, []byte("closes = 2021-12-01"), []byte("closes = "+today.After(60).String()), 1)
	protocol, err := study.Read("now.toml", bytes.NewReader(text))
	fatal(t, err)
	f := dataFlags{Data: filepath.Join(t.TempDir(), "study"), Database: database}
	d, err := f.make(t.Context(), nil)
	fatal(t, err)
	act := &conduct.Conduct{Store: d.Store, Protocol: protocol, BaseURL: "http://localhost", Program: "test"}
	fatal(t, act.OpenStudy(t.Context(), console))
	office := identity.Actor{Name: "office", Role: identity.Coordinator}
	codes, err := act.AddRoster(t.Context(), office, []conduct.Person{{Name: "Dr. Jordan Example", Email: "jordan@hospital.example"}})
	fatal(t, err)
	fatal(t, act.SendLink(t.Context(), office, codes[0]))
	fatal(t, d.Store.Read(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Mail(t.Context(), string(codes[0]), 0, 10)
		for _, m := range all {
			path = regexp.MustCompile("/p/[a-z2-7]{26}").FindString(m.Text)
		}
		return err
	}))
	fatal(t, d.Close())
	return f.Data, path
}

// process is the program as a process of its own.
type process struct {
	*exec.Cmd
	pages string
	log   *lines
}

func program(t *testing.T, args ...string) process {
	t.Helper()
	p := process{Cmd: exec.CommandContext(t.Context(), os.Args[0], args...), log: &lines{}}
	p.Env, p.Stderr = append(os.Environ(), asProgram+"=1"), p.log
	out, err := p.StdoutPipe()
	fatal(t, err)
	fatal(t, p.Start())
	t.Cleanup(func() { _ = p.Process.Kill() }) // it may have ended
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("it does not serve: %s", p.log)
	}
	p.pages = strings.TrimSuffix(regexp.MustCompile(`http://[^\s]+`).FindString(line), ".")
	return p
}

// kill ends the process as a power cut would.
func (p process) kill(t *testing.T) {
	t.Helper()
	fatal(t, p.Process.Kill())
	if err := p.Wait(); err == nil {
		t.Fatal("it had ended by itself")
	}
}

// end has it stop by itself.
func (p process) end(t *testing.T) {
	t.Helper()
	fatal(t, p.Process.Signal(syscall.SIGTERM))
	if err := p.Wait(); err != nil {
		t.Errorf("it ends with %v:\n%s", err, p.log)
	}
}

// browser keeps cookies, and follows no reply by itself.
type browser struct{ http.Client }

func browse(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	fatal(t, err)
	return &browser{http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// send posts a form that must lead on, and gives where.
func (b *browser) send(t *testing.T, address string, form url.Values) (to string) {
	t.Helper()
	r, err := b.PostForm(address, form)
	fatal(t, err)
	defer r.Body.Close()
	if body, _ := io.ReadAll(r.Body); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %d %s", address, r.StatusCode, body)
	}
	return r.Header.Get("Location")
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// filled opens the page of a form, and answers each item.
func (b *browser) filled(t *testing.T, pages, id string) url.Values {
	t.Helper()
	r, err := b.Get(pages + "/me/survey/baseline/" + id)
	fatal(t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	fatal(t, err)
	in, err := instrument.Find(id)
	fatal(t, err)
	form := webtest.Answers(in)
	form.Set("go", "next")
	for _, field := range hidden.FindAllSubmatch(body, -1) {
		form.Set(string(field[1]), html.UnescapeString(string(field[2])))
	}
	return form
}

// raw sends a form over a connection of its own, whose reply nobody reads.
func (b *browser) raw(t *testing.T, pages, path string, form url.Values) net.Conn {
	t.Helper()
	at, err := url.Parse(pages)
	fatal(t, err)
	var cookies []string
	for _, c := range b.Jar.Cookies(at) {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	line, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at.Host)
	fatal(t, err)
	body := form.Encode()
	_, err = fmt.Fprintf(line, "POST %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		path, at.Host, strings.Join(cookies, "; "), len(body), body)
	fatal(t, err)
	return line
}

// moved takes the cookies along to the address at which the program is now.
func (b *browser) moved(t *testing.T, from, to string) {
	t.Helper()
	old, err := url.Parse(from)
	fatal(t, err)
	now, err := url.Parse(to)
	fatal(t, err)
	b.Jar.SetCookies(now, b.Jar.Cookies(old))
}
