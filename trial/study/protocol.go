// Package study is the protocol: what a trial says in its Methods, as data.
//
// One file, protocol.toml, is read into a Protocol; surveys, allocation, schedules, messages, analysis
// and tables all follow from it, and no other code names a trial. The package knows what a protocol
// may say and finds every mistake in one; it does not carry anything out, and it knows instruments
// only through the Catalogue that is handed in.
//
// It serves the Methods section of Kiser et al., JAMA Netw Open 2024;7(4):e245645.
package study

// Protocol is one trial. Identifiers (ID fields) are lower-case words joined by hyphens or underscores, unique in
// their list; they appear in data files and in the audit trail and never change once enrolment has opened.
type Protocol struct {
	ID           string       `toml:"id"`
	Title        string       `toml:"title" told:"words"`
	Version      string       `toml:"version"`
	Source       string       `toml:"source"`   // where the facts come from: a citation
	Timezone     string       `toml:"timezone"` // IANA name; days and quiet hours are counted in it
	Contact      Contact      `toml:"contact"`
	Registration Registration `toml:"registration"`

	Enrolment   Enrolment   `toml:"enrolment"`
	Eligibility []Criterion `toml:"eligibility"`
	Consent     []Consent   `toml:"consent"`
	Arms        []Arm       `toml:"arm"`
	Allocation  Allocation  `toml:"allocation"`
	Strata      []Stratum   `toml:"stratum"`
	Visits      []Visit     `toml:"visit"`
	Branching   []Branching `toml:"branching"`
	Coaching    Coaching    `toml:"coaching"`
	Resources   []Resource  `toml:"resource"`
	Messages    []Message   `toml:"message"`
	Incentives  []Incentive `toml:"incentive"`

	Populations []Population `toml:"population"`
	Outcomes    []Outcome    `toml:"outcome"`
	Analysis    Analysis     `toml:"analysis"`
	Cost        Cost         `toml:"cost"`
	Simulation  Simulation   `toml:"simulation"`

	source source // the file it was read from

	Spoken Spoken // the same in other languages
}

// Contact is who answers questions, and who is told of a safety concern when the consent says so.
type Contact struct {
	Name   string `toml:"name" told:"words"`
	Email  string `toml:"email"`
	Phone  string `toml:"phone"`
	Safety string `toml:"safety"` // e-mail of the safety contact; empty: nobody but the participant is told

	Spoken Spoken // the same in other languages
}

// Registration is the entry in a public trial register.
type Registration struct {
	Registry string `toml:"registry"`
	Number   string `toml:"number"`
	URL      string `toml:"url"`
}

// Enrolment is when, how many, and what happens to those who come after the last place is taken.
type Enrolment struct {
	Opens         Date    `toml:"opens"`
	Closes        Date    `toml:"closes"`        // the last day on which a person may enrol
	Cap           int     `toml:"cap"`           // places; decided in the transaction that fills one
	Goal          int     `toml:"goal"`          // recruitment goal of the power statement; 0: none
	Power         float64 `toml:"power"`         // power that the goal is said to give, 0 to 1; 0: not stated
	Detectable    float64 `toml:"detectable"`    // difference in SD of the primary outcome that it is said to detect; 0: not stated
	WaitingList   bool    `toml:"waiting_list"`  // latecomers are listed with their time stamp
	Invitations   int     `toml:"invitations"`   // planned e-mailed invitations
	Announcements []int   `toml:"announcements"` // days after opening on which the invitation mail goes out
}

// Criterion is one eligibility rule in words; Item and Equals make it checkable against an answer or a roster column.
type Criterion struct {
	ID     string `toml:"id"`
	Text   string `toml:"text" told:"words"`
	Item   string `toml:"item"` // roster column or item of a baseline form; empty: attested by the participant
	Equals string `toml:"equals"`

	Spoken Spoken // the same in other languages
}

// Consent is one version of the consent text.
type Consent struct {
	Version   string            `toml:"version"`
	Effective Date              `toml:"effective"`
	Text      string            `toml:"text" told:"words"` // Markdown
	Safety    bool              `toml:"safety"`            // the text says that the safety contact is told of a positive screen
	Questions []ConsentQuestion `toml:"question"`

	Spoken Spoken // the same in other languages
}

// ConsentQuestion confirms understanding before the name is typed.
type ConsentQuestion struct {
	Text    string   `toml:"text" told:"words"`
	Choices []string `toml:"choices" told:"words"`
	Answer  int      `toml:"answer"` // index of the right choice, from 0

	Spoken Spoken // the same in other languages
}

// Arm is one group of the trial.
type Arm struct {
	ID          string   `toml:"id"`
	Name        string   `toml:"name" told:"words"`
	Role        Role     `toml:"role"`
	Ratio       int      `toml:"ratio"`                    // parts of the allocation ratio, at least 1
	Coaching    bool     `toml:"coaching"`                 // may choose a coach at once
	Resources   []string `toml:"resources"`                // ids of Resource, sent on allocation
	Unlock      Unlock   `toml:"unlock"`                   // when coaching opens for an arm that waits
	Description string   `toml:"description" told:"words"` // told to the participant on allocation

	Spoken Spoken // the same in other languages
}

