package study

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// sensitivities lists the sensitivity analyses that a plan may ask for.
var sensitivities = []string{"kenward-roger", "mmrm", "clda", "coach", "mi", "j2r", "tipping-point", "cace", "responder", "randomization-test"}

func (c *checker) analysis() {
	a := c.Analysis
	if a.Alpha <= 0 || a.Alpha >= 1 {
		c.wrong("analysis.alpha", "between 0 and 1, as 0.05", "%v is not a level of significance", a.Alpha)
	}
	if a.Confidence <= 0 || a.Confidence >= 1 {
		c.wrong("analysis.confidence", "between 0 and 1, as 0.95", "%v is not a level of confidence", a.Confidence)
	} else if a.Alpha > 0 && a.Alpha < 1 && math.Abs(a.Alpha+a.Confidence-1) > 1e-9 {
		c.warn("analysis.confidence", fmt.Sprintf("%.4g", 1-a.Alpha), "intervals of %v do not match tests at alpha %v", a.Confidence, a.Alpha)
	}
	if c.refer("analysis.baseline", a.Baseline, "visit", c.visitIDs()) {
		if v, _ := c.Visit(a.Baseline); !v.Baseline {
			c.wrong("analysis.baseline", "a visit with baseline = true", "the visit %q does not precede allocation", v.ID)
		}
	}
	if c.refer("analysis.endpoint", a.Endpoint, "visit", c.visitIDs()) {
		if v, _ := c.Visit(a.Endpoint); v.Baseline {
			c.wrong("analysis.endpoint", "a visit after allocation", "the visit %q precedes allocation", v.ID)
		}
	}
	if !slices.Contains(a.Random, "participant") {
		c.wrong("analysis.random", `["participant"]`, "repeated answers of one participant are correlated; the model needs a random effect for it")
	}
	for i, r := range a.Random {
		c.oneOf(at("analysis.random", i), r, false, "participant", "coach")
	}
	c.oneOf("analysis.estimation", a.Estimation, false, "reml", "ml")
	c.oneOf("analysis.degrees_of_freedom", a.DF, false, "satterthwaite", "kenward-roger", "containment", "normal")
	if a.DF == "kenward-roger" && a.Estimation == "ml" {
		c.wrong("analysis.estimation", `"reml"`, "Kenward-Roger degrees of freedom are defined for REML only")
	}
	c.oneOf("analysis.marginal_weights", a.Weights, false, "proportional", "equal")
	c.oneOf("analysis.multiplicity", a.Multiplicity, false, "none", "bonferroni", "holm", "hochberg", "hommel", "bh", "by")
	for i, s := range a.Sensitivity {
		path := at("analysis.sensitivity", i)
		if c.oneOf(path, s, false, sensitivities...) && slices.Index(a.Sensitivity, s) < i {
			c.wrong(path, "name each once", "%q is named twice", s)
		}
		if s == "responder" && !slices.ContainsFunc(c.Outcomes, func(o Outcome) bool { return o.Cutoff != "" }) {
			c.wrong(path, "name a cutoff in an outcome", "a responder analysis needs a cut-off, and no outcome has one")
		}
	}
	c.covariates()
}

func (c *checker) covariates() {
	seen := map[string]bool{}
	for i, v := range c.Analysis.Covariates {
		path := at("analysis.covariate", i)
		c.id(path+".id", v.ID, seen)
		c.text(path+".name", v.Name, "name")
		var codes []string
		switch {
		case (v.Stratum == "") == (v.Item == ""):
			c.wrong(path, "name one of them", "the covariate %q comes from a stratum or from an item", v.ID)
			continue
		case v.Stratum != "":
			if !c.refer(path+".stratum", v.Stratum, "stratum", ids(c.Strata, func(s Stratum) string { return s.ID })) {
				continue
			}
			s, _ := c.Stratum(v.Stratum)
			codes = ids(s.Levels, func(l Level) string { return l.ID })
		default:
			var ok bool
			if codes, ok = c.item(path+".item", v.Item); !ok {
				continue
			}
			if form, _, _ := strings.Cut(v.Item, "."); !c.askedFirst(form) {
				c.wrong(path+".item", "add the form to a baseline visit", "%s is not asked of everybody before allocation", v.Item)
			}
		}
		c.cover(path, v, codes)
	}
	for _, s := range c.Strata {
		if !slices.ContainsFunc(c.Analysis.Covariates, func(v Covariate) bool { return v.Stratum == s.ID || v.Item == s.Item }) {
			c.warn("analysis.covariate", fmt.Sprintf("add a covariate with stratum = %q", s.ID), "allocation was stratified by %q, and the model does not adjust for it", s.ID)
		}
	}
}

