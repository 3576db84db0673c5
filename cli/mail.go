package cli

import (
	"os"
	"path/filepath"

	post "rekindle/platform/mail"
	"rekindle/problem"
)

// mailCommand has what a mail server calls.
type mailCommand struct {
	Receive mailReceive `cmd:"" help:"Take one mail from the standard input, for the pipe of a mail server. Example: rekindle mail receive --data study < report.eml"`
}

// mailReceive takes one mail. It opens no study: another process serves it, and takes the mail from the spool within seconds.
type mailReceive struct {
	Data string `default:"rekindle-data" env:"REKINDLE_DATA" placeholder:"DIR" type:"path" help:"Data directory of the study (default rekindle-data)."`
}

// Run keeps the mail for the running program.
func (c *mailReceive) Run(s *streams) error {
	if info, err := os.Stat(c.Data); err != nil || !info.IsDir() {
		return problem.New(problem.NotFound, "there is no data directory").At("%s", c.Data).Instead("Name that of the study with --data")
	}
	return spool(c.Data).Put(s.in)
}

// spool is where mail that came in waits.
func spool(data string) *post.Spool { return &post.Spool{Dir: filepath.Join(data, "incoming")} }