// Role of an arm in the contrasts.
type Role string

// The two roles. Every other arm is compared with the one control arm.
const (
	Intervention Role = "intervention"
	Control      Role = "control"
)

// Unlock says when coaching opens for an arm that waits for it: on completion of a visit, or so many days after
// randomization, whichever comes first. The zero Unlock never opens.
type Unlock struct {
	AfterVisit string `toml:"after_visit"`
	AfterDays  int    `toml:"after_days"`
}

// Method of allocation.
type Method string

// The methods of allocation.
const (
	PermutedBlocks Method = "permuted-blocks"
	Minimization   Method = "minimization"
)

// Allocation is how arms are drawn.
type Allocation struct {
	Method       Method  `toml:"method"`
	BlockSizes   []int   `toml:"block_sizes"`   // each a multiple of the sum of ratios; one is drawn at random for each block
	Probability  float64 `toml:"probability"`   // minimization: chance of the arm that balances best, in (1/arms, 1]
	Measure      string  `toml:"measure"`       // minimization: "range" or "variance" of the numbers by arm; empty: range
	MinShown     int     `toml:"min_shown"`     // totals by arm are shown once so many are allocated; 0: only after closing
	BlindedUntil string  `toml:"blinded_until"` // "lock": the statistician sees arms as letters until unblinding
}

// Stratum is one stratification factor; its levels are answers to an item asked before allocation.
type Stratum struct {
	ID     string  `toml:"id"`
	Name   string  `toml:"name"`
	Item   string  `toml:"item"`   // "form.item", as demographics.gender
	Weight int     `toml:"weight"` // minimization: part in the imbalance that is made small; 0 counts as 1
	Levels []Level `toml:"level"`
}

// Level is one value of a stratification factor: the answer codes that belong to it.
type Level struct {
	ID       string   `toml:"id"`
	Name     string   `toml:"name"`
	Codes    []string `toml:"codes"`    // answer codes; empty: the ID itself
	Expected float64  `toml:"expected"` // expected share of participants, 0 to 1; used to warn of empty strata; 0: not stated
}

// Anchor is the moment that a visit or message is counted from.
type Anchor string

// The anchors.
const (
	FromOpening       Anchor = "opening"
	FromInvitation    Anchor = "invitation"
	FromEnrolment     Anchor = "enrolment"
	FromRandomization Anchor = "randomization"
	FromVisit         Anchor = "visit" // the day that the visit named by Visit fell due
	FromUnlock        Anchor = "unlock"
	FromSession       Anchor = "session" // the start of a booked session; negative days or hours are before it
)

// Visit is one assessment of every participant.
type Visit struct {
	ID           string `toml:"id"`
	Name         string `toml:"name" told:"words"`
	Anchor       Anchor `toml:"anchor"`
	Day          int    `toml:"day"`           // days after the anchor on which it is due
	WindowBefore int    `toml:"window_before"` // days
	WindowAfter  int    `toml:"window_after"`  // days
	Baseline     bool   `toml:"baseline"`      // answered before allocation; allocation follows its completion
	Forms        []Form `toml:"form"`

	Spoken Spoken // the same in other languages
}

// Form is one instrument at a visit, for all arms or some.
type Form struct {
	Instrument string   `toml:"instrument"`
	Arms       []string `toml:"arms"`     // empty: all
	Coached    bool     `toml:"coached"`  // only those who had a session
	Optional   bool     `toml:"optional"` // does not hold up completion
}

// Coaching is the intervention.
type Coaching struct {
	Sessions       []int       `toml:"sessions"`        // planned minutes of each session, in order
	Days           int         `toml:"days"`            // all sessions within so many days after randomization or unlock
	Modes          []string    `toml:"modes"`           // "phone", "video", "in person"
	Coaches        int         `toml:"coaches"`         // planned number
	Caseload       int         `toml:"caseload"`        // coachees at a time for each coach
	Certification  []string    `toml:"certification"`   // steps, in order; all are needed before a coach can be chosen
	BufferMinutes  int         `toml:"buffer_minutes"`  // kept free before and after each session
	NoticeHours    int         `toml:"notice_hours"`    // a session cannot be booked closer than this
	HorizonDays    int         `toml:"horizon_days"`    // nor further ahead than this; 0: as far as the coaching period goes
	LateHours      int         `toml:"late_hours"`      // moves and cancellations closer than this are late
	ForgivenMisses int         `toml:"forgiven_misses"` // no-shows and late cancellations that do not use up a session
	Frameworks     []Framework `toml:"framework"`
	Themes         string      `toml:"themes"`      // instrument with the themes
	Fidelity       string      `toml:"fidelity"`    // instrument with the fidelity items
	Alliance       string      `toml:"alliance"`    // instrument asked after sessions 1 and 3; empty: none is
	PooledOver     int         `toml:"pooled_over"` // a coach reads what coachees say pooled over at least so many people; 0: not at all
	Conflicts      []string    `toml:"conflicts"`   // roster columns that a coach and a coachee must not share: "division", "supervisor"

	// Meetings at which coaches look at their own coaching with a supervisor.
	SupervisionEvery    int  `toml:"supervision_every"`    // each coach attends some within every so many days; 0: none is asked for
	SupervisionMinutes  int  `toml:"supervision_minutes"`  // minutes within those days; 0: any meeting will do
	SupervisionRequired bool `toml:"supervision_required"` // a coach who is overdue takes no new participants
}

