package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"rekindle/problem"
	"rekindle/trial/instrument"
)

// wordingCommand has the commands for wording packs: the owner's item texts, which the program may not ship.
type wordingCommand struct {
	New   wordingNew   `cmd:"" help:"Print a wording pack to fill in. Example: rekindle wording new pfi16 > pfi16.toml"`
	Check wordingCheck `cmd:"" help:"Check a wording pack. Example: rekindle wording check pfi16.toml"`
	Load  wordingLoad  `cmd:"" help:"Check a wording pack and store it in a data directory. Example: rekindle wording load pfi16.toml --data study"`
	List  wordingList  `cmd:"" help:"List the words each instrument is shown with. Example: rekindle wording list --data study"`
}

type wordingNew struct {
	Instrument string `arg:"" help:"Id of the instrument, such as pfi16."`
	Language   string `default:"en" placeholder:"LANG" help:"Language of the pack, such as en, es or pt-BR (default en)."`
}

// Run prints the template.
func (c *wordingNew) Run(s *streams) error {
	in, err := instrument.Find(c.Instrument)
	if err != nil {
		return err
	}
	_, err = io.WriteString(s.out, instrument.Template(in, c.Language))
	return printed(err)
}

type wordingCheck struct {
	File string `arg:"" help:"Wording pack (TOML)."`
}

// Run checks the pack and prints what it holds.
func (c *wordingCheck) Run(s *streams) error {
	data, name, err := readFile(s, c.File)
	if err != nil {
		return err
	}
	w, err := instrument.ReadWording(name, data)
	if err != nil {
		return err
	}
	return describe(s.out, w)
}

type wordingLoad struct {
	File    string `arg:"" help:"Wording pack (TOML)."`
	Data    string `required:"" placeholder:"DIR" help:"Data directory of the study."`
	Replace bool   `help:"Take the place of another pack for the same instrument and language."`
}

// Run stores the pack as it is, byte for byte, so that its hash stays that of the file the site filed.
func (c *wordingLoad) Run(s *streams) error {
	data, name, err := readFile(s, c.File)
	if err != nil {
		return err
	}
	w, err := instrument.ReadWording(name, data)
	if err != nil {
		return err
	}
	dir, err := wordingDirectory(c.Data)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, w.FileName())
	switch old, err := os.ReadFile(file); {
	case err == nil && bytes.Equal(old, data):
		fmt.Fprintf(s.out, "%s holds this pack already.\n\n", file)
		return describe(s.out, w)
	case err == nil && !c.Replace:
		return problem.New(problem.Conflict, "another pack for %s in %s is loaded", w.Instrument, w.Language).At("%s", file).
			Instead("Give --replace to take its place")
	case err != nil && !os.IsNotExist(err):
		return problem.New(problem.Unavailable, "the pack that is loaded cannot be read").At("%s", file).Because(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return problem.New(problem.Unavailable, "the directory cannot be made").At("%s", dir).Because(err)
	}
	if err := replaceFile(file, data); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Loaded into %s.\n\n", file)
	return describe(s.out, w)
}

type wordingList struct {
	Data string `required:"" placeholder:"DIR" help:"Data directory of the study."`
}

// Run lists, for each instrument, the loaded packs, or what is shown without one.
func (c *wordingList) Run(s *streams) error {
	dir, err := wordingDirectory(c.Data)
	if err != nil {
		return err
	}
	packs, err := instrument.ReadWordings(os.DirFS(dir))
	if err != nil {
		return err
	}
	loaded := map[string][]*instrument.Wording{}
	for _, w := range packs.All() {
		loaded[w.Instrument] = append(loaded[w.Instrument], w)
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "INSTRUMENT\tLANGUAGE\tWORDS\tHOLDER\tSHA-256")
	for _, in := range instrument.All() {
		if len(loaded[in.ID]) == 0 {
			words := "own words"
			if in.Licence.Wording != instrument.OwnWords {
				words = "demonstration wording"
			}
			fmt.Fprintf(t, "%s\t\t%s\t%s\t\n", in.ID, words, in.Licence.Holder)
		}
		for _, w := range loaded[in.ID] {
			fmt.Fprintf(t, "%s\t%s\tloaded pack\t%s\t%s\n", in.ID, w.Language, w.Holder, w.SHA256)
		}
	}
	return printed(t.Flush())
}

// wordingDirectory gives the place of the packs in a data directory, which must exist: a misspelt one is not made.
func wordingDirectory(data string) (string, error) {
	info, err := os.Stat(data)
	if err != nil || !info.IsDir() {
		return "", problem.New(problem.NotFound, "there is no such data directory").At("%s", data).Because(err)
	}
	return filepath.Join(data, "wording"), nil
}

// describe prints what a pack holds, its notice as participants see it.
func describe(out io.Writer, w *instrument.Wording) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range [][2]string{
		{"instrument", w.Instrument}, {"version", w.Version}, {"language", w.Language},
		{"texts", fmt.Sprintf("%d items, complete", len(w.Items))},
		{"holder", w.Holder}, {"terms", w.Terms}, {"permission", w.Permission}, {"notice", w.Notice}, {"sha256", w.SHA256},
	} {
		fmt.Fprintf(t, "%s\t%s\n", row[0], row[1])
	}
	return printed(t.Flush())
}
