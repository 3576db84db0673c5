package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"rekindle/conduct"
	"rekindle/platform/identity"
)

// staffCommand has the commands for accounts, for whoever holds the data directory: nobody can be locked out of a study for good.
type staffCommand struct {
	Invite staffInvite `cmd:"" help:"Make an account and print its link. Example: rekindle staff invite --email kim@hospital.org --role coordinator"`
	Reset  staffReset  `cmd:"" help:"Forget how an account is signed in to, and print a new link. Example: rekindle staff reset staff-7kdwq3mx"`
	List   staffList   `cmd:"" help:"List the accounts. Example: rekindle staff list"`
}

type staffInvite struct {
	Email string   `required:"" placeholder:"ADDRESS" help:"Their address."`
	Name  string   `placeholder:"NAME" help:"Their name (default: what stands before the @)."`
	Role  []string `required:"" placeholder:"ROLE" help:"owner, coordinator, statistician, leadership or finance; several with commas."`
	dataFlags
	settingFlags
}

// Run prints the link.
func (c *staffInvite) Run(ctx context.Context, s *streams) error {
	n := conduct.NewStaff{Name: c.Name, Email: c.Email}
	if n.Name == "" {
		n.Name, _, _ = strings.Cut(c.Email, "@")
	}
	for _, r := range c.Role {
		n.Roles = append(n.Roles, identity.Role(r))
	}
	return withStudy(ctx, s, c.dataFlags, c.settingFlags, func(act *conduct.Conduct) error {
		in, err := act.InviteStaff(ctx, console, n)
		return tellLink(s, in, err)
	})
}

type staffReset struct {
	Account string `arg:"" help:"Code of the account, as 'rekindle staff list' prints it."`
	dataFlags
	settingFlags
}

// Run prints the link.
func (c *staffReset) Run(ctx context.Context, s *streams) error {
	return withStudy(ctx, s, c.dataFlags, c.settingFlags, func(act *conduct.Conduct) error {
		in, err := act.ResetAccount(ctx, console, c.Account)
		return tellLink(s, in, err)
	})
}

func tellLink(s *streams, in conduct.Invited, err error) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s\n%s\nThe link opens once, until %s. It is in a mail as well.\n", in.Account, in.Link, in.Expires.Format("2006-01-02 15:04 MST"))
	return printed(err)
}

type staffList struct {
	dataFlags
}

// Run prints one line an account.
func (c *staffList) Run(ctx context.Context, s *streams) error {
	d, err := c.read(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	act, err := d.conduct(ctx)
	if err != nil {
		return err
	}
	all, err := act.Staff(ctx, console)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ACCOUNT\tNAME\tADDRESS\tROLES\tSIGNS IN BY\tSTATE")
	for _, a := range all {
		state := "invited"
		switch {
		case a.Disabled != nil:
			state = "closed"
		case a.Joined != nil:
			state = "open"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%v\t%s\t%s\n", a.Code, plain(a.Name), plain(a.Email), a.Roles, strings.Join(waysIn(a), ", "), state)
	}
	return printed(w.Flush())
}

func waysIn(a identity.Account) (ways []string) {
	if a.Password != "" && a.Secret != "" {
		ways = append(ways, "password and codes")
	}
	if a.Passkeys > 0 {
		ways = append(ways, "passkey")
	}
	if a.Subject != "" {
		ways = append(ways, "the hospital's sign-in")
	}
	return ways
}

// withStudy opens a study to act in it, under its settings.
func withStudy(ctx context.Context, s *streams, f dataFlags, g settingFlags, fn func(*conduct.Conduct) error) error {
	settings, err := g.load(s.err, f.Data)
	if err != nil {
		return err
	}
	d, err := f.open(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	act, err := d.conduct(ctx)
	if err != nil {
		return err
	}
	apply(settings, act)
	return fn(act)
}
