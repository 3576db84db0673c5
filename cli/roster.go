package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"rekindle/conduct"
	"rekindle/exchange/roster"
	"rekindle/problem"
)

// rosterCommand has the commands for the list of people to invite.
type rosterCommand struct {
	Check  rosterCheck  `cmd:"" help:"Show what is wrong in a list of people, row by row, and take nothing. Example: rekindle roster check physicians.csv"`
	Import rosterImport `cmd:"" help:"Put a list of people on the roster of a study, all or none. Example: rekindle roster import physicians.csv --data study"`
}

const rosterHelp = `The file is CSV (commas, semicolons or tabs; UTF-8, UTF-16 or Windows-1252) or XLSX. Its first row names the columns: email; name, or
first name and last name; perhaps phone, address, time zone; and the columns that the protocol uses. All others are left out.`

type rosterCheck struct {
	File     string `arg:"" help:"List of people (CSV or XLSX), - for standard input."`
	Protocol string `type:"path" placeholder:"FILE" help:"Protocol whose columns are needed; without it, and without a study, none are."`
	Most     int    `default:"50" help:"How many problems are printed (default 50)."`
	dataFlags
}

// Help is printed below the usage.
func (c *rosterCheck) Help() string { return rosterHelp }

// Run prints what was read and what is wrong. A study need not be there; where --data names one, its roster is compared.
func (c *rosterCheck) Run(ctx context.Context, s *streams) error {
	var needed []string
	compared := "Not compared with anybody's roster: there is no study at " + c.Data + "."
	check := func(people []conduct.Person) (problem.List, error) {
		_, found := conduct.CheckPeople(people)
		return found, nil
	}
	switch {
	case c.Protocol != "":
		p, err := soundProtocol(c.Protocol, s.in)
		if err != nil {
			return err
		}
		needed = roster.Needed(p)
	case c.found() == nil:
		d, err := c.read(ctx, nil)
		if err != nil {
			return err
		}
		defer d.Close()
		act, err := d.conduct(ctx)
		if err != nil {
			return err
		}
		needed, compared = roster.Needed(act.Protocol), "Compared with the roster of the study at "+c.Data+"."
		check = func(people []conduct.Person) (problem.List, error) { return act.CheckRoster(ctx, console, people) }
	}
	r, people, err := readRoster(s, c.File, needed)
	if err != nil {
		return err
	}
	found, err := check(people)
	if err != nil {
		return err
	}
	if err := describeRoster(s.out, r, found, c.Most); err != nil {
		return err
	}
	fmt.Fprintln(s.out, compared)
	if len(found) > 0 {
		return problem.New(problem.Invalid, "%d of %d rows do not fit; nothing was taken", wrongRows(found), len(people)).At("%s", c.File)
	}
	_, err = fmt.Fprintln(s.out, "Every row fits. Nothing was taken: 'rekindle roster import' does that.")
	return printed(err)
}

type rosterImport struct {
	File     string `arg:"" help:"List of people (CSV or XLSX), - for standard input."`
	LeaveOut bool   `help:"Leave out the rows that do not fit, and take the others."`
	Most     int    `default:"50" help:"How many problems are printed (default 50)."`
	dataFlags
}

// Help is printed below the usage.
func (c *rosterImport) Help() string { return rosterHelp }

// Run puts people on the roster. Where a row does not fit nobody is, unless such rows are left out.
func (c *rosterImport) Run(ctx context.Context, s *streams) error {
	d, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	act, err := d.conduct(ctx)
	if err != nil {
		return err
	}
	r, people, err := readRoster(s, c.File, roster.Needed(act.Protocol))
	if err != nil {
		return err
	}
	found, err := act.CheckRoster(ctx, console, people)
	if err != nil {
		return err
	}
	if err := describeRoster(s.out, r, found, c.Most); err != nil {
		return err
	}
	if len(found) > 0 {
		if !c.LeaveOut {
			return problem.New(problem.Invalid, "%d of %d rows do not fit; nobody was taken", wrongRows(found), len(people)).At("%s", c.File).
				Instead("Mend them, or leave them out with --leave-out")
		}
		people = fitting(people, found)
	}
	if len(people) == 0 {
		return problem.New(problem.Invalid, "No row is left").At("%s", c.File)
	}
	began := time.Now()
	if _, err := act.AddRoster(ctx, console, people); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%d people are on the roster now (%.1f s). Nobody has been written to.\n", len(people), time.Since(began).Seconds())
	return printed(err)
}

func readRoster(s *streams, name string, needed []string) (roster.Roster, []conduct.Person, error) {
	from, shown := s.in, "standard input"
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return roster.Roster{}, nil, problem.New(problem.NotFound, "The file cannot be read").At("%s", name).Because(err)
		}
		defer f.Close()
		from, shown = f, name
	}
	r, err := roster.Read(shown, from, needed)
	people := make([]conduct.Person, len(r.People))
	for i, p := range r.People {
		people[i] = conduct.Person(p)
	}
	return r, people, err
}

// describeRoster prints how a file was understood, and the first problems.
func describeRoster(w io.Writer, r roster.Roster, found problem.List, most int) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s: %s, %d people\n", plain(r.Name), r.Format, len(r.People))
	for _, c := range r.Columns {
		use := c.Use
		if use == "" {
			use = "(left out)"
		}
		fmt.Fprintf(t, "  %s\t-> %s\n", plain(c.Header), use)
	}
	for _, p := range found[:min(len(found), most)] {
		fmt.Fprintln(t, plain(strings.ReplaceAll(p.Error(), "\t", " ")))
	}
	if len(found) > most {
		fmt.Fprintf(t, "... and %d more\n", len(found)-most)
	}
	return printed(t.Flush())
}

// wrongRows counts the rows in which something is wrong.
func wrongRows(found problem.List) int {
	places := map[string]bool{}
	for _, p := range found {
		places[p.Place] = true
	}
	return len(places)
}

// fitting leaves out those in whose row something is wrong.
func fitting(people []conduct.Person, found problem.List) (left []conduct.Person) {
	wrong := map[string]bool{}
	for _, p := range found {
		wrong[p.Place] = true
	}
	for _, p := range people {
		if !wrong[p.Place] {
			left = append(left, p)
		}
	}
	return left
}
