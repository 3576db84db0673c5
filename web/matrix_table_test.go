package web_test

// matrix is who may open and do what: a line for each route, a column for each of those who come. It is the promise of who sees what, route
// by route; what must not stand on the pages that open is told by TestNobodyReadsWhatIsNotTheirs.
//
// Those who come: a visitor; a participant who has been invited, one of the control arm before coaching opens, and one who is coached; the coach
// of the latter, and another coach; a coordinator; a statistician before and after unblinding; leadership, finance, and an owner.
//
//	yes     it answers: a page, or what is wrong with a form that says nothing
//	own     leads to where the role begins
//	no      refused, in words
//	door    refused, and led to where staff sign in
//	link    refused, and told to come by the personal link
//	none    as an address that does not exist, to the letter
//	lacks   the page is theirs; what the address names is not, or there is no such thing
//	masked  refused until the study is unblinded
//
// To open a page is not to see all of it. A coach finds no score and no arm, a coordinator no answer and no name unless they ask for names,
// which is recorded; leadership and finance find numbers about groups; a masked statistician finds how randomization was set up and no
// allocation. A link that opens by what its address carries, which anybody may follow, answers everybody alike.
const matrix = `
                                             visitor     invited     control     coached     coach       another     coordinator masked      unmasked    leadership  finance     owner

-- The study
GET /{$}                                     door        own         own         own         own         own         yes         yes         yes         yes         yes         yes
GET /protocol                                yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
GET /flow                                    door        no          no          no          no          no          yes         yes         yes         no          no          yes
GET /flow/{file}                             door        no          no          no          no          no          yes         yes         yes         no          no          yes
GET /roles                                   none        none        none        none        none        none        none        none        none        none        none        none
POST /role                                   none        none        none        none        none        none        none        none        none        none        none        none

-- What is published
GET /summary                                 door        no          no          no          no          no          no          no          no          yes         yes         yes
GET /summary/forest.svg                      door        no          no          no          no          no          no          no          no          yes         no          yes
GET /report                                  door        no          no          no          no          no          no          yes         yes         no          no          yes
GET /report/{file...}                        door        no          no          no          no          no          no          yes         yes         no          no          yes
POST /report/verify                          no          no          no          no          no          no          no          yes         yes         no          no          yes
GET /tables                                  door        no          no          no          no          no          no          yes         yes         no          no          yes
GET /tables/{id}                             door        no          no          no          no          no          no          yes         yes         no          no          yes
GET /figures                                 door        no          no          no          no          no          no          yes         yes         no          no          yes

-- What was done
GET /randomization                           door        no          no          no          no          no          no          yes         yes         no          no          yes
POST /randomization/prove                    no          no          no          no          no          no          no          yes         yes         no          no          yes
GET /audit                                   door        no          no          no          no          no          no          masked      yes         no          no          yes
GET /audit/{seq}                             door        no          no          no          no          no          no          masked      yes         no          no          yes
POST /audit/verify                           no          no          no          no          no          no          no          yes         yes         no          no          yes
GET /consents                                door        no          no          no          no          no          yes         no          no          no          no          yes
GET /reveal                                  door        no          no          no          no          no          no          no          no          no          no          yes
POST /reveal                                 no          no          no          no          no          no          no          no          no          no          no          yes
POST /reveal/{id}/decide                     no          no          no          no          no          no          no          no          no          no          no          yes
POST /reveal/{id}/show                       no          no          no          no          no          no          no          no          no          no          no          lacks
GET /outbox                                  door        no          no          no          no          no          yes         no          no          no          no          yes
GET /outbox/{id}                             door        no          no          no          no          no          yes         no          no          no          no          yes

-- A participant's own
GET /p/new                                   yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
POST /p/new                                  yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
POST /p/passkey/begin                        yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
POST /p/passkey                              yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
GET /p/{token}                               yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
POST /p/{token}                              yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
GET /p/{token}/stop                          yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
POST /p/{token}/stop                         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
GET /me                                      link        yes         yes         yes         none        none        none        none        none        none        none        none
GET /me/start                                link        yes         yes         yes         none        none        none        none        none        none        none        none
POST /me/decline                             link        yes         yes         yes         none        none        none        none        none        none        none        none
GET /me/consent                              link        yes         yes         yes         none        none        none        none        none        none        none        none
POST /me/consent                             link        yes         yes         yes         none        none        none        none        none        none        none        none
POST /me/language                            link        yes         yes         yes         none        none        none        none        none        none        none        none
GET /me/consent.pdf                          link        lacks       yes         yes         none        none        none        none        none        none        none        none
GET /me/survey/{visit}                       link        lacks       yes         yes         none        none        none        none        none        none        none        none
GET /me/survey/{visit}/{form}                link        lacks       yes         yes         none        none        none        none        none        none        none        none
POST /me/survey/{visit}/{form}               link        lacks       yes         yes         none        none        none        none        none        none        none        none
GET /me/correct/{visit}/{form}               link        lacks       yes         yes         none        none        none        none        none        none        none        none
POST /me/correct/{visit}/{form}              link        lacks       lacks       lacks       none        none        none        none        none        none        none        none
GET /me/support/{visit}/{form}               link        lacks       lacks       lacks       none        none        none        none        none        none        none        none
GET /me/group                                link        yes         yes         yes         none        none        none        none        none        none        none        none
GET /me/address                              link        yes         yes         yes         none        none        none        none        none        none        none        none
POST /me/address                             link        yes         yes         yes         none        none        none        none        none        none        none        none
GET /me/zone                                 link        yes         yes         yes         none        none        none        none        none        none        none        none
POST /me/zone                                link        yes         yes         yes         none        none        none        none        none        none        none        none
POST /me/gift                                link        lacks       lacks       lacks       none        none        none        none        none        none        none        none
GET /me/access                               link        yes         yes         yes         none        none        none        none        none        none        none        none
GET /me/data                                 link        yes         yes         yes         none        none        none        none        none        none        none        none
GET /me/answers                              link        yes         yes         yes         none        none        none        none        none        none        none        none
GET /me/passkeys                             link        yes         yes         yes         none        none        none        none        none        none        none        none
POST /me/passkeys/begin                      link        yes         yes         yes         none        none        none        none        none        none        none        none
POST /me/passkeys                            link        yes         yes         yes         none        none        none        none        none        none        none        none
POST /me/passkeys/remove                     link        lacks       lacks       lacks       none        none        none        none        none        none        none        none
GET /me/withdraw                             link        yes         yes         yes         none        none        none        none        none        none        none        none
POST /me/withdraw                            link        yes         yes         yes         none        none        none        none        none        none        none        none
GET /me/withdrawal.pdf                       link        lacks       lacks       lacks       none        none        none        none        none        none        none        none
POST /me/leave                               link        yes         yes         yes         none        none        none        none        none        none        none        none

-- A participant's coaching
GET /me/coach                                link        none        none        yes         none        none        none        none        none        none        none        none
GET /me/coach/{code}                         link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/coach/{code}                        link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/coach/{code}/aside                  link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/coach/any                           link        none        none        yes         none        none        none        none        none        none        none        none
GET /me/coach/change                         link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/coach/change                        link        none        none        yes         none        none        none        none        none        none        none        none
GET /me/sessions                             link        none        none        yes         none        none        none        none        none        none        none        none
GET /me/sessions/plan                        link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/sessions/plan                       link        none        none        yes         none        none        none        none        none        none        none        none
GET /me/sessions/book                        link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/sessions/book                       link        none        none        yes         none        none        none        none        none        none        none        none
GET /me/sessions/{id}/move                   link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/sessions/{id}/move                  link        none        none        yes         none        none        none        none        none        none        none        none
GET /me/sessions/{id}/cancel                 link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/sessions/{id}/cancel                link        none        none        yes         none        none        none        none        none        none        none        none
GET /me/sessions/{id}/rate                   link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/sessions/{id}/rate                  link        none        none        yes         none        none        none        none        none        none        none        none
GET /me/plan                                 link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/plan/vision                         link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/plan/week                           link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/plan/check-in                       link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/plan/mail                           link        none        none        yes         none        none        none        none        none        none        none        none
GET /me/plan/goal/{id}                       link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/plan/goal/{id}                      link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/plan/goal/{id}/rate                 link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/plan/goal/{id}/close                link        none        none        yes         none        none        none        none        none        none        none        none

-- The coach's desk
GET /desk                                    door        no          no          no          yes         yes         no          no          no          no          no          no
GET /desk/profile                            door        no          no          no          yes         yes         no          no          no          no          no          no
GET /desk/alliance                           door        no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/profile                           no          no          no          no          yes         yes         no          no          no          no          no          no
GET /desk/profile/preview                    door        no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/photo                             no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/photo/remove                      no          no          no          no          yes         yes         no          no          no          no          no          no
GET /coach-photo/{code}/{size}               link        none        none        yes         yes         none        yes         none        none        none        none        yes
GET /desk/hours                              door        no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/hours                             no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/hours/date                        no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/hours/leave                       no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/hours/leave/end                   no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/hours/busy                        no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/hours/busy/keep                   no          no          no          no          yes         yes         no          no          no          no          no          no
GET /desk/session/{id}                       door        no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/session/{id}/hold                 no          no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/session/{id}/miss                 no          no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/session/{id}/cancel               no          no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/session/{id}/move                 no          no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/session/{id}/correct              no          no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/session/{id}/reopen               no          no          no          no          yes         lacks       no          no          no          no          no          no
GET /desk/person/{code}                      door        no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/person/{code}/book                no          no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/person/{code}/note                no          no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/session/{id}/plan                 no          no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/person/{code}/plan                no          no          no          no          yes         lacks       no          no          no          no          no          no
GET /desk/person/{code}/goal/{id}            door        no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/person/{code}/goal/{id}           no          no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/person/{code}/goal/{id}/close     no          no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/note/{note}/delete                no          no          no          no          lacks       lacks       no          no          no          no          no          no
GET /desk/notes                              door        no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/notes/key                         no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/notes/change                      no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/notes/unlock                      no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/notes/lock                        no          no          no          no          yes         yes         no          no          no          no          no          no
GET /desk/supervision                        door        no          no          no          yes         yes         no          no          no          no          no          no
GET /desk/supervision/{id}                   door        no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/supervision/{id}/difficulty       no          no          no          no          yes         lacks       no          no          no          no          no          no
POST /desk/supervision/{id}/difficulty/{difficulty}/remove no         no          no          no          lacks       lacks       no          no          no          no          no          no
POST /desk/supervision/{id}/attend           no          no          no          no          lacks       lacks       no          no          no          no          no          no

-- Calendars
GET /calendar/{file}                         lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks
GET /me/calendar                             link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/calendar/feed                       link        none        none        yes         none        none        none        none        none        none        none        none
POST /me/calendar/feed/end                   link        none        none        yes         none        none        none        none        none        none        none        none
GET /me/sessions/{id}/appointment.ics        link        none        none        yes         none        none        none        none        none        none        none        none
GET /desk/calendar                           door        no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/calendar                          no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/calendar/remove                   no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/calendar/feed                     no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/calendar/feed/end                 no          no          no          no          yes         yes         no          no          no          no          no          no
POST /desk/session/{id}/confirm              no          no          no          no          yes         lacks       no          no          no          no          no          no
GET /desk/session/{id}/appointment.ics       door        no          no          no          yes         lacks       no          no          no          no          no          no

-- Staff signing in, and their accounts
GET /sign-in                                 yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
POST /sign-in                                yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
GET /sign-in/code                            yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
POST /sign-in/code                           yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
GET /sign-in/link                            yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
POST /sign-in/link                           yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
GET /s/{token}                               lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks
POST /s/{token}                              lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks
POST /sign-out                               yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
GET /account/setup                           door        door        door        door        yes         yes         yes         yes         yes         yes         yes         yes
POST /account/setup                          no          no          no          no          no          no          no          no          no          no          no          no
GET /account/password                        door        door        door        door        yes         yes         yes         yes         yes         yes         yes         yes
POST /account/password                       no          no          no          no          yes         yes         yes         yes         yes         yes         yes         yes
GET /account/app                             door        door        door        door        yes         yes         yes         yes         yes         yes         yes         yes
POST /account/app                            no          no          no          no          yes         yes         yes         yes         yes         yes         yes         yes
POST /account/app/code                       no          no          no          no          yes         yes         yes         yes         yes         yes         yes         yes
GET /account/codes                           door        door        door        door        yes         yes         yes         yes         yes         yes         yes         yes
GET /account/codes.txt                       door        door        door        door        lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks
POST /account/codes                          no          no          no          no          yes         yes         yes         yes         yes         yes         yes         yes
POST /account/codes/kept                     no          no          no          no          yes         yes         yes         yes         yes         yes         yes         yes
GET /account/passkeys                        door        door        door        door        yes         yes         yes         yes         yes         yes         yes         yes
POST /account/passkeys/begin                 no          no          no          no          yes         yes         yes         yes         yes         yes         yes         yes
POST /account/passkeys                       yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
POST /account/passkeys/remove                no          no          no          no          lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks
GET /account/hospital                        door        door        door        door        lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks
POST /account/hospital                       no          no          no          no          lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks
POST /account/hospital/end                   no          no          no          no          lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks
POST /sign-in/hospital                       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks       lacks
GET /sign-in/hospital/back                   no          no          no          no          no          no          no          no          no          no          no          no
POST /sign-in/passkey/begin                  yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
POST /sign-in/passkey                        yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes         yes
GET /account                                 door        no          no          no          yes         yes         yes         yes         yes         yes         yes         yes
POST /account/sign-ins                       no          no          no          no          yes         yes         yes         yes         yes         yes         yes         yes
POST /account/role                           no          no          no          no          yes         yes         yes         yes         yes         yes         yes         yes
GET /staff                                   door        no          no          no          no          no          no          no          no          no          no          yes
POST /staff/links                            no          no          no          no          no          no          no          no          no          no          no          yes
GET /staff/invite                            door        no          no          no          no          no          no          no          no          no          no          yes
POST /staff/invite                           no          no          no          no          no          no          no          no          no          no          no          yes
GET /staff/{account}                         door        no          no          no          no          no          no          no          no          no          no          yes
POST /staff/{account}/roles                  no          no          no          no          no          no          no          no          no          no          no          yes
POST /staff/{account}/invite                 no          no          no          no          no          no          no          no          no          no          no          yes
POST /staff/{account}/reset                  no          no          no          no          no          no          no          no          no          no          no          yes
POST /staff/{account}/close                  no          no          no          no          no          no          no          no          no          no          no          yes
POST /staff/{account}/reopen                 no          no          no          no          no          no          no          no          no          no          no          yes

-- The coordinator's people
GET /board                                   door        no          no          no          no          no          yes         no          no          no          no          yes
POST /mail/test                              no          no          no          no          no          no          yes         no          no          no          no          yes
GET /enrolment                               door        no          no          no          no          no          yes         no          no          no          no          yes
POST /enrolment/capacity                     no          no          no          no          no          no          no          no          no          no          no          yes
POST /enrolment/close                        no          no          no          no          no          no          no          no          no          no          no          yes
POST /enrolment/promote                      no          no          no          no          no          no          lacks       no          no          no          no          no
GET /people                                  door        no          no          no          no          no          yes         no          no          no          no          yes
POST /people/find                            no          no          no          no          no          no          yes         no          no          no          no          yes
POST /people/names                           no          no          no          no          no          no          yes         no          no          no          no          yes
GET /people/{code}                           door        no          no          no          no          no          yes         no          no          no          no          yes
POST /people/{code}/{act}                    no          no          no          no          no          no          yes         no          no          no          no          no
GET /people/{code}/session                   door        no          no          no          no          no          yes         no          no          no          no          no
POST /people/{code}/session                  no          no          no          no          no          no          yes         no          no          no          no          no
GET /people/{code}/session/{id}              door        no          no          no          no          no          yes         no          no          no          no          no
POST /people/{code}/session/{id}/move        no          no          no          no          no          no          yes         no          no          no          no          no
POST /people/{code}/session/{id}/cancel      no          no          no          no          no          no          yes         no          no          no          no          no
GET /roster                                  door        no          no          no          no          no          yes         no          no          no          no          yes
POST /roster                                 no          no          no          no          no          no          yes         no          no          no          no          yes
GET /roster/template.csv                     door        no          no          no          no          no          yes         no          no          no          no          yes
GET /roster/{token}                          door        no          no          no          no          no          yes         no          no          no          no          lacks
POST /roster/{token}                         no          no          no          no          no          no          yes         no          no          no          no          lacks
POST /roster/{token}/drop                    no          no          no          no          no          no          yes         no          no          no          no          yes
GET /invite                                  door        no          no          no          no          no          yes         no          no          no          no          yes
POST /invite                                 no          no          no          no          no          no          yes         no          no          no          no          yes
GET /calls                                   door        no          no          no          no          no          yes         no          no          no          no          no
POST /calls/{code}                           no          no          no          no          no          no          yes         no          no          no          no          no
POST /calls/{code}/coach                     no          no          no          no          no          no          yes         no          no          no          no          no

-- Coaches, as staff sees them
GET /coaches                                 door        no          no          no          no          no          yes         no          no          no          no          yes
POST /coaches                                no          no          no          no          no          no          yes         no          no          no          no          yes
GET /coaches/{code}                          door        no          no          no          no          no          yes         no          no          no          no          yes
POST /coaches/{code}/{act}                   no          no          no          no          no          no          yes         no          no          no          no          yes
GET /supervision                             door        no          no          no          no          no          yes         no          no          no          no          yes
POST /supervision                            no          no          no          no          no          no          yes         no          no          no          no          yes
GET /supervision/{id}                        door        no          no          no          no          no          yes         no          no          no          no          yes
POST /supervision/{id}/change                no          no          no          no          no          no          yes         no          no          no          no          yes
POST /supervision/{id}/attend                no          no          no          no          no          no          yes         no          no          no          no          yes
POST /supervision/{id}/cancel                no          no          no          no          no          no          yes         no          no          no          no          yes

-- Messages before they go
GET /messages                                door        no          no          no          no          no          yes         no          no          no          no          yes
GET /messages/{id}                           door        no          no          no          no          no          yes         no          no          no          no          yes
POST /messages/{id}/text                     no          no          no          no          no          no          yes         no          no          no          no          yes
POST /messages/{id}/stop                     no          no          no          no          no          no          yes         no          no          no          no          yes
POST /messages/{id}/restore                  no          no          no          no          no          no          yes         no          no          no          no          yes
GET /messages/plan/{message}                 door        no          no          no          no          no          yes         no          no          no          no          yes
POST /messages/plan/{message}/text           no          no          no          no          no          no          yes         no          no          no          no          yes
POST /messages/plan/{message}/move           no          no          no          no          no          no          yes         no          no          no          no          yes
POST /messages/plan/{message}/stop           no          no          no          no          no          no          yes         no          no          no          no          yes
POST /messages/plan/{message}/restore        no          no          no          no          no          no          yes         no          no          no          no          yes
GET /people/{code}/messages                  door        no          no          no          no          no          yes         no          no          no          no          yes
POST /people/{code}/messages                 no          no          no          no          no          no          yes         no          no          no          no          yes
POST /people/{code}/messages/stop            no          no          no          no          no          no          yes         no          no          no          no          yes
POST /people/{code}/messages/lift            no          no          no          no          no          no          yes         no          no          no          no          yes

-- Incentives and pay
GET /incentives                              door        no          no          no          no          no          yes         no          no          no          no          no
GET /incentives/labels                       door        no          no          no          no          no          yes         no          no          no          no          no
POST /incentives/send                        no          no          no          no          no          no          yes         no          no          no          no          no
POST /incentives/receive                     link        no          no          no          none        none        yes         none        none        none        none        none
POST /incentives/addresses                   no          no          no          no          no          no          yes         no          no          no          no          no
GET /pay                                     door        no          no          no          no          no          no          no          no          no          yes         yes
GET /pay/{month}                             door        no          no          no          no          no          no          no          no          no          yes         yes
GET /pay/{month}/{file}                      door        no          no          no          no          no          no          no          no          no          yes         yes
POST /pay/{month}/approve                    no          no          no          no          no          no          no          no          no          no          yes         no
GET /desk/pay                                door        no          no          no          yes         yes         no          no          no          no          no          no
`
