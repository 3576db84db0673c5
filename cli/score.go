package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"

	"rekindle/problem"
	"rekindle/trial/instrument"
)

// scoreCommand turns answers into scores. Nothing is printed unless every record is right.
type scoreCommand struct {
	File       string `arg:"" help:"File of answers; - reads standard input."`
	CSV        bool   `name:"csv" help:"Read and print a table: one row per respondent, item ids as columns."`
	Instrument string `placeholder:"ID" help:"With --csv: the instrument to score. Without it, the column 'instrument', else all whose items are columns."`
}

// Help has the formats and examples.
func (scoreCommand) Help() string {
	return `In:

    [{"instrument": "mmbi2", "answers": {"EE1": 5, "DP1": null}}]

Out:

    [{"instrument": "mmbi2", "scores": {"mmbi_ee": 5, "mmbi_dp": null, "mmbi_any": 1}, "flags": {"high_ee": true, "high_dp": null}, "missing": ["DP1"]}]

null is blank, "declined" an answer refused. A code out of range, an unknown item or an item answered twice is an error that names the record's index (from 0), the item and what is allowed.

Examples:

    rekindle score answers.json
    rekindle score --csv answers.csv > scores.csv`
}

// scored is one result as printed.
type scored struct {
	Instrument string `json:"instrument"`
	instrument.Result
}

// Run scores the file.
func (c *scoreCommand) Run(s *streams) error {
	if c.Instrument != "" && !c.CSV {
		return problem.New(problem.Invalid, "--instrument needs --csv").Instead("In JSON each record names its instrument")
	}
	data, name, err := readFile(s, c.File)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if c.CSV {
		rows, err := instrument.ScoreCSV(name, data, c.Instrument)
		if err != nil {
			return err
		}
		if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
			return err
		}
	} else if err := scoreJSON(&out, name, data); err != nil {
		return err
	}
	_, err = out.WriteTo(s.out)
	return printed(err)
}

// scoreJSON writes an array with one result a line, in the order of the records.
func scoreJSON(out *bytes.Buffer, name string, data []byte) error {
	records, err := instrument.ReadJSON(name, data)
	if err != nil {
		return err
	}
	out.WriteByte('[')
	for i, rec := range records {
		res, err := rec.Instrument.Score(rec.Answers)
		if err != nil {
			return err
		}
		line, err := json.Marshal(scored{Instrument: rec.Instrument.ID, Result: res})
		if err != nil {
			return err
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(line)
	}
	if len(records) > 0 {
		out.WriteByte('\n')
	}
	out.WriteString("]\n")
	return nil
}