// cover checks that the levels of a covariate are those that its source can give; the first is the reference.
func (c *checker) cover(path string, v Covariate, codes []string) {
	if len(codes) == 0 {
		if len(v.Levels) > 0 {
			c.wrong(path+".levels", "leave them out", "%s is a number and has no levels", v.Item)
		}
		return
	}
	if len(v.Levels) == 0 {
		c.wrong(path+".levels", "all levels, the reference first: "+quotedList(codes), "the reference level of %q is not said", v.ID)
		return
	}
	for j, level := range v.Levels {
		place := at(path, "levels", j)
		if c.refer(place, level, "level", codes) && slices.Index(v.Levels, level) < j {
			c.wrong(place, "name each once", "the level %q is named twice", level)
		}
	}
	for _, code := range codes {
		if !slices.Contains(v.Levels, code) {
			c.wrong(path+".levels", fmt.Sprintf("add %q", code), "the level %q is left out: who has it could not be analysed", code)
		}
	}
}

func (c *checker) contrasts() {
	if len(c.Analysis.Contrasts) == 0 {
		c.wrong("analysis.contrast", "add [[analysis.contrast]] with arm, versus and visit", "there is nothing to compare")
		return
	}
	seen, primary := map[string]bool{}, false
	for i, k := range c.Analysis.Contrasts {
		path := at("analysis.contrast", i)
		c.id(path+".id", k.ID, seen)
		c.refer(path+".arm", k.Arm, "arm", c.ArmIDs())
		if c.refer(path+".versus", k.Versus, "arm", c.ArmIDs()) {
			if a, _ := c.Arm(k.Versus); k.Arm == k.Versus {
				c.wrong(path+".versus", "another arm", "the arm %q would be compared with itself", k.Arm)
			} else if a.Role != Control {
				c.warn(path+".versus", "the control arm", "the difference is taken from %q, which is not the control arm", k.Versus)
			}
		}
		if c.refer(path+".visit", k.Visit, "visit", c.visitIDs()) {
			if v, _ := c.Visit(k.Visit); v.Baseline {
				c.wrong(path+".visit", "a visit after allocation", "changes up to the visit %q cannot differ: it precedes allocation", v.ID)
			}
		}
		primary = primary || k.Visit == c.Analysis.Endpoint
	}
	if _, ok := c.Endpoint(); ok && !primary {
		c.wrong("analysis.contrast", fmt.Sprintf("add one with visit = %q", c.Analysis.Endpoint), "no contrast is taken at the endpoint %q", c.Analysis.Endpoint)
	}
}

// columns checks the reading of a file of scores. Without the three keys that name a row, no such file can be read.
func (c *checker) columns() {
	f := c.Analysis.Columns
	if f.Participant == "" && f.Arm == "" && f.Visit == "" && f.Analysed == "" && len(f.Values) == 0 {
		return
	}
	taken := map[string]string{}
	take := func(path, column, use string) {
		if taken[column] != "" {
			c.wrong(path, "a column of its own", "the column %q holds %s already", column, taken[column])
		}
		taken[column] = use
	}
	for _, k := range []struct{ key, column, use string }{{"participant", f.Participant, "the participant"}, {"arm", f.Arm, "the arm"}, {"visit", f.Visit, "the visit"}} {
		if path := at("analysis.columns", k.key); c.text(path, k.column, "column of "+k.use) {
			take(path, k.column, k.use)
		}
	}
	if f.Analysed != "" {
		take("analysis.columns.analysed", f.Analysed, "who is analysed")
	}
	words := map[string][]string{f.Arm: c.ArmIDs(), f.Visit: c.visitIDs()}
	for i, v := range c.Analysis.Covariates {
		column := v.InFile()
		take(at("analysis.covariate", i, "column"), column, "the covariate "+v.ID)
		words[column] = v.Levels
	}
	for i, o := range c.Outcomes {
		if column := o.InFile(); taken[column] != "" {
			c.wrong(at("outcome", i, "column"), "a column of its own", "the column %q holds %s already", column, taken[column])
		}
	}
	delete(words, "")
	for _, column := range names(f.Values) {
		path := at("analysis.columns.values", column)
		if !c.refer(path, column, "column of the arm, the visit or a covariate", names(words)) {
			continue
		}
		for _, word := range names(f.Values[column]) {
			c.refer(at(path, word), f.Values[column][word], "id of "+column, words[column])
		}
	}
}
