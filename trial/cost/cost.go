// Package cost is what the programme costs for each participant, and how that compares with another.
//
// It knows hours, stipends and heads, not people. It serves the paper's "The cost of coaching per participant was calculated in
// 2 ways": with training, to see what a start costs, and without, to see what running costs; here for three denominators, because
// the choice of denominator moves the answer more than anything else.
//
// With H the paid hours and r the hourly rate,
//
//	ongoing  = r*H + lines that are not training
//	training = (stipends + training lines) / amortisation
//	per head = ongoing/N and (ongoing + training)/N,   N = randomized, started, completed
package cost

import (
	"math"

	"rekindle/problem"
	"rekindle/trial/study"
)

// Counts is what was used and by how many. Hours are paid hours, minutes/60: of sessions held by the protocol's basis, plus the
// paid share of missed ones, as session.Billed gives them.
type Counts struct {
	Hours       float64
	ActualHours float64 // really held, to stand beside
	BookedHours float64 // planned minutes of the sessions held, to stand beside
	Coaches     int     // trained, whether they coached or not
	Incentives  float64 // cost of those issued, in the protocol's currency

	Randomized, Started, Completed int // participants of the arms that had coaching
}

// Line is one line of the account.
type Line struct {
	Name     string
	Quantity float64 // hours, coaches, participants; 1 for the programme
	Price    float64
	Amount   float64
	Training bool
}

// Head is the cost per participant for one denominator.
type Head struct {
	Denominator string // "randomized", "started", "completed"
	N           int
	Ongoing     float64  // without training
	Full        float64  // with training
	Training    float64  // Full - Ongoing
	VsOngoing   *float64 // Ongoing - benchmark: negative is a saving; nil: no benchmark
	VsFull      *float64 // Full - benchmark
	BreakEven   *int     // least N at which training is paid for by the saving; nil: no benchmark, or never
}

// Account is the cost of the programme.
type Account struct {
	Currency string
	Lines    []Line
	Ongoing  float64
	Training float64
	Total    float64
	Heads    []Head   // those with N > 0
	Hourly   float64  // all ongoing cost for each paid hour; 0 without hours
	Bench    *float64 // the benchmark's cost for each hour; nil: unknown
	Counts   Counts
}

// Add gives the account. Counts below zero, or numbers that are none, are refused.
func Add(c study.Cost, n Counts) (Account, error) {
	for field, x := range map[string]float64{"hours": n.Hours, "actual hours": n.ActualHours, "booked hours": n.BookedHours, "incentives": n.Incentives,
		"coaches": float64(n.Coaches), "randomized": float64(n.Randomized), "started": float64(n.Started), "completed": float64(n.Completed)} {
		if math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
			return Account{}, problem.New(problem.Invalid, "%g cannot be counted", x).On("%s", field).Instead("Give a number that is not negative.")
		}
	}
	a := Account{Currency: c.Currency, Counts: n}
	add := func(name string, quantity, price float64, training bool) {
		l := Line{Name: name, Quantity: quantity, Price: price, Amount: quantity * price, Training: training}
		if l.Amount == 0 {
			return
		}
		a.Lines = append(a.Lines, l)
		if training {
			a.Training += l.Amount
		} else {
			a.Ongoing += l.Amount
		}
	}
	add("Coaching hours", n.Hours, c.HourlyRate, false)
	add("Training stipends", float64(n.Coaches), c.Stipend, true)
	add("Incentives", 1, n.Incentives, false)
	for _, l := range c.Lines {
		quantity, err := each(l.Each, n)
		if err != nil {
			return Account{}, err
		}
		add(l.Name, quantity, l.Amount, l.Training)
	}
	a.Training /= float64(max(1, c.Amortisation))
	a.Total = a.Ongoing + a.Training
	if n.Hours > 0 {
		a.Hourly = a.Ongoing / n.Hours
	}
	if c.Benchmark > 0 && c.BenchmarkHours > 0 {
		a.Bench = new(c.Benchmark / c.BenchmarkHours)
	}
	for _, d := range []struct {
		name string
		n    int
	}{{"randomized", n.Randomized}, {"started", n.Started}, {"completed", n.Completed}} {
		if d.n > 0 {
			a.Heads = append(a.Heads, head(d.name, d.n, a, c.Benchmark))
		}
	}
	return a, nil
}

// each gives the quantity of a further line. A cost for each participant is one for each who started.
func each(kind string, n Counts) (float64, error) {
	switch kind {
	case "programme":
		return 1, nil
	case "coach":
		return float64(n.Coaches), nil
	case "participant":
		return float64(n.Started), nil
	case "hour":
		return n.Hours, nil
	}
	return 0, problem.New(problem.Invalid, "%q is not what a cost can be counted by", kind).On("cost.line.each").Instead("programme, coach, participant or hour.")
}

func head(name string, n int, a Account, benchmark float64) Head {
	h := Head{Denominator: name, N: n, Ongoing: a.Ongoing / float64(n), Full: a.Total / float64(n), Training: a.Training / float64(n)}
	if benchmark > 0 {
		h.VsOngoing, h.VsFull = new(h.Ongoing-benchmark), new(h.Full-benchmark)
		h.BreakEven = breakEven(a.Training, benchmark-h.Ongoing)
	}
	return h
}

// breakEven is the least number of participants whose savings pay for the training: ceil(training / saving). Without a saving
// there is none.
func breakEven(training, saving float64) *int {
	if saving <= 0 {
		return nil
	}
	n := training / saving
	if n > math.MaxInt32 {
		return nil
	}
	// A quotient that is whole but for rounding must not be one too high.
	return new(int(math.Ceil(n - 1e-9*n)))
}
