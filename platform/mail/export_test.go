package mail

// Judge is the judgement of a server that gives no enhanced code, at the recipient.
func Judge(code int, text string) Verdict { return judge(atRecipient, code, "", text) }
