// Package lmm fits linear mixed models by restricted or full maximum likelihood and draws inference from them.
//
// It is the primary analysis of the paper (Statistical Analysis, Table 3): a mixed model of each score with a random
// participant intercept. It takes any number of random terms (intercepts, slopes, correlated or not, nested or
// crossed), prior weights, and residual variances by group, so that a coach effect in one arm only is an ordinary model:
//
//	y ~ arm*wave + gender + (1 | id) + (0 + coached | coach)     with Options.ResidualBy = "arm" in the design
//
// A fit in three lines, and a contrast with Kenward and Roger's degrees of freedom:
//
//	d, err := design.New(table, "y ~ arm*wave + gender + (1|id)", design.Options{...})
//	m, err := lmm.Fit(d, lmm.Options{})
//	e := m.Contrast(row.L, wald.KenwardRoger)
//
// Where the same design is fitted to many responses (power by simulation, bootstrap, imputation), make a Plan once and
// Refit a Model of it: with a random intercept alone a refit allocates nothing.
//
//	plan, err := lmm.NewPlan(d, lmm.Options{})
//	m := plan.NewModel()            // one for each goroutine
//	err = m.Refit(y)
//
// The random-intercept model runs on sums over clusters: O(n) once, then O(p^3) for each evaluation of a likelihood in one
// variable, whose minima are all looked for. Other models run component by component with exact first and second
// derivatives. Variances at zero are an ordinary answer: Model.Singular and a note say so. Every fit carries the story of its
// optimization. Equations named in comments stand in docs/derivations.
//
// It is not a package for other than Gaussian responses (stats/glmm) or for unstructured visit covariances (stats/mmrm).
package lmm
