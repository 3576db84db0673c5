package simulation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"rekindle/trial/coach"
	"rekindle/trial/instrument"
	"rekindle/trial/study"
)

// person is one simulated physician: what they are like and what they will do, drawn before anybody knows their arm.
type person struct {
	name, email string
	zone        string
	interested  bool    // will answer the announcement
	wave        int     // the announcement that moves them, from 0
	delay       float64 // days from that announcement to opening the link

	rng     *rand.Rand
	state   latent // at the visit answered last
	visits  int    // visits lived through
	traits  instrument.Answers
	starter bool               // will choose a coach and come, if allowed to
	most    int                // sessions after which they stop
	pace    float64            // days from being allowed to choosing a coach
	answers map[string]float64 // uniform number that decides response, by visit

	// What has happened to them.
	arm     string
	coach   coach.Code
	tries   int      // to find a coach
	booked  []string // sessions
	held    int
	stopped bool
	goal    string // being pursued
	level   int    // reached so far
	weekly  string // goal of this week
}

// stream gives the source of a person, a coach or an event, by a number of its own.
func stream(seed, kind, number uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed^0x9e3779b97f4a7c15*(kind+1), number+1))
}

const (
	ofPeople = iota
	ofCoaches
	ofCourse
	ofWishes
	ofCoaching
)

// people draws the invited: Enrolment.Invitations of them, of whom Arrival.Interested will come.
func people(p *study.Protocol, seed uint64) []*person {
	m := model()
	sim := p.Simulation
	all := make([]*person, max(p.Enrolment.Invitations, sim.Arrival.Interested, 1))
	order := stream(seed, ofCourse, 0).Perm(len(all))
	for rank, i := range order {
		rng := stream(seed, ofPeople, uint64(i))
		who := &person{rng: rng, zone: p.Timezone, interested: rank < sim.Arrival.Interested}
		who.name, who.email = named(rng, i)
		all[i] = who
		if !who.interested {
			continue
		}
		who.wave = pick(rng, sim.Arrival.Shares)
		who.delay = rng.ExpFloat64() * sim.Arrival.MeanDays
		who.state = m.first(rng)
		who.traits = traits(p, rng)
		who.most = len(p.Coaching.Sessions)
		if rng.Float64() < sim.FewSessions {
			who.most = 1 + rng.IntN(max(min(sim.FewUpTo, len(p.Coaching.Sessions)), 1))
		}
		who.pace = 0.5 + rng.ExpFloat64()*4
		who.answers = map[string]float64{}
		for _, v := range p.Visits {
			who.answers[v.ID] = rng.Float64()
		}
	}
	decideStarters(all, sim.NonStarters)
	return all
}

// burden is what the research saw in those who never started: more strain at home, less care for themselves, a worse life.
func (m *population) burden(s latent) float64 {
	return (s.f[m.index["IWPR"]] - s.f[m.index["SVS"]] - s.f[m.index["QOL"]]) / math.Sqrt(3)
}

// decideStarters says who would not start: a share, with odds that rise by exp(0.6) for each SD of burden. The intercept is
// found so that the expected share is the protocol's.
func decideStarters(all []*person, share float64) {
	const slope = 0.6
	m := model()
	chance := func(a float64, who *person) float64 { return 1 / (1 + math.Exp(-a-slope*m.burden(who.state))) }
	lo, hi := -20.0, 20.0
	for range 60 {
		a := (lo + hi) / 2
		sum, n := 0.0, 0
		for _, who := range all {
			if who.interested {
				sum += chance(a, who)
				n++
			}
		}
		if sum < share*float64(n) {
			lo = a
		} else {
			hi = a
		}
	}
	for _, who := range all {
		if who.interested {
			who.starter = share <= 0 || who.rng.Float64() >= chance(lo, who)
		}
	}
}

// pick draws an index with the chances given; they need not sum to 1.
func pick(rng *rand.Rand, shares []float64) int {
	total := 0.0
	for _, s := range shares {
		total += s
	}
	u := rng.Float64() * total
	for i, s := range shares {
		if u -= s; u < 0 {
			return i
		}
	}
	return max(len(shares)-1, 0)
}

// code draws a code with the chances given, in the order of the item's codes, so that a map's order decides nothing.
func code(rng *rand.Rand, codes []string, shares map[string]float64) string {
	weights := make([]float64, len(codes))
	any := false
	for i, c := range codes {
		weights[i] = shares[c]
		any = any || weights[i] > 0
	}
	if !any {
		return codes[rng.IntN(len(codes))]
	}
	return codes[pick(rng, weights)]
}

// traits answers the unscored forms from the protocol's distributions.
func traits(p *study.Protocol, rng *rand.Rand) instrument.Answers {
	out := instrument.Answers{}
	for _, c := range p.Simulation.Characteristics {
		in, ok := instrument.OfItem(c.Item)
		if !ok {
			continue
		}
		item, _ := in.FindItem(c.Item)
		out[c.Item] = drawItem(rng, item, c)
	}
	return out
}

