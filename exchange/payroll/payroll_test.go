package payroll_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rekindle/exchange/payroll"
	"rekindle/trial/coach"
	"rekindle/trial/cost"
)

var sheet = cost.Sheet{Month: "2021-09", Currency: "USD", Rate: 200, Amount: 308_333, Coaches: []cost.Earned{
	{Coach: "AAAA-1111", Sessions: 2, Minutes: 145, Missed: 1, Share: 30, Amount: 56_667, Corrections: []cost.Correction{{Month: "2021-08", Why: cost.ChangedLater, Minutes: -5}}},
	{Coach: "BBBB-2222", Milestones: []cost.Milestone{{Name: cost.Training, Amount: 250_000}}, Amount: 250_000}}}

var names = map[coach.Code]string{"AAAA-1111": "=HYPERLINK(1)", "BBBB-2222": "Łucja, Ó Néill"}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := payroll.WriteCSV(&b, sheet, names, payroll.Approved, "ab12"); err != nil {
		t.Fatal(err)
	}
	want := `month,coach,name,sessions_held,minutes_held,missed_paid,minutes_missed,minutes_corrected,hours,hourly_rate,milestones,amount,currency,status,sha256
2021-09,AAAA-1111,'=HYPERLINK(1),2,145,1,30,-5,2.8333,200.00,0.00,566.67,USD,approved,ab12
2021-09,BBBB-2222,"Łucja, Ó Néill",0,0,0,0,0,0.0000,200.00,2500.00,2500.00,USD,approved,ab12
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestXLSX(t *testing.T) {
	var b bytes.Buffer
	if err := payroll.WriteXLSX(&b, sheet, names, payroll.Draft, "ab12"); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("2021-09")
	if err != nil || len(rows) != 3 || strings.Join(rows[2], " ") != "2021-09 BBBB-2222 Łucja, Ó Néill 0 0 0 0 0 0 200 2500 2500 USD draft ab12" {
		t.Errorf("%v, %v", rows, err)
	}
	if kind, err := book.GetCellType("2021-09", "L2"); err != nil || kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString {
		t.Errorf("an amount is a text: %v, %v", kind, err)
	}
	if formula, err := book.GetCellFormula("2021-09", "C2"); err != nil || formula != "" {
		t.Errorf("a name is the formula %q, %v", formula, err)
	}
}
