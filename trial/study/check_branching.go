package study

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"rekindle/problem"
	"rekindle/trial/branching"
)

// Branching asks an item only where a condition holds, at every visit that has its form.
type Branching struct {
	Item string `toml:"item"` // "form.item"
	Show string `toml:"show"` // the condition, in REDCap's syntax
}

// branching finds conditions that cannot be read, that ask for what there is not, and items that may not depend on one.
func (c *checker) branching() {
	seen := map[string]bool{}
	for i, b := range c.Branching {
		path := at("branching", i)
		if _, ok := c.item(path+".item", b.Item); !ok {
			continue
		}
		if seen[b.Item] {
			c.wrong(path+".item", "one condition, its parts joined with and", "%q has a condition already", b.Item)
		}
		seen[b.Item] = true
		form, item, _ := strings.Cut(b.Item, ".")
		if c.needs(b.Item) || c.fact(form, item).Always {
			c.wrong(path+".item", "an item that no score, stratum or criterion is made of", "%q is asked of everybody", b.Item)
		}
		if !slices.ContainsFunc(c.Visits, func(v Visit) bool { return v.has(form) }) {
			c.wrong(path+".item", "an item of a form that a visit has", "no visit has the form %q", form)
		}
		logic, err := branching.Parse(b.Show)
		if p, ok := errors.AsType[*problem.Problem](err); ok {
			c.wrong(path+".show", p.Remedy, "%s", p.Message)
			continue
		}
		for _, r := range logic.References() {
			if what, right := c.reference(form, item, r); what != "" {
				c.wrong(path+".show", right, "character %d: %s", r.At, what)
			}
		}
	}
}

// needs reports whether allocation or eligibility is decided by an item.
func (c *checker) needs(name string) bool {
	return slices.ContainsFunc(c.Strata, func(s Stratum) bool { return s.Item == name }) ||
		slices.ContainsFunc(c.Eligibility, func(e Criterion) bool { return e.Item == name })
}

func (v Visit) has(form string) bool {
	return slices.ContainsFunc(v.Forms, func(f Form) bool { return f.Instrument == form })
}

// reference says what is wrong with a reference in the condition of an item, and what would be right; empty: nothing.
func (c *checker) reference(form, item string, r branching.Reference) (what, right string) {
	of, ok := c.formOf(form, r.Item)
	if !ok {
		return fmt.Sprintf("there is no item %q", r.Item), "an item of " + form + ", or of another form"
	}
	if r.Visit != "" {
		v, ok := c.Visit(r.Visit)
		switch {
		case !ok:
			return fmt.Sprintf("there is no visit %q", r.Visit), "[visit][item] with the id of a visit"
		case !v.has(of):
			return fmt.Sprintf("%s is not asked at the visit %q", r.Item, r.Visit), "a visit with the form " + of
		}
	}
	order := c.catalogue[of].Asked
	place := func(id string) int { return slices.IndexFunc(order, func(f ItemFacts) bool { return f.ID == id }) }
	if of == form && r.Visit == "" && place(r.Item) >= place(item) {
		return fmt.Sprintf("%s does not come before %s", r.Item, item), "an item that is asked earlier on the form"
	}
	return r.Misfit(c.fact(of, r.Item).SelectAll, c.catalogue[of].Items[r.Item])
}

// fact gives what is known of an item.
func (c *checker) fact(form, item string) ItemFacts {
	for _, f := range c.catalogue[form].Asked {
		if f.ID == item {
			return f
		}
	}
	return ItemFacts{}
}

// formOf gives the form that an item in a condition belongs to: the form itself, or the one that has an item of this name.
func (c *checker) formOf(form, item string) (string, bool) {
	for _, id := range append([]string{form}, names(c.catalogue)...) {
		if _, has := c.catalogue[id].Items[item]; has {
			return id, true
		}
	}
	return "", false
}
