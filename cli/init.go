package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/platform/config"
	"rekindle/platform/identity"
	"rekindle/problem"
	"rekindle/trial/study"
)

// initCommand begins a study.
type initCommand struct {
	Protocol string `required:"" placeholder:"FILE" type:"path" help:"Protocol of the study; it is checked first."`
	Email    string `required:"" placeholder:"ADDRESS" help:"Address of whoever answers for the study: its first owner, and coordinator."`
	Name     string `placeholder:"NAME" help:"Their name (default: what stands before the @)."`
	dataFlags
	settingFlags
}

// Help is printed below the usage.
func (c *initCommand) Help() string {
	return `Makes the data directory with its keys, stores the protocol, commits to the randomization, and prints the link by which the first owner
signs in. The link is printed once, opens once, and holds for a week; 'rekindle staff invite' gives another.

Examples:
  rekindle init --protocol trial.toml --data study --email pat@hospital.org --base-url https://coaching.hospital.org
  rekindle init --protocol protocols/kiser2024.toml --data try --email me@localhost.test`
}

// Run makes the study. Where something is wrong nothing is made.
func (c *initCommand) Run(ctx context.Context, s *streams) (err error) {
	p, err := soundProtocol(c.Protocol, s.in)
	if err != nil {
		return err
	}
	settings, err := c.load(s.err, c.Data)
	if err != nil {
		return err
	}
	owner := conduct.NewStaff{Name: c.Name, Email: c.Email, Roles: []identity.Role{identity.Owner, identity.Coordinator}}
	if owner.Name == "" {
		owner.Name, _, _ = strings.Cut(c.Email, "@")
	}
	if _, wrong := conduct.CheckPeople([]conduct.Person{{Name: owner.Name, Email: owner.Email, Place: "--email"}}); wrong.Err() != nil {
		return wrong
	}
	fresh := !exists(c.Data)
	d, err := c.make(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	defer func() {
		if err != nil && fresh && c.Database == "" && c.Keys == "" {
			d.Close()
			os.RemoveAll(c.Data) // nothing was in it before
		}
	}()
	act := &conduct.Conduct{Store: d.Store, Protocol: p, Program: version()}
	apply(settings, act)
	if err := act.OpenStudy(ctx, console); err != nil {
		return err
	}
	in, err := act.FirstStaff(ctx, console, owner)
	if err != nil {
		return err
	}
	if err := c.writeSettings(s); err != nil {
		return err
	}
	return printed(c.tell(s, p, settings, in))
}

// writeSettings puts a file of settings to fill in beside the study, unless there is one. What was given on the command line holds in it.
func (c *initCommand) writeSettings(s *streams) error {
	name := c.file(c.Data)
	if exists(name) {
		if len(c.given()) > 0 {
			fmt.Fprintf(s.err, "rekindle: %s was there and is left as it is: what was given on the command line holds for this command alone\n", name)
		}
		return nil
	}
	if err := os.WriteFile(name, []byte(config.Template(c.given())), 0o600); err != nil {
		return problem.New(problem.Unavailable, "the settings cannot be written").At("%s", name).Because(err)
	}
	return nil
}

func (c *initCommand) tell(s *streams, p *study.Protocol, settings config.Settings, in conduct.Invited) error {
	there := c.there()
	_, err := fmt.Fprintf(s.out, `The study %q is open in %s.

Sign in as its owner, once, until %s:
  %s

Next:
  1. Keep a copy of %s elsewhere, apart from copies of the data: without vault.key nobody can be written to.
  2. Fill in %s (address, mail server), and try it:
       rekindle config check %s --to %s
  3. Serve it:
       rekindle serve %s
  4. Open the link above. Everything else is on the pages.
`, p.Title, c.Data, in.Expires.In(p.Location()).Format("Monday, January 2, 2006, 15:04 MST"), in.Link, c.keys(), c.file(c.Data), there, c.Email, there)
	if err == nil && settings.Mail.Host == "" {
		_, err = fmt.Fprintln(s.out, "\nNo mail server is named yet: mail waits in the outbox until there is one.")
	}
	if err != nil {
		return err
	}
	if _, closes := p.EnrolmentWindow(); !time.Now().Before(closes) {
		fmt.Fprintf(s.err, "rekindle: enrolment ended on %s, as the protocol has it (enrolment.closes): nobody can be invited to this study, and that cannot be changed\n"+
			"  -> change enrolment.opens and enrolment.closes in the protocol, and begin again in another directory; 'rekindle demo' rehearses a trial of the past\n", p.Enrolment.Closes.Format("January 2, 2006"))
	}
	if _, domain, _ := strings.Cut(p.Contact.Email, "@"); domain == "example.org" || strings.HasSuffix(domain, ".example") {
		fmt.Fprintf(s.err, "rekindle: %s, to which the mails tell people to write, is nobody's address (contact.email), and that cannot be changed\n"+
			"  -> give your office's own in the protocol, and begin again in another directory\n", p.Contact.Email)
	}
	return nil
}

// there gives the flags by which the other commands find the study.
func (c *initCommand) there() string {
	text := "--data " + c.Data
	for _, f := range []struct{ flag, variable, value, shown string }{
		{"--database", "REKINDLE_DATABASE", c.Database, "URL"}, // which may hold a password
		{"--keys", "REKINDLE_KEYS", c.Keys, c.Keys},
		{"--config", "REKINDLE_CONFIG", c.Config, c.Config},
	} {
		if f.value != "" && os.Getenv(f.variable) == "" {
			text += " " + f.flag + " " + f.shown
		}
	}
	return text
}
