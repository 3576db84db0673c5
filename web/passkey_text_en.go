package web

// passkeyEnglish has the texts of participants' passkeys in English.
var passkeyEnglish = map[string]string{
	"passkeys_title":          "Come in with a passkey",
	"passkeys_lede":           "With a passkey this device opens your page by your finger, face or PIN, without an e-mail. The links in your e-mails work as before.",
	"passkeys_made":           "Set up on %s",
	"passkeys_used":           "Set up on %s, last used on %s",
	"passkeys_device":         "A device",
	"passkeys_add":            "Set up on this device",
	"passkeys_remove":         "Remove",
	"passkeys_remove_one":     "Remove %s, set up on %s",
	"passkeys_own":            "Use a device of your own: whoever can unlock it can open your page.",
	"passkeys_kept":           "Your finger or face never leaves the device. The study keeps a public key and the kind of device, no name.",
	"passkeys_script":         "Setting up a passkey needs JavaScript, which is off in this browser. The links in your e-mails work without it.",
	"passkeys_impossible":     "There can be no passkeys at this address. The links in your e-mails work as before.",
	"passkeys_gone":           "That passkey was removed already.",
	"passkeys_stale":          "To remove a passkey you must have come in within the last quarter of an hour, so that nobody does it at a screen that you left open.",
	"passkeys_again":          "Come in again",
	"passkeys_arrive":         "Come in with a passkey",
	"passkeys_none":           "Nothing was chosen. Try again, or use the link in an e-mail.",
	"passkeys_known":          "This device has a passkey for your page already.",
	"passkeys_wrong":          "That did not work. Try again, or use the link in an e-mail.",
	"passkeys_copied":         "This passkey may have been copied, so it does not open your page. Come in by the link in an e-mail, and remove it there.",
	"passkeys_conflict":       "That took too long, was tried too often, or there are too many passkeys. Wait a few minutes and try again.",
	"yours_passkeys":          "Open your page by finger, face or PIN, without an e-mail.",
	"did_participant.passkey": "Set up or removed a passkey",
	"did_participant.arrive":  "Came in with a passkey",
}
