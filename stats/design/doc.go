// Package design turns a table and an R-style formula into what a linear or generalized linear mixed
// model needs: a response, a model matrix with named columns, random terms with their groups, and the
// rows of coefficients whose products with the estimates are marginal means, changes and contrasts.
//
// It stands for the sentence of the paper's Methods that names the model: "mixed-effects models with a
// random intercept, time by group, adjusted for gender and department", which here reads
//
//	d, err := design.New(table, "y ~ arm*wave + gender + department + (1|id)", design.Options{
//		Factors: map[string][]string{"arm": {"control", "coaching"}, "wave": {"baseline", "month3"}},
//	})
//	rows, err := d.ArmByTime("arm", "wave", "baseline")
//
// Coding is R's: treatment contrasts with the first level as reference, columns named as R names them,
// main effects in written order before interactions, marginality decides between contrasts and dummies.
// It does not fit anything, and it does not know what an arm or a visit is beyond a column's name.
//
// A random term without intercept whose effects are numbers may be absent from a row: in (0 + coached | coach) a row with coached = 0
// needs no coach.
//
// What had to be decided about the data (levels without a row, rows with a missing value, columns that
// depend on others) is never silent: see Design.Notes.
package design

// Note is something that had to be decided about the data or the fit, by a fixed name and in words.
type Note struct {
	Name string // one of the names below or of the packages that fit: short, stable, snake_case
	Text string // a sentence for the reader of a report
}

// Names of the notes this package gives.
const (
	NoteRowsDropped   = "rows_dropped"   // rows left out because a model variable is missing
	NoteEmptyLevel    = "empty_level"    // declared levels without a used row
	NoteUnlistedLevel = "unlisted_level" // values that are no declared level, taken as missing
	NoteRankDeficient = "rank_deficient" // columns dropped because others determine them
	NoteSingleLevel   = "single_level"   // a factor with one used level
)
