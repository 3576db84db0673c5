package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"rekindle/conduct"
	"rekindle/exchange/roster"
	"rekindle/platform/store"
	"rekindle/problem"
)

// largestRoster bounds the file with the people to invite, in bytes.
const largestRoster = 64 << 20

// rosterPatience is how long its upload, and adding its people, may take.
const rosterPatience = 5 * time.Minute

// rosterUploadPage asks for the list of people to invite.
type rosterUploadPage struct {
	Needed   []string
	Listed   int // people on the roster
	Problems []*problem.Problem
	More     int // problems that are not shown
	Columns  []roster.Column
	Most     int // megabytes
}

// rosterUpload asks for the list.
func (s *Site) rosterUpload(w http.ResponseWriter, r *http.Request) error {
	return s.showUpload(w, r, http.StatusOK, roster.Roster{}, nil)
}

// problemsShown is how many problems of a list are shown at once.
const problemsShown = 100

func (s *Site) showUpload(w http.ResponseWriter, r *http.Request, status int, read roster.Roster, refused error) error {
	page := rosterUploadPage{Needed: roster.Needed(s.Conduct.Protocol), Columns: read.Columns, Most: largestRoster >> 20}
	if err := s.read(r, func(tx *store.Tx) error {
		m, err := tx.Milestones(r.Context())
		page.Listed = m.Listed
		return err
	}); err != nil {
		return err
	}
	if refused != nil {
		all, one := shown(refused)
		if all == nil {
			all = problem.List{one}
		}
		page.Problems, page.More = all[:min(len(all), problemsShown)], max(0, len(all)-problemsShown)
	}
	return s.show(w, r, status, "roster_upload", "Add people", page)
}

// rosterTemplate is an empty list with the columns that the protocol uses.
func (s *Site) rosterTemplate(w http.ResponseWriter, _ *http.Request) error {
	var b bytes.Buffer
	b.WriteString("\ufeff") // by which spreadsheets know UTF-8
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	if err := errors.Join(out.Write(slices.Concat([]string{"name", "email", "phone", "address", "time zone", "language"}, roster.Needed(s.Conduct.Protocol))), flushed(out)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="people.csv"`)
	_, _ = w.Write(b.Bytes()) // whoever asked may have gone
	return nil
}

func flushed(w *csv.Writer) error {
	w.Flush()
	return w.Error()
}

// kept is what was read of a list, as it waits for whoever uploaded it: the columns that are used, and no others.
type keptRoster struct {
	Roster roster.Roster
	Wrong  problem.List // what did not fit the header
}

// rosterRead reads the list that was sent. It goes nowhere but into the sealed store: not into a file, nor into the page.
func (s *Site) rosterRead(w http.ResponseWriter, r *http.Request) error {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(rosterPatience)) // a writer that has no deadlines needs none
	_ = control.SetWriteDeadline(time.Now().Add(2 * rosterPatience))
	name, content, err := sentFile(r)
	if err != nil {
		if p, ok := errors.AsType[*problem.Problem](err); ok && p.Kind == problem.Invalid {
			return s.showUpload(w, r, http.StatusUnprocessableEntity, roster.Roster{}, err)
		}
		return err
	}
	read, err := roster.Read(name, bytes.NewReader(content), roster.Needed(s.Conduct.Protocol))
	kept := keptRoster{Roster: read}
	if err != nil {
		all, one := shown(err)
		switch {
		case all == nil && one == nil:
			return err
		case all == nil || len(read.People) == 0:
			return s.showUpload(w, r, http.StatusUnprocessableEntity, read, err)
		}
		kept.Wrong = all
	}
	sealed, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	token, err := s.Conduct.KeepRoster(r.Context(), actor(r), sealed)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/roster/"+token, http.StatusSeeOther)
	return nil
}

// sentFile reads the file of a form in memory: a list of people must not lie about on a disk.
func sentFile(r *http.Request) (name string, content []byte, err error) {
	none := problem.New(problem.Invalid, "No file was chosen").On("file").Instead("Choose a CSV or XLSX file.")
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, none.Because(err)
	}
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return "", nil, none
		case err != nil:
			return "", nil, tooLong(err)
		case part.FormName() != "file":
			continue
		}
		if content, err = io.ReadAll(part); err != nil {
			return "", nil, tooLong(err)
		}
		if len(content) == 0 {
			return "", nil, none
		}
		return clip(80, strings.Map(printable, part.FileName())), content, nil
	}
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

func tooLong(err error) error {
	if most, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return problem.New(problem.Invalid, "The file is longer than %d MB", most.Limit>>20).On("file").Instead("Leave out what is not needed, or split it.")
	}
	return problem.New(problem.Invalid, "The file did not arrive as a whole").On("file").Instead("Send it again.").Because(err)
}

// people are the rows of a list as conduct takes them.
func (k keptRoster) people() []conduct.Person {
	people := make([]conduct.Person, len(k.Roster.People))
	for i, p := range k.Roster.People {
		people[i] = conduct.Person(p)
	}
	return people
}
