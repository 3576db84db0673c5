package study

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
)

func (c *checker) enrolment() {
	e := c.Enrolment
	for key, day := range map[string]Date{"opens": e.Opens, "closes": e.Closes} {
		if day.IsZero() {
			c.wrong(at("enrolment", key), fmt.Sprintf("write %s = 2026-01-31", key), "there is no day on which enrolment %s", key)
		}
	}
	dated := !e.Opens.IsZero() && !e.Closes.IsZero()
	if dated && e.Closes.Before(e.Opens.Time) {
		c.wrong("enrolment.closes", "a day on or after "+e.Opens.String(), "enrolment closes on %s, before it opens", e.Closes)
		dated = false
	}
	c.least("enrolment.cap", float64(e.Cap), 1)
	c.least("enrolment.goal", float64(e.Goal), 0)
	c.least("enrolment.invitations", float64(e.Invitations), 0)
	if e.Cap > 0 && e.Goal > e.Cap {
		c.wrong("enrolment.goal", fmt.Sprintf("at most the cap, %d, or a higher cap", e.Cap), "the goal of %d can never be reached", e.Goal)
	}
	if e.Invitations > 0 && e.Invitations < e.Cap {
		c.warn("enrolment.invitations", "invite more people, or lower the cap", "%d invitations cannot fill %d places", e.Invitations, e.Cap)
	}
	for i, day := range e.Announcements {
		path := at("enrolment.announcements", i)
		if c.least(path, float64(day), 0) && dated && e.Opens.After(day).Time.After(e.Closes.Time) {
			c.wrong(path, fmt.Sprintf("at most %d", days(e.Opens, e.Closes)), "day %d is after enrolment has closed", day)
		}
		if i > 0 && day <= e.Announcements[i-1] {
			c.wrong(path, "days in rising order", "day %d does not come after day %d", day, e.Announcements[i-1])
		}
	}
	c.power()
}

// days counts the days from one date to another.
func days(from, to Date) int { return int(math.Round(to.Sub(from.Time).Hours() / 24)) }

// power compares the power statement with what the goal gives: two groups compared by a two-sided z test without
// adjustment, power = Phi(d sqrt(n1 n0 / (n1 + n0)) - z(1 - alpha/2)) for a difference of d SD.
func (c *checker) power() {
	e := c.Enrolment
	if !c.within("enrolment.power", e.Power, 0, 0.9999) || !c.least("enrolment.detectable", e.Detectable, 0) {
		return
	}
	if (e.Power > 0) != (e.Detectable > 0) {
		c.wrong("enrolment.power", "give power, detectable and goal together, or none of them", "a power statement needs a power and a detectable difference")
		return
	}
	n1, n0, ok := c.compared(e.Goal)
	if e.Power == 0 || e.Goal <= 0 || !ok || c.Analysis.Alpha <= 0 || c.Analysis.Alpha >= 1 {
		return
	}
	z := math.Sqrt2 * math.Erfinv(1-c.Analysis.Alpha)
	got := phi(e.Detectable*math.Sqrt(n1*n0/(n1+n0)) - z)
	if got >= e.Power-0.005 {
		return
	}
	want := (z + math.Sqrt2*math.Erfinv(2*e.Power-1)) / e.Detectable
	need := want * want * (n1 + n0) * (n1 + n0) / (n1 * n0) * float64(e.Goal) / (n1 + n0)
	c.warn("enrolment.goal", fmt.Sprintf("about %d participants would, or fewer with adjustment for the baseline score", int(math.Ceil(need))),
		"a goal of %d gives %.0f%% power, not %.0f%%, for a difference of %v SD without adjustment for baseline", e.Goal, 100*got, 100*e.Power, e.Detectable)
}

// phi is the standard normal distribution function.
func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// compared divides n by the allocation ratio and gives the two arms of the first contrast.
func (c *checker) compared(n int) (n1, n0 float64, ok bool) {
	if len(c.Analysis.Contrasts) == 0 || c.RatioSum() <= 0 {
		return 0, 0, false
	}
	arm, ok1 := c.Arm(c.Analysis.Contrasts[0].Arm)
	versus, ok0 := c.Arm(c.Analysis.Contrasts[0].Versus)
	each := float64(n) / float64(c.RatioSum())
	return each * float64(arm.Ratio), each * float64(versus.Ratio), ok1 && ok0 && arm.Ratio > 0 && versus.Ratio > 0
}