func drawItem(rng *rand.Rand, item *instrument.Item, c study.Characteristic) instrument.Answer {
	switch item.Scale.Kind {
	case instrument.Number, instrument.VAS:
		// A gamma distribution has the mean and SD asked for and stays positive, as years do.
		x := c.Mean
		if c.SD > 0 && c.Mean > 0 {
			x = gamma(rng, (c.Mean/c.SD)*(c.Mean/c.SD)) * c.SD * c.SD / c.Mean
		}
		return instrument.Whole(int(math.Round(min(max(x, item.Scale.Low), item.Scale.High))))
	case instrument.SelectAll:
		var chosen []string
		for _, k := range item.Scale.Allowed() {
			if rng.Float64() < c.Shares[k] {
				chosen = append(chosen, k)
			}
		}
		if len(chosen) == 0 { // everybody has at least one
			chosen = []string{code(rng, item.Scale.Allowed(), c.Shares)}
		}
		return instrument.Select(chosen...)
	default:
		return instrument.Answer(code(rng, item.Scale.Allowed(), c.Shares))
	}
}

// gamma draws with shape k and scale 1 (Marsaglia and Tsang 2000, doi:10.1145/358407.358414).
func gamma(rng *rand.Rand, k float64) float64 {
	if k < 1 {
		return gamma(rng, k+1) * math.Pow(rng.Float64(), 1/k)
	}
	d := k - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v *= v * v
		if math.Log(1-rng.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// live carries the person to the next visit.
func (who *person) live() {
	who.visits++
	who.state = model().later(who.rng, who.state)
}

// seen is the latent state with what time changed in everybody after the baseline, and what coaching changed in those who had any.
func (who *person) seen(p *study.Protocol) latent {
	if who.visits == 0 {
		return who.state
	}
	s := latent{f: slices.Clone(who.state.f), e: who.state.e}
	for i, c := range model().Constructs {
		s.f[i] += p.Simulation.Drift[c.ID]
		if who.held > 0 {
			s.f[i] += p.Simulation.Effect[c.ID]
		}
	}
	return s
}

// fill answers a form: an instrument of the population model, a form of characteristics, themes or fidelity. An instrument
// that the model does not know is answered by an even draw of its codes.
func (who *person) fill(p *study.Protocol, in *instrument.Instrument) instrument.Answers {
	out := instrument.Answers{}
	codes, known := model().answers(who.rng, who.seen(p), in)
	for _, item := range in.Items {
		switch {
		case known:
			out[item.ID] = instrument.Whole(codes[item.ID])
		case who.traits[item.ID] != "":
			out[item.ID] = who.traits[item.ID]
		case item.Scale.Kind == instrument.Text:
			continue
		default:
			out[item.ID] = drawItem(who.rng, item, who.told(p, in, item))
		}
		if !item.Required && who.rng.Float64() < p.Simulation.ItemMissing {
			delete(out, item.ID)
		}
	}
	return out
}

// told gives the chances of the answers about the coaching.
func (who *person) told(p *study.Protocol, in *instrument.Instrument, item *instrument.Item) study.Characteristic {
	c := study.Characteristic{Item: item.ID, Shares: p.Simulation.Fidelity[item.ID]}
	if in.ID == p.Coaching.Themes && item.Scale.Kind == instrument.SelectAll {
		c.Shares = p.Simulation.Themes
	}
	if item.Scale.Kind == instrument.Number || item.Scale.Kind == instrument.VAS {
		c.Mean = item.Scale.Low + who.rng.Float64()*(item.Scale.High-item.Scale.Low)
	}
	return c
}

// Names are put together from parts; any likeness to a person is chance. Addresses are under example.org.
var (
	givenNames  = []string{"Ada", "Bela", "Chidi", "Dalia", "Emre", "Farah", "Gwen", "Hiro", "Ines", "Jonas", "Kavya", "Liam", "Mira", "Noor", "Oskar", "Priya", "Quinn", "Rosa", "Samir", "Talia", "Uma", "Viktor", "Wren", "Ximena", "Yusuf", "Zora"}
	familyNames = []string{"Abara", "Bergstrom", "Castellan", "Dvorin", "Eastlake", "Farrow", "Greaves", "Halloran", "Ishikawa", "Jovanet", "Kessling", "Lindqvist", "Marchetti", "Nakashima", "Okafor", "Pemberly", "Quintero", "Rasmuson", "Solberg", "Tanaka", "Ustinov", "Valdez", "Whitlock", "Xavierson", "Yarrow", "Zeller"}
)

func named(rng *rand.Rand, number int) (name, email string) {
	given, family := givenNames[rng.IntN(len(givenNames))], familyNames[rng.IntN(len(familyNames))]
	return "Dr " + given + " " + family, fmt.Sprintf("%s.%s.%s@example.org", lower(given), lower(family), strconv.Itoa(number+1))
}

func lower(s string) string {
	b := slices.Clone([]byte(s))
	b[0] |= 0x20
	return string(b)
}
