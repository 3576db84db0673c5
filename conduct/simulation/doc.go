// Package simulation rehearses a trial: simulated people live through it on a virtual clock, and everything they do goes
// through the verbs of package conduct, as it would in the trial itself.
//
// What they are like is in two places. The protocol's [simulation] says how many come, start, stay and answer, and what
// coaching changes; population.json says how the answers of a physician hang together (latent scores, item
// difficulties, stability over three months). Neither ever enters an analysis, and a rehearsal's dataset says that its people
// are simulated.
//
// One seed gives one rehearsal, to the last answer: each person draws from a stream of their own.
package simulation
