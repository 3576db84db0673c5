package identity

import (
	"maps"
	"slices"
)

// permissions is the whole of who may do what: a verb, and the roles that are granted it. A verb stands here once; the
// owner of an act adds its line. The order is that of the trial.
var permissions = map[string][]Role{
	"study.open":     {Owner},
	"study.capacity": {Owner},
	"study.close":    {Owner, Clock},

	"randomization.open":  {Owner},
	"randomization.close": {Owner}, // reveals the seed
	"stratum.correct":     {Statistician, Owner},

	"participant.add":       {Coordinator, Owner},
	"participant.invite":    {Coordinator, Owner, Clock},
	"participant.respond":   {Participant},
	"participant.decline":   {Participant, Coordinator},
	"participant.bounce":    {Coordinator, Clock},
	"participant.readdress": {Coordinator, Owner},
	"participant.identify":  {Coordinator, Owner}, // sees who a code is; each look is in the trail
	"participant.opt_out":   {Participant, Coordinator},
	"participant.complain":  {Coordinator, Clock},
	"participant.link":      {Coordinator}, // a new personal link, to the address on the roster
	"participant.ask_link":  {Visitor},     // the same, for oneself
	"participant.unlink":    {Participant, Coordinator},
	"participant.consent":   {Participant},
	"participant.zone":      {Participant},
	"participant.address":   {Participant},        // postal, for gifts
	"participant.language":  {Participant},        // in which one reads
	"participant.passkey":   {Participant},        // of one's own devices
	"participant.arrive":    {Visitor},            // by one of them
	"consent.read":          {Coordinator, Owner}, // who signed what, by code
	"consent.export":        {Owner},              // the papers, with names
	"participant.exclude":   {Participant, Coordinator, Clock},
	"participant.enrol":     {Participant, Coordinator, Clock},
	"participant.wait":      {Participant, Coordinator, Clock},
	"participant.promote":   {Coordinator},
	"participant.randomize": {Participant, Coordinator, Clock},
	"participant.unlock":    {Coordinator, Clock},
	"participant.complete":  {Clock},
	"participant.lose":      {Clock},
	"participant.withdraw":  {Participant, Coordinator},

	"assessment.open":    {Clock},
	"assessment.answer":  {Participant},
	"assessment.correct": {Participant},
	"assessment.miss":    {Clock},

	"message.send":     {Coordinator, Clock},
	"message.deliver":  {Clock},
	"message.resend":   {Coordinator, Owner},
	"message.receive":  {Clock},              // reports about what was sent, and answers of calendar programs
	"message.read":     {Coordinator, Owner}, // what is still to come, and what became of it
	"message.change":   {Coordinator, Owner},
	"message.stop":     {Coordinator, Owner},
	"message.restore":  {Coordinator, Owner},
	"message.stop_all": {Coordinator, Owner}, // to one person, until it is lifted
	"message.lift":     {Coordinator, Owner},
	"resource.send":    {Coordinator},

	"coach.add":       {Coordinator, Owner},
	"coach.correct":   {Coordinator, Owner}, // name, address, and by what the protocol keeps people apart
	"coach.certify":   {Coordinator, Owner},
	"coach.profile":   {Coach, Coordinator},
	"coach.hours":     {Coach, Coordinator},
	"coach.leave":     {Coach, Coordinator},
	"coach.photo":     {Coach},
	"coach.caseload":  {Coordinator, Owner},
	"coach.retire":    {Coordinator, Owner},
	"coach.choose":    {Participant, Coordinator},
	"coach.change":    {Participant},
	"coach.set_aside": {Participant}, // what nobody else may know

	"supervision.plan":     {Coordinator, Owner},
	"supervision.read":     {Coordinator, Owner},        // who meets when, and how long: never what is put down
	"supervision.attend":   {Coach, Coordinator, Owner}, // a coach: of a meeting that they supervise
	"supervision.read_own": {Coach},                     // one's own meetings, and what those in them have put down
	"supervision.raise":    {Coach},

	"session.book":    {Participant, Coach, Coordinator},
	"session.move":    {Participant, Coach, Coordinator},
	"session.cancel":  {Participant, Coach, Coordinator, Clock},
	"session.hold":    {Coach},
	"session.correct": {Coach, Coordinator},
	"session.reopen":  {Coach}, // what was recorded by a slip
	"session.confirm": {Coach}, // one that was booked without knowing the coach's calendar
	"session.miss":    {Participant, Coach, Coordinator},

	"note.key":   {Coach}, // what a coach writes for themself alone: no other role, whatever it answers for
	"note.write": {Coach},
	"note.read":  {Coach},

	"plan.read":     {Participant, Coach}, // one's own, or a coachee's: nobody else, whatever their rank
	"plan.set":      {Participant, Coach},
	"plan.rate":     {Participant, Coach},
	"plan.check_in": {Participant, Coach},
	"plan.mail":     {Participant},

	"alliance.rate": {Participant},
	"alliance.read": {Coach}, // pooled over many

	"calendar.read":    {Participant, Coach}, // one's own appointments, as a file and as a feed
	"calendar.feed":    {Participant, Coach},
	"calendar.busy":    {Coach}, // from where one's busy times are read
	"calendar.refresh": {Clock},
	"calendar.reply":   {Clock, Coordinator}, // what a mail program has answered to an invitation

	"incentive.issue":   {Clock},
	"incentive.send":    {Coordinator},
	"incentive.receive": {Participant, Coordinator},
	"incentive.read":    {Coordinator}, // items with names and addresses, for whoever posts them; no code, no arm
	"incentive.export":  {Coordinator},

	"pay.read":     {Finance, Owner}, // hours and money of each coach, no participant
	"pay.read_own": {Coach},
	"pay.approve":  {Finance},

	"account.sign_in": {Visitor},
	"account.secure":  {Coach, Coordinator, Statistician, Leadership, Finance, Owner}, // one's own
	"account.invite":  {Owner},
	"account.change":  {Owner}, // roles, closing, starting anew
	"account.read":    {Owner},
	"coach.invite":    {Coordinator, Owner},

	"mail.test":        {Coordinator, Owner}, // to oneself
	"participant.call": {Coordinator},        // the list of whom to call, and noting that it was done

	"people.read":    {Coordinator, Owner}, // how far each person has come, by code: never an answer, a score or a name
	"people.change":  {Coordinator, Owner}, // the form that asks for an act on a person; the act has its own verb
	"people.session": {Coordinator},        // the form that books for somebody, as people.change
	"coach.read":     {Coordinator, Owner},
	"coach.manage":   {Coordinator, Owner}, // as people.change

	"dataset.lock":    {Statistician, Owner},
	"dataset.unblind": {Statistician, Owner},
	"identity.ask":    {Owner}, // who a code is: one asks,
	"identity.grant":  {Owner}, // another grants,
	"identity.reveal": {Owner}, // and the one who asked sees it, once
	"vault.rotate":    {Owner, Clock},

	// Reading. What tells scores, or people in small groups, is not for those who meet them or rank above them.
	"protocol.read":      {Visitor, Participant, Coach, Coordinator, Statistician, Leadership, Finance, Owner},
	"home.read":          {Participant}, // one's own matters, and nobody else's
	"desk.read":          {Coach},       // the same of a coach
	"photo.read":         {Participant, Coach, Coordinator, Owner},
	"study.read":         {Coordinator, Statistician, Leadership, Finance, Owner},
	"flow.read":          {Coordinator, Statistician, Owner},
	"report.read":        {Statistician, Owner},
	"summary.read":       {Leadership, Finance, Owner}, // of which each sees what the next two lines grant
	"outcome.read":       {Leadership, Owner},
	"cost.read":          {Leadership, Finance, Owner},
	"outbox.read":        {Coordinator, Owner},
	"randomization.read": {Statistician, Owner},
	"audit.read":         {Statistician, Owner},
}

// Verbs lists every verb in alphabetical order.
func Verbs() []string { return slices.Sorted(maps.Keys(permissions)) }

// Granted gives the roles that are granted a verb, none for a verb that does not exist.
func Granted(verb string) []Role { return slices.Clone(permissions[verb]) }
