package webtest

import (
	"net/url"

	"rekindle/trial/instrument"
)

// Answers gives one answer that can be taken to each item of an instrument, as a form sends them.
func Answers(in *instrument.Instrument) url.Values {
	form := url.Values{}
	for _, it := range in.Items {
		switch it.Scale.Kind {
		case instrument.VAS, instrument.Number:
			form.Set(it.ID, "7")
		case instrument.Text:
			form.Set(it.ID, "More time.")
		case instrument.SelectAll:
			form[it.ID] = it.Scale.Allowed()[:2]
		default:
			form.Set(it.ID, it.Scale.Allowed()[1])
		}
	}
	return form
}
