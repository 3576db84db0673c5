package simulation

import "rekindle/trial/coach"

// written are what simulated coaches say of themselves, one after the other and again from the first.
var written = []coach.Profile{
	{Pronouns: "she/her", Languages: []string{"English"}, Biography: "I have been an internist for nineteen years and a clinic director for six of them. I came to coaching after a year in which I nearly left. I will not tell you what to do; I will ask what you would do if it were easier than you think."},
	{Pronouns: "he/him", Languages: []string{"English", "Spanish"}, Biography: "Anesthesiologist, father of three, and a slow runner. People say they leave our hour with one thing that they really do. I like to start with what already works."},
	{Pronouns: "she/her", Languages: []string{"English", "Portuguese"}, Biography: "I work in the emergency department, mostly nights. I know what it is to carry a shift home. We can talk about the next ten years or about next Tuesday, whichever weighs more."},
	{Pronouns: "they/them", Languages: []string{"English"}, Biography: "Psychiatrist by training, gardener by temper. I listen for what you are proud of and do not say. I am good with people who are good at everything except stopping."},
	{Pronouns: "he/him", Languages: []string{"English"}, Biography: "Surgeon for twenty-five years, half of them with residents at my elbow. I became a coach because nobody had asked me a good question since my own training. I keep to time, and to what you said you wanted."},
	{Pronouns: "she/her", Languages: []string{"English", "Mandarin"}, Biography: "Pediatrician and researcher. I have moved country, department and specialty, and I enjoy crossroads. Expect many questions, some silence, and a plan that fits on an index card."},
	{Pronouns: "he/him", Languages: []string{"English", "Hindi"}, Biography: "I am a cardiologist who went part-time and lived. Boundaries are my subject, since I had none. We will find the two or three things that only you can do, and look at the rest together."},
	{Pronouns: "she/her", Languages: []string{"English"}, Biography: "Radiologist, reader of novels, chair of too many committees. I coach colleagues who are about to take on a new role, or to put one down. Both take courage, and both can be planned."},
}

// profile is what the i-th simulated coach says, with what they are good for.
func profile(i int, strengths string) coach.Profile {
	p := written[i%len(written)]
	p.Strengths = strengths
	return p
}
