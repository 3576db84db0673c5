package web

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"rekindle/conduct"
	"rekindle/exchange/payroll"
	"rekindle/problem"
	"rekindle/trial/coach"
	"rekindle/trial/cost"
)

// payAt is where coaches' pay is approved.
const payAt = "/pay"

// payListPage is the sheets of all months.
type payListPage struct {
	Months   []payMonth
	Currency string
	Paid     string // approved in all, without the currency
	Open     string // what has been earned beside it; empty: nothing
	Rate     string
	Done     string
}

// payMonth is one month's sheet.
type payMonth struct {
	conduct.PaySheet
	Title, Total, State, Look string
	Figure                    string // the total without its currency
	Worked, RateOf, Stipends  string // what the total consists of; none: empty
	Coaches                   int
	Hours                     string
	Ready                     bool // can be approved now
}

// payShowPage is the sheet of one month.
type payShowPage struct {
	payMonth
	Lines     []payLine
	ApprovedA time.Time // zero: not approved
	WaitsFor  string    // the month that comes first
	NextTitle string
	Mistakes  []*problem.Problem
	Done      string
}

// payLine is what one coach is paid.
type payLine struct {
	cost.Earned
	Code        coach.Code
	Name        string // empty on a coach's own page
	Hours       string
	Amount      string
	Figure      string // the amount without its currency
	Corrections []string
	Milestones  []string
}

// payDone says what was done.
var payDone = map[string]string{"approved": "Approved. Nothing changes this sheet any more."}

// money writes an amount in hundredths: "USD 1,234.50".
func money(currency string, amount int64) string {
	if amount < 0 {
		return "−" + currency + " " + figure(-amount)
	}
	return currency + " " + figure(amount)
}

// figure writes an amount in hundredths without its currency: "1,234.50".
func figure(amount int64) string {
	sign := ""
	if amount < 0 {
		sign, amount = "−", -amount
	}
	return fmt.Sprintf("%s%s.%02d", sign, number(int(amount/100)), amount%100)
}

// hours writes minutes as hours and minutes: "2 h 25 min".
func hours(minutes int) string {
	sign := ""
	if minutes < 0 {
		sign, minutes = "−", -minutes
	}
	switch {
	case minutes%60 == 0:
		return fmt.Sprintf("%s%d h", sign, minutes/60)
	case minutes < 60:
		return fmt.Sprintf("%s%d min", sign, minutes)
	}
	return fmt.Sprintf("%s%d h %d min", sign, minutes/60, minutes%60)
}

func payMonthOf(p conduct.PaySheet) payMonth {
	m := payMonth{PaySheet: p, Title: p.Month.Title(), Total: money(p.Currency, p.Amount), Coaches: len(p.Coaches), State: "Runs", Ready: p.Approved == nil && p.Over && p.Waits == "" && len(p.Coaches) > 0}
	minutes, stipends := 0, int64(0)
	for _, k := range p.Coaches {
		minutes += k.Billed()
		for _, one := range k.Milestones {
			stipends += one.Amount
		}
	}
	m.Hours, m.Figure, m.RateOf = hours(minutes), figure(p.Amount), money(p.Currency, int64(p.Rate*100+0.5))
	if minutes != 0 {
		m.Worked = money(p.Currency, p.Amount-stipends)
	}
	if stipends != 0 {
		m.Stipends = money(p.Currency, stipends)
	}
	switch {
	case p.Approved != nil:
		m.State, m.Look = "Approved", "good"
	case len(p.Coaches) == 0 && p.Over:
		m.State = "Nothing to pay"
	case p.Over:
		m.State, m.Look = "To be approved", "warn"
	}
	return m
}

func payLineOf(p conduct.PaySheet, k cost.Earned) payLine {
	l := payLine{Earned: k, Code: k.Coach, Name: p.Names[k.Coach], Hours: hours(k.Billed()), Amount: money(p.Currency, k.Amount), Figure: figure(k.Amount)}
	for _, c := range k.Corrections {
		l.Corrections = append(l.Corrections, fmt.Sprintf("%s for %s: %s", hours(c.Minutes), c.Month.Title(), c.Why))
	}
	for _, m := range k.Milestones {
		l.Milestones = append(l.Milestones, fmt.Sprintf("%s for %s", money(p.Currency, m.Amount), m.Name))
	}
	return l
}

