package study

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

func (c *checker) arms() {
	if len(c.Arms) < 2 {
		c.wrong("arm", "add [[arm]] for each group", "a randomized trial has at least two arms, not %d", len(c.Arms))
	}
	seen, controls, coached := map[string]bool{}, 0, false
	resources := ids(c.Resources, func(r Resource) string { return r.ID })
	for i, a := range c.Arms {
		path := at("arm", i)
		c.id(path+".id", a.ID, seen)
		c.text(path+".name", a.Name, "name")
		c.oneOf(path+".role", string(a.Role), false, string(Intervention), string(Control))
		if c.least(path+".ratio", float64(a.Ratio), 1) {
			c.within(path+".ratio", float64(a.Ratio), 1, 100)
		}
		if a.Role == Control {
			if controls++; controls > 1 {
				c.wrong(path+".role", `the other arms have role = "intervention"`, "there is more than one control arm")
			}
			if a.Coaching {
				c.wrong(path+".coaching", "coaching = false, and [arm.unlock] to open it later", "the control arm may choose a coach at once")
			}
		}
		for j, r := range a.Resources {
			c.refer(at(path, "resources", j), r, "resource", resources)
		}
		c.text(path+".description", a.Description, "description to tell the participant on allocation")
		c.unlock(path+".unlock", a)
		coached = coached || a.Coaching
	}
	if len(c.Arms) > 0 && controls == 0 && !c.unread("arm", "role") {
		c.wrong("arm", `give one arm role = "control"`, "no arm is the control")
	}
	if len(c.Arms) > 0 && !coached && !c.unread("arm", "coaching") {
		c.wrong("arm", "give the intervention arm coaching = true", "no arm may choose a coach on allocation")
	}
}

func (c *checker) unlock(path string, a Arm) {
	u := a.Unlock
	c.least(path+".after_days", float64(u.AfterDays), 0)
	opens := u.AfterVisit != "" || u.AfterDays > 0
	if a.Coaching && opens {
		c.wrong(path, "leave unlock out, or set coaching = false", "coaching is open to arm %q at once; it cannot be unlocked", a.ID)
	}
	if u.AfterVisit != "" && c.refer(path+".after_visit", u.AfterVisit, "visit", c.visitIDs()) {
		v, _ := c.Visit(u.AfterVisit)
		if v.Baseline {
			c.wrong(path+".after_visit", "a visit after allocation", "the visit %q precedes allocation", v.ID)
		}
	}
	end, ok := c.Endpoint()
	if ok && u.AfterDays > 0 && end.Anchor == FromRandomization && u.AfterDays < end.Day+end.WindowAfter+1 {
		c.warn(path+".after_days", fmt.Sprintf("%d or more", end.Day+end.WindowAfter+1),
			"coaching opens to arm %q on day %d, while the window of %q is still open to day %d: late answers would be those of coached people",
			a.ID, u.AfterDays, end.ID, end.Day+end.WindowAfter)
	}
}

func (c *checker) allocation() {
	a := c.Allocation
	c.least("allocation.min_shown", float64(a.MinShown), 0)
	c.oneOf("allocation.blinded_until", a.BlindedUntil, true, "lock")
	if !c.oneOf("allocation.method", string(a.Method), false, string(PermutedBlocks), string(Minimization)) {
		return
	}
	sum := c.RatioSum()
	if a.Method == Minimization {
		c.oneOf("allocation.measure", a.Measure, true, "range", "variance")
		if len(a.BlockSizes) > 0 {
			c.warn("allocation.block_sizes", "leave them out", "minimization has no blocks")
		}
		switch least := 1 / float64(max(len(c.Arms), 1)); {
		case a.Probability <= least || a.Probability > 1:
			c.wrong("allocation.probability", fmt.Sprintf("more than %.2g, at most 1; 0.8 is usual", least), "%v is not the chance of the arm that balances best", a.Probability)
		case a.Probability == 1:
			c.warn("allocation.probability", "less than 1, as 0.8", "with probability 1 every allocation but the first ones can be foreseen")
		}
		if len(c.Strata) == 0 {
			c.wrong("allocation.method", "add [[stratum]], or use permuted blocks", "minimization has no factors to balance")
		}
		return
	}
	if a.Probability != 0 || a.Measure != "" {
		c.warn("allocation", `leave probability and measure out, or set method = "minimization"`, "permuted blocks know no probability and no measure")
	}
	if len(a.BlockSizes) == 0 {
		c.wrong("allocation.block_sizes", fmt.Sprintf("multiples of %d, as [%d, %d]", sum, 2*sum, 3*sum), "there are no block sizes")
	}
	for i, size := range a.BlockSizes {
		path := at("allocation.block_sizes", i)
		switch {
		case size < 1 || size > 1000:
			c.wrong(path, fmt.Sprintf("a multiple of %d, at most 1000", sum), "%d is not a size of a block", size)
		case sum > 0 && size%sum != 0:
			c.wrong(path, fmt.Sprintf("a multiple of %d, as %d", sum, (size/sum+1)*sum), "a block of %d cannot keep the allocation ratio %s", size, c.ratio())
		case slices.Index(a.BlockSizes, size) < i:
			c.wrong(path, "name each size once", "the block size %d is named twice", size)
		}
	}
	if len(a.BlockSizes) == 1 {
		c.warn("allocation.block_sizes", fmt.Sprintf("add a second size, as [%d, %d]", a.BlockSizes[0], a.BlockSizes[0]+sum),
			"with blocks of %d only, the last allocations of each block can be foreseen", a.BlockSizes[0])
	}
}