func (c *checker) eligibility() {
	seen := map[string]bool{}
	for i, e := range c.Eligibility {
		path := at("eligibility", i)
		c.id(path+".id", e.ID, seen)
		c.text(path+".text", e.Text, "text of the criterion")
		switch {
		case e.Item == "" && e.Equals != "":
			c.wrong(path+".item", "name a roster column or form.item, or leave equals out", "equals = %q has nothing to be compared with", e.Equals)
		case e.Item == "":
		case e.Equals == "":
			c.wrong(path+".equals", "the answer that makes a person eligible", "the answer to %q is not said", e.Item)
		case strings.Contains(e.Item, "."):
			codes, ok := c.item(path+".item", e.Item)
			if ok && len(codes) > 0 {
				c.refer(path+".equals", e.Equals, "code of "+e.Item, codes)
			}
			if form, _, _ := strings.Cut(e.Item, "."); ok && !c.askedFirst(form) {
				c.wrong(path+".item", "add the form to a baseline visit", "%s is not asked of everybody before allocation", e.Item)
			}
		}
	}
}

func (c *checker) consent() {
	if len(c.Consent) == 0 {
		c.wrong("consent", "add [[consent]] with version, effective and text", "there is no consent text")
		return
	}
	seen := map[string]bool{}
	for i, v := range c.Consent {
		path := at("consent", i)
		if c.text(path+".version", v.Version, "version") && seen[v.Version] {
			c.wrong(path+".version", "give each text a version of its own", "version %q is used twice", v.Version)
		}
		seen[v.Version] = true
		c.text(path+".text", v.Text, "consent text")
		if v.Safety && c.Contact.Safety == "" {
			c.wrong(path+".safety", "name one in contact.safety, or leave the key out", "there is no safety contact to tell")
		}
		if v.Effective.IsZero() {
			c.wrong(path+".effective", "write effective = 2026-01-31", "there is no day from which version %q holds", v.Version)
		} else if i > 0 && !v.Effective.After(0).Time.After(c.Consent[i-1].Effective.Time) {
			c.wrong(path+".effective", "list versions in the order of their days", "version %q takes effect on %s, not after version %q (%s)",
				v.Version, v.Effective, c.Consent[i-1].Version, c.Consent[i-1].Effective)
		}
		for j, q := range v.Questions {
			question := at(path, "question", j)
			c.text(question+".text", q.Text, "question")
			if len(q.Choices) < 2 {
				c.wrong(question+".choices", "at least two", "there are %d choices", len(q.Choices))
			} else if q.Answer < 0 || q.Answer >= len(q.Choices) {
				c.wrong(question+".answer", fmt.Sprintf("the right choice, counted from 0: 0 to %d", len(q.Choices)-1), "there is no choice %d", q.Answer)
			}
		}
	}
	first := slices.MinFunc(c.Consent, func(a, b Consent) int { return a.Effective.Compare(b.Effective.Time) }).Effective
	if opens := c.Enrolment.Opens; !first.IsZero() && !opens.IsZero() && first.Time.After(opens.Time) {
		c.wrong("consent.0.effective", "on or before "+opens.String(), "enrolment opens on %s, before any consent text holds (%s)", opens, first)
	}
}

func (c *checker) resources() {
	seen, used, urgent := map[string]bool{}, map[string]bool{}, false
	for _, a := range c.Arms {
		for _, id := range a.Resources {
			used[id] = true
		}
	}
	for i, r := range c.Resources {
		path := at("resource", i)
		c.id(path+".id", r.ID, seen)
		c.text(path+".title", r.Title, "title")
		c.url(path+".url", r.URL)
		if r.Text == "" && r.URL == "" {
			c.wrong(path+".text", "a text, a url or both", "the resource %q says nothing", r.ID)
		}
		urgent = urgent || r.Urgent
		if !r.Urgent && !used[r.ID] {
			c.warn(path+".id", "name it in an arm's resources, or mark it urgent = true", "no arm is sent the resource %q", r.ID)
		}
	}
	if !urgent {
		c.warn("resource", "add a resource with urgent = true: whom to call, at any hour", "no help is always within reach of participants")
	}
}

func (c *checker) url(path, address string) {
	if address == "" {
		return
	}
	u, err := url.Parse(address)
	if err != nil || !slices.Contains([]string{"https", "http", "mailto", "tel"}, u.Scheme) || u.Host == "" && u.Opaque == "" {
		c.wrong(path, `a full address, as "https://example.org/help"`, "%q is not a web address", address)
	}
}