func (s *Site) payList(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Conduct.PaySheets(r.Context(), actor(r))
	if err != nil {
		return err
	}
	c := s.Conduct.Protocol.Cost
	page := payListPage{Rate: money(c.Currency, int64(c.HourlyRate*100+0.5)), Done: payDone[r.URL.Query().Get("done")], Currency: c.Currency}
	var paid, earned int64
	for _, p := range all {
		page.Months = append(page.Months, payMonthOf(p))
		if p.Approved != nil {
			paid += p.Amount
		} else {
			earned += p.Amount
		}
	}
	if page.Paid = figure(paid); earned != 0 {
		page.Open = figure(earned)
	}
	return s.show(w, r, http.StatusOK, "pay_list", "Pay", page)
}

func (s *Site) payShow(w http.ResponseWriter, r *http.Request) error { return s.payPage(w, r, nil) }

func (s *Site) payPage(w http.ResponseWriter, r *http.Request, refusal error) error {
	wrong, status, err := told(refusal)
	if err != nil {
		return err
	}
	p, err := s.paySheet(r)
	if err != nil {
		return err
	}
	page := payShowPage{payMonth: payMonthOf(p), NextTitle: p.Month.Next().Title(), Mistakes: wrong, Done: payDone[r.URL.Query().Get("done")]}
	if p.Approved != nil {
		page.ApprovedA = p.Approved.In(s.zone())
	}
	if p.Waits != "" {
		page.WaitsFor = p.Waits.Title()
	}
	for _, k := range p.Coaches {
		page.Lines = append(page.Lines, payLineOf(p, k))
	}
	return s.show(w, r, status, "pay_show", "Pay for "+p.Month.Title(), page)
}

// paySheet gives the sheet of the address's month.
func (s *Site) paySheet(r *http.Request) (conduct.PaySheet, error) {
	month, ok := cost.ParseMonth(r.PathValue("month"))
	if !ok {
		return conduct.PaySheet{}, nowhere(nil, r)
	}
	return s.Conduct.PaySheet(r.Context(), actor(r), month)
}

// payApprove freezes the sheet that was looked at.
func (s *Site) payApprove(w http.ResponseWriter, r *http.Request) error {
	month, ok := cost.ParseMonth(r.PathValue("month"))
	if !ok {
		return nowhere(w, r)
	}
	if err := s.Conduct.ApprovePay(r.Context(), actor(r), month, r.PostFormValue("digest")); err != nil {
		return s.payPage(w, r, err)
	}
	return doneAt(w, r, payAt+"/"+string(month), "approved")
}

// payFile hands out a sheet as a file for whoever pays.
func (s *Site) payFile(w http.ResponseWriter, r *http.Request) error {
	file := r.PathValue("file")
	write, kind := payroll.WriteCSV, "text/csv; charset=utf-8"
	switch file {
	case "sheet.csv":
	case "sheet.xlsx":
		write, kind = payroll.WriteXLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	default:
		return nowhere(w, r)
	}
	p, err := s.paySheet(r)
	if err != nil {
		return err
	}
	status := payroll.Draft
	if p.Approved != nil {
		status = payroll.Approved
	}
	var b bytes.Buffer
	if err := write(&b, p.Sheet, p.Names, status, p.Digest); err != nil {
		return problem.New(problem.Internal, "the sheet cannot be written").Because(err)
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "pay-"+string(p.Month)+"-"+file))
	_, _ = w.Write(b.Bytes()) // whoever asked may have gone
	return nil
}

// payDeskPage is what a coach has earned.
type payDeskPage struct {
	Months   []payDeskMonth
	Rate     string
	Currency string
	Total    string // of all months, without the currency
}

type payDeskMonth struct {
	payMonth
	payLine payLine
}

// Line is what the coach is paid for the month.
func (m payDeskMonth) Line() payLine { return m.payLine }

// payDesk shows a coach their own pay.
func (s *Site) payDesk(w http.ResponseWriter, r *http.Request) error {
	own, err := s.Conduct.OwnPay(r.Context(), actor(r))
	if err != nil {
		return err
	}
	c := s.Conduct.Protocol.Cost
	page := payDeskPage{Rate: money(c.Currency, int64(c.HourlyRate*100+0.5)), Currency: c.Currency}
	var total int64
	for _, p := range own {
		page.Months = append(page.Months, payDeskMonth{payMonthOf(p), payLineOf(p, p.Coaches[0])})
		total += p.Coaches[0].Amount
	}
	page.Total = figure(total)
	return s.show(w, r, http.StatusOK, "pay_desk", "Your pay", page)
}
