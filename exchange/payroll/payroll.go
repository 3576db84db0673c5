// Package payroll writes what coaches are paid for whoever pays them: CSV, and XLSX for a spreadsheet.
//
// It knows coaches, who are the payees, by code and name, and no participants, sessions or days. It serves the paper's stipend for training and
// certification and the hourly pay of its coaches.
package payroll

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"rekindle/trial/coach"
	"rekindle/trial/cost"
)

// columns are those of both files.
var columns = []string{"month", "coach", "name", "sessions_held", "minutes_held", "missed_paid", "minutes_missed", "minutes_corrected", "hours", "hourly_rate", "milestones", "amount", "currency", "status", "sha256"}

// Status says whether a sheet is final.
const (
	Draft    = "draft"
	Approved = "approved"
)

// cells gives a coach's row: texts and numbers.
func cells(s cost.Sheet, k cost.Earned, name, status, digest string) []any {
	corrected := 0
	for _, c := range k.Corrections {
		corrected += c.Minutes
	}
	var milestones int64
	for _, m := range k.Milestones {
		milestones += m.Amount
	}
	return []any{string(s.Month), string(k.Coach), plain(name), k.Sessions, k.Minutes, k.Missed, k.Share, corrected, float64(k.Billed()) / 60, s.Rate,
		float64(milestones) / 100, float64(k.Amount) / 100, s.Currency, status, digest}
}

// plain keeps a name from being taken for a formula by a spreadsheet.
func plain(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// WriteCSV writes a sheet with a row for each coach.
func WriteCSV(w io.Writer, s cost.Sheet, names map[coach.Code]string, status, digest string) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return err
	}
	for _, k := range s.Coaches {
		var row []string
		for i, cell := range cells(s, k, names[k.Coach], status, digest) {
			switch v := cell.(type) {
			case float64:
				digits := 2
				if columns[i] == "hours" {
					digits = 4
				}
				row = append(row, strconv.FormatFloat(v, 'f', digits, 64))
			default:
				row = append(row, fmt.Sprint(v))
			}
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteXLSX writes the same as a workbook of one sheet, with numbers as numbers.
func WriteXLSX(w io.Writer, s cost.Sheet, names map[coach.Code]string, status, digest string) error {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // it is in memory
	sheet := string(s.Month)
	if err := book.SetSheetName(book.GetSheetName(0), sheet); err != nil {
		return err
	}
	head := make([]any, len(columns))
	for i, name := range columns {
		head[i] = name
	}
	rows := [][]any{head}
	for _, k := range s.Coaches {
		rows = append(rows, cells(s, k, names[k.Coach], status, digest))
	}
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := book.SetSheetRow(sheet, at, &row); err != nil {
			return err
		}
	}
	return book.Write(w)
}