// ratio writes the allocation ratio: "1:1".
func (c *checker) ratio() string {
	return strings.Join(ids(c.Arms, func(a Arm) string { return fmt.Sprint(a.Ratio) }), ":")
}

func (c *checker) strata() {
	seen := map[string]bool{}
	for i, s := range c.Strata {
		path := at("stratum", i)
		c.id(path+".id", s.ID, seen)
		c.text(path+".name", s.Name, "name")
		c.least(path+".weight", float64(s.Weight), 0)
		if s.Weight > 0 && c.Allocation.Method == PermutedBlocks {
			c.warn(path+".weight", "leave it out", "permuted blocks do not weigh factors")
		}
		codes, ok := c.item(path+".item", s.Item)
		if form, _, _ := strings.Cut(s.Item, "."); ok && !c.askedFirst(form) {
			c.wrong(path+".item", fmt.Sprintf("add %q to the forms of a visit with baseline = true, for all and not optional", form),
				"%s is not asked of everybody before allocation", s.Item)
		}
		if ok && len(codes) == 0 {
			c.wrong(path+".item", "an item with codes to choose from", "%s has no codes that levels could be made of", s.Item)
			ok = false
		}
		c.levels(path, s, codes, ok)
	}
}

// levels checks that the levels of a factor divide its item's codes among them: every code in one level.
func (c *checker) levels(path string, s Stratum, codes []string, known bool) {
	if len(s.Levels) < 2 {
		c.wrong(path+".level", "at least two, or leave the factor out", "the factor %q has %d levels", s.ID, len(s.Levels))
	}
	seen, owner := map[string]bool{}, map[string]string{}
	stated, sum := 0, 0.0
	for j, l := range s.Levels {
		level := at(path, "level", j)
		c.id(level+".id", l.ID, seen)
		c.text(level+".name", l.Name, "name")
		for k, code := range l.Answers() {
			place := at(level, "codes", k)
			if len(l.Codes) == 0 {
				place = level + ".id"
			}
			if known && !slices.Contains(codes, code) {
				right := "its codes are " + quotedList(codes)
				if near := nearest(code, codes); near != "" {
					right = fmt.Sprintf("did you mean %q? Its codes are %s", near, quotedList(codes))
				}
				c.wrong(place, right, "%q is never asked for: %s has no such code", code, s.Item)
			} else if owner[code] != "" {
				c.wrong(place, "a code belongs to one level", "the code %q belongs to the level %q already", code, owner[code])
			}
			owner[code] = l.ID
		}
		if c.within(level+".expected", l.Expected, 0, 1) && l.Expected > 0 {
			stated++
			sum += l.Expected
		}
	}
	for _, code := range codes {
		if known && owner[code] == "" && len(s.Levels) > 0 {
			c.wrong(path+".level", fmt.Sprintf("add a level for it, or put it into the codes of one: codes = [..., %q]", code),
				"the answer %q of %s belongs to no level: who gives it could not be randomized", code, s.Item)
		}
	}
	switch {
	case stated == len(s.Levels) && stated > 0 && math.Abs(sum-1) > 0.01:
		c.wrong(path+".level", "shares that add up to 1", "the expected shares of %q add up to %.3g", s.ID, sum)
	case stated > 0 && stated < len(s.Levels):
		c.warn(path+".level", "state all shares or none", "only %d of %d levels of %q state an expected share, so empty strata cannot be foreseen", stated, len(s.Levels), s.ID)
	}
}

// cells warns of strata that are likely to stay empty or not to fill their first block: they cannot balance anything.
func (c *checker) cells() {
	if c.Allocation.Method != PermutedBlocks || len(c.Strata) == 0 || len(c.Allocation.BlockSizes) == 0 || c.Enrolment.Cap < 1 {
		return
	}
	block := slices.Min(c.Allocation.BlockSizes)
	const advice = "collapse rare levels into one, leave a factor out, or use minimization"
	count := 1
	for _, s := range c.Strata {
		if count *= max(len(s.Levels), 1); count > 1000 {
			c.warn("stratum", advice, "the factors make more than 1000 strata for %d participants", c.Enrolment.Cap)
			return
		}
	}
	cells := c.Cells()
	if cells[0].Expected < 0 && len(cells)*block > c.Enrolment.Cap {
		c.warn("stratum", advice, "%d strata with blocks of %d or more need %d participants to fill one block each; there are %d places",
			len(cells), block, len(cells)*block, c.Enrolment.Cap)
	}
	for _, cell := range cells {
		expected := cell.Expected * float64(c.Enrolment.Cap)
		if cell.Expected < 0 || expected >= float64(block) {
			continue
		}
		empty := math.Pow(1-cell.Expected, float64(c.Enrolment.Cap))
		fate := fmt.Sprintf("fewer than its first block of %d", block)
		if empty >= 0.05 {
			fate += fmt.Sprintf("; with probability %.2f it stays empty", empty)
		}
		c.warn(c.rarest(cell), advice, "the stratum %s expects %.1f of %d participants, %s: blocks cannot balance it",
			strings.Join(cell.Levels, " / "), expected, c.Enrolment.Cap, fate)
	}
}

// rarest gives the path of the level that makes a cell small.
func (c *checker) rarest(cell Cell) string {
	path, least := "stratum", math.Inf(1)
	for i, s := range c.Strata {
		for j, l := range s.Levels {
			if l.ID == cell.Levels[i] && l.Expected < least {
				path, least = at("stratum", i, "level", j, "expected"), l.Expected
			}
		}
	}
	return path
}