// Framework is the course of a session: the steps that a coach may tick.
type Framework struct {
	From  int      `toml:"from"` // first session number it is for, from 1
	To    int      `toml:"to"`   // last; 0: all later ones
	Steps []string `toml:"steps" told:"words"`

	Spoken Spoken // the same in other languages
}

// Resource is wellness material that an arm is sent.
type Resource struct {
	ID     string `toml:"id"`
	Title  string `toml:"title" told:"words"`
	Text   string `toml:"text" told:"words"`
	URL    string `toml:"url" told:"perhaps"`
	Urgent bool   `toml:"urgent"` // help always within reach, on every participant's page

	Spoken Spoken // the same in other languages
}

// Message is one planned mail. Whether it is still due is decided when it is sent, not when it is planned.
type Message struct {
	ID      string   `toml:"id"`
	Purpose Purpose  `toml:"purpose"`
	Anchor  Anchor   `toml:"anchor"`
	Visit   string   `toml:"visit"` // for purposes "survey" and "reminder", and for anchor "visit"
	Days    []int    `toml:"days"`  // days after the anchor; one mail for each
	Hours   int      `toml:"hours"` // added to the days
	Arms    []string `toml:"arms"`  // empty: all
	Subject string   `toml:"subject" told:"words"`
	Body    string   `toml:"body" told:"words"` // text with {{name}}, {{link}}, {{date}}

	Spoken Spoken // the same in other languages
}

// Purpose of a message decides when it is no longer due.
type Purpose string

// The purposes.
const (
	Announcement     Purpose = "announcement"      // until enrolled, declined, opted out, or enrolment is closed
	AllocationTold   Purpose = "allocation"        // on randomization
	ResourcesSent    Purpose = "resources"         // on randomization, arms with resources
	SurveyOpen       Purpose = "survey"            // a visit's window opens
	SurveyReminder   Purpose = "reminder"          // until the visit is complete
	ChooseCoach      Purpose = "choose-coach"      // until a coach is chosen
	FirstSession     Purpose = "first-session"     // once a coach is chosen, until a first session is booked
	SessionReminder  Purpose = "session-reminder"  // while the session stands as booked
	CoachingUnlocked Purpose = "coaching-unlocked" // on unlock
	WeeklyCheckIn    Purpose = "weekly-check-in"   // while weekly goals are not looked back at, unless the person wants none of these
	IncentiveSent    Purpose = "incentive"         // on issue
)

// Incentive is an item sent on completion of a visit's survey.
type Incentive struct {
	ID    string  `toml:"id"`
	Name  string  `toml:"name" told:"words"`
	Visit string  `toml:"visit"`
	Cost  float64 `toml:"cost"` // in Cost.Currency; 0: not counted

	Spoken Spoken // the same in other languages
}

// Population is an analysis set.
type Population struct {
	ID          string `toml:"id"`
	Name        string `toml:"name"`
	Rule        Rule   `toml:"rule"`
	MinSessions int    `toml:"min_sessions"` // for rules that ask for sessions held
	Default     bool   `toml:"default"`      // the one that the printed tables lead with
}

// Rule says who belongs to a population.
type Rule string

// The rules.
const (
	AllRandomized     Rule = "all-randomized"      // intention to treat
	ReceivedOrControl Rule = "received-or-control" // modified ITT: every control, and intervention with at least MinSessions held
	PerProtocol       Rule = "per-protocol"        // as ReceivedOrControl, and a completed last visit inside its window
)

// The directions of an outcome, as the tables print them.
const (
	HigherBetter = "higher better"
	HigherWorse  = "higher worse"
)

// Outcome is one score that is analysed.
type Outcome struct {
	ID         string  `toml:"id"`
	Name       string  `toml:"name"`
	Short      string  `toml:"short"`
	Group      string  `toml:"group"` // heading in the tables
	Instrument string  `toml:"instrument"`
	Score      string  `toml:"score"`
	Direction  string  `toml:"direction"` // "higher better" or "higher worse"
	Primary    bool    `toml:"primary"`
	Decimals   int     `toml:"decimals"` // places printed in the tables
	Unit       string  `toml:"unit"`
	MID        float64 `toml:"mid"`    // minimally important difference in points; 0: none
	Cutoff     string  `toml:"cutoff"` // id of the instrument's cut-off for responder analysis; empty: none
	Column     string  `toml:"column"` // name in a file of scores; empty: the ID
	Note       string  `toml:"note"`   // footnote
}
