// Package analysis is the statistical analysis plan, executed: a locked dataset (or a file of scores) and the
// protocol go in, a Result comes out in which every number stands beside its denominator, population and formula.
//
// It never touches the database, draws nothing and formats nothing: package report prints. The models are
// those of package stats; the plan (which outcome, population, covariate, contrast) is the protocol's.
//
// It serves "Statistical Analysis" and the Results of Kiser et al. 2024.
package analysis
