package simulation

import (
	"fmt"

	"rekindle/trial/coach"
)

// written are what simulated coaches say of themselves, one after the other and again from the first.
var written = []coach.Profile{
	{Languages: []string{"English"}, Biography: "I have been an internist for nineteen years and a clinic director for six of them. I came to coaching after a year in which I nearly left. I will not tell you what to do; I will ask what you would do if it were easier than you think.", Voice: "You do not need to know what you want. We can begin with what you are tired of."},
	{Languages: []string{"English", "Spanish"}, Biography: "Anesthesiologist, parent of three, and a slow runner. People say they leave our hour with one thing that they really do. I like to start with what already works.", Voice: "Bring the thing that you would not say in the corridor."},
	{Languages: []string{"English", "Portuguese"}, Biography: "I work in the emergency department, mostly nights. I know what it is to carry a shift home. We can talk about the next ten years or about next Tuesday, whichever weighs more.", Voice: "We have an hour. Nobody pages you."},
	{Languages: []string{"English"}, Biography: "Psychiatrist by training, gardener by temper. I listen for what you are proud of and do not say. I am good with people who are good at everything except stopping.", Voice: "You have done harder things than talking to me."},
	{Languages: []string{"English"}, Biography: "Surgeon for twenty-five years, half of them with residents at my elbow. I became a coach because nobody had asked me a good question since my own training. I keep to time, and to what you said you wanted.", Voice: "If it helps, good; if not, say so, and we change it."},
	{Languages: []string{"English", "Mandarin"}, Biography: "Pediatrician and researcher. I have moved country, department and specialty, and I enjoy crossroads. Expect many questions, some silence, and a plan that fits on an index card.", Voice: "I will be curious about you. That is most of it."},
	{Languages: []string{"English", "Hindi"}, Biography: "I am a cardiologist who went part-time and lived. Boundaries are my subject, since I had none. We will find the two or three things that only you can do, and look at the rest together.", Voice: "Let us find one thing you can put down."},
	{Languages: []string{"English"}, Biography: "Radiologist, reader of novels, chair of too many committees. I coach colleagues who are about to take on a new role, or to put one down. Both take courage, and both can be planned.", Voice: "New role, old role, no role: all are good places to start."},
}

// profile is what the i-th simulated coach says, with what they are good for: in words, and by some of the protocol's themes.
func profile(i int, strengths string, themes []string) coach.Profile {
	p := written[i%len(written)]
	p.Strengths = strengths
	for n := range min(4, len(themes)) {
		p.Topics = append(p.Topics, themes[(5*i+3*n)%len(themes)])
	}
	p.Phone = fmt.Sprintf("+1 617 555 01%02d", i%100) // numbers that are kept for fiction
	return p
}
