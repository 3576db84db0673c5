package study

import (
	"fmt"
	"slices"
)

func (c *checker) populations() {
	if len(c.Populations) == 0 {
		c.wrong("population", `add [[population]] with rule = "all-randomized"`, "there is no analysis population")
		return
	}
	seen, defaults, all := map[string]bool{}, 0, false
	for i, s := range c.Populations {
		path := at("population", i)
		c.id(path+".id", s.ID, seen)
		c.text(path+".name", s.Name, "name")
		c.oneOf(path+".rule", string(s.Rule), false, string(AllRandomized), string(ReceivedOrControl), string(PerProtocol))
		switch {
		case s.Rule == AllRandomized:
			all = true
			if s.MinSessions != 0 {
				c.wrong(path+".min_sessions", "leave it out", "all who were randomized belong to %q, whatever their sessions", s.ID)
			}
		case s.MinSessions < 1:
			c.wrong(path+".min_sessions", "1 or more", "the rule asks for sessions held, and %d are asked for", s.MinSessions)
		case s.MinSessions > len(c.Coaching.Sessions):
			c.wrong(path+".min_sessions", fmt.Sprintf("at most %d", len(c.Coaching.Sessions)), "%d sessions are more than are planned", s.MinSessions)
		}
		if s.Default {
			if defaults++; defaults > 1 {
				c.wrong(path+".default", "one population leads", "more than one population leads the tables")
			}
		}
	}
	if defaults == 0 && !c.unread("population", "default") {
		c.wrong("population", "give one default = true", "no population leads the tables")
	}
	if !all {
		c.warn("population", `add one with rule = "all-randomized"`, "no population is everybody as randomized, so the comparison that chance protects is missing")
	}
}

func (c *checker) outcomes() {
	if len(c.Outcomes) == 0 {
		c.wrong("outcome", "add [[outcome]] for each score", "there is no outcome")
		return
	}
	seen, columns, primaries := map[string]bool{}, map[string]bool{}, 0
	for i, o := range c.Outcomes {
		path := at("outcome", i)
		twice := seen[o.ID]
		c.id(path+".id", o.ID, seen)
		c.text(path+".name", o.Name, "name")
		c.within(path+".decimals", float64(o.Decimals), 0, 6)
		c.least(path+".mid", o.MID, 0)
		if column := o.InFile(); columns[column] && !twice {
			c.wrong(path+".column", "a column of its own", "the column %q is used by another outcome", column)
		} else {
			columns[column] = true
		}
		if o.Primary {
			if primaries++; primaries > 1 {
				c.wrong(path+".primary", "one outcome is primary", "there is more than one primary outcome")
			}
		}
		c.score(path, o)
	}
	if primaries == 0 && !c.unread("outcome", "primary") {
		c.wrong("outcome", "give one primary = true", "no outcome is primary")
	}
}

// score checks where an outcome comes from.
func (c *checker) score(path string, o Outcome) {
	directed := c.oneOf(path+".direction", o.Direction, false, HigherBetter, HigherWorse)
	if !c.refer(path+".instrument", o.Instrument, "instrument", names(c.catalogue)) {
		return
	}
	facts := c.catalogue[o.Instrument]
	if o.Score == "" {
		c.wrong(path+".score", "one of "+quotedList(names(facts.Scores)), "the outcome %q has no score", o.ID)
	} else if c.refer(path+".score", o.Score, "score of "+o.Instrument, names(facts.Scores)) {
		score := facts.Scores[o.Score]
		if right := "higher " + score.HigherMeans; directed && score.HigherMeans != "" && right != o.Direction {
			c.wrong(path+".direction", fmt.Sprintf("%q", right), "%q contradicts the instrument: a higher %s is %s", o.Direction, o.Score, score.HigherMeans)
		}
		if score.Highest > score.Lowest && o.MID >= score.Highest-score.Lowest {
			c.wrong(path+".mid", "points of the score", "a smallest important difference of %v is no smaller than the whole range, %v to %v", o.MID, score.Lowest, score.Highest)
		}
	}
	if o.Cutoff != "" {
		c.refer(path+".cutoff", o.Cutoff, "cut-off of "+o.Instrument, facts.Cutoffs)
	}
	for _, role := range []struct{ key, id string }{{"baseline", c.Analysis.Baseline}, {"endpoint", c.Analysis.Endpoint}} {
		if v, ok := c.Visit(role.id); ok && !v.asked(o.Instrument) && c.known(v) {
			c.wrong(path+".instrument", fmt.Sprintf("add it to the forms of %q, for all", v.ID), "%q is not asked of everybody at the %s visit %q", o.Instrument, role.key, v.ID)
		}
	}
}

// known reports whether all instruments of a visit exist; where one does not, it may be the one that is missed.
func (c *checker) known(v Visit) bool {
	return !slices.ContainsFunc(v.Forms, func(f Form) bool { _, ok := c.catalogue[f.Instrument]; return !ok })
}
