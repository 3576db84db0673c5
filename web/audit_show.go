package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"rekindle/platform/audit"
	"rekindle/platform/store"
	"rekindle/problem"
)

// auditShowPage is one event.
type auditShowPage struct {
	eventLine
	Leaf, Hash     string // the bytes that are hashed, and their hash as the tree has it
	Earlier, Later bool
}

// Previous and Next are the numbers of the neighbours.
func (p auditShowPage) Previous() int64 { return p.Seq - 1 }

// Next is the number of the event after this one.
func (p auditShowPage) Next() int64 { return p.Seq + 1 }

// auditShow is one event, with its bytes and its place in the tree.
func (s *Site) auditShow(w http.ResponseWriter, r *http.Request) error {
	seq, err := number64(r, "seq")
	if err != nil {
		return err
	}
	var content auditShowPage
	err = s.read(r, func(tx *store.Tx) error {
		study, err := tx.Study(r.Context())
		if err != nil {
			return err
		}
		if err := unmasked(actor(r), study); err != nil {
			return err
		}
		found, err := tx.Events(r.Context(), "", max(seq-1, 0), 3)
		if err != nil {
			return err
		}
		for _, e := range found {
			switch {
			case e.Seq == seq:
				content.eventLine, content.Leaf, content.Hash = s.eventLine(e), string(e.Leaf()), leafHash(e)
			case e.Seq < seq:
				content.Earlier = true
			default:
				content.Later = true
			}
		}
		if content.Verb == "" {
			return problem.New(problem.NotFound, "The trail has no event %d", seq)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "audit_show", "Event "+number(int(seq)), content)
}

func leafHash(e audit.Entry) string { return tlog.RecordHash(e.Leaf()).String() }

// fact is one field of what an event tells.
type fact struct{ Name, Text string }

// factsOf reads the JSON object of an event into lines; other values stand under an empty name.
func factsOf(text string) []fact {
	if text == "" {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var fields map[string]any
	if decoder.Decode(&fields) != nil {
		return []fact{{"", text}}
	}
	var all []fact
	for name, value := range fields {
		all = append(all, fact{name, plain(value)})
	}
	slices.SortFunc(all, func(a, b fact) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// plain writes a JSON value for people: text without quotes, objects and lists with commas between.
func plain(value any) string {
	switch v := value.(type) {
	case nil:
		return "–"
	case map[string]any:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, name+" "+plain(v[name]))
		}
		return strings.Join(parts, ", ")
	case []any:
		var parts []string
		for _, one := range v {
			parts = append(parts, plain(one))
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(value)
}
