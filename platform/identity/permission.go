package identity

import (
	"maps"
	"slices"
)

// permissions is the whole of who may do what: a verb, and the roles that are granted it. A verb stands here once; the
// owner of an act adds its line. The order is that of the trial.
var permissions = map[string][]Role{
	"study.open":  {Owner},
	"study.close": {Owner},

	"randomization.open":  {Owner},
	"randomization.close": {Owner}, // reveals the seed
	"stratum.correct":     {Statistician, Owner},

	"participant.invite":    {Coordinator, Clock},
	"participant.consent":   {Participant},
	"participant.enrol":     {Participant, Coordinator, Clock},
	"participant.randomize": {Participant, Coordinator, Clock},
	"participant.withdraw":  {Participant, Coordinator},
	"participant.unlock":    {Coordinator, Clock},

	"assessment.answer":  {Participant},
	"assessment.correct": {Participant},
	"assessment.remind":  {Coordinator, Clock},

	"coach.add":    {Coordinator, Owner},
	"coach.choose": {Participant, Coordinator},

	"session.book":   {Participant, Coach, Coordinator},
	"session.move":   {Participant, Coach, Coordinator},
	"session.cancel": {Participant, Coach, Coordinator},
	"session.hold":   {Coach},

	"incentive.issue": {Coordinator, Clock},

	"dataset.lock":    {Statistician, Owner},
	"dataset.unblind": {Statistician, Owner},
	"audit.read":      {Owner, Statistician},
	"identity.reveal": {Owner},
	"vault.rotate":    {Owner},
}

// Verbs lists every verb in alphabetical order.
func Verbs() []string { return slices.Sorted(maps.Keys(permissions)) }

// Granted gives the roles that are granted a verb, none for a verb that does not exist.
func Granted(verb string) []Role { return slices.Clone(permissions[verb]) }
