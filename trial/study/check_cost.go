package study

import "regexp"

var currency = regexp.MustCompile(`^[A-Z]{3}$`)

func (c *checker) cost() {
	k := c.Cost
	if k.Currency == "" && k.HourlyRate == 0 && k.Stipend == 0 && len(k.Lines) == 0 {
		c.warn("cost", "add [cost] with currency, hourly_rate and stipend", "without costs no cost per participant is reported")
		return
	}
	if !currency.MatchString(k.Currency) {
		c.wrong("cost.currency", `three capital letters, as "USD"`, "%q is not a currency", k.Currency)
	}
	if k.Year != 0 {
		c.within("cost.year", float64(k.Year), 1900, 2200)
	}
	for key, value := range map[string]float64{"hourly_rate": k.HourlyRate, "stipend": k.Stipend, "benchmark": k.Benchmark, "benchmark_hours": k.BenchmarkHours} {
		c.least(at("cost", key), value, 0)
	}
	c.within("cost.no_show_share", k.NoShowShare, 0, 1)
	c.least("cost.amortisation", float64(k.Amortisation), 1)
	c.oneOf("cost.basis", k.Basis, false, "actual", "booked")
	if k.Benchmark > 0 && k.BenchmarkSource == "" {
		c.warn("cost.benchmark_source", "cite the publication", "the benchmark has no source")
	}
	for i, l := range k.Lines {
		path := at("cost.line", i)
		c.text(path+".name", l.Name, "name")
		c.least(path+".amount", l.Amount, 0)
		c.oneOf(path+".each", l.Each, false, "programme", "coach", "participant", "hour")
	}
}
