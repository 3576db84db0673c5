package simulation

import "rekindle/trial/cost"

// daysToApprove is when finance approves what coaches are paid: on the fifth of the next month, when late sessions are recorded.
const daysToApprove = 4

// approvePay has finance approve a month's sheet, if there is anything to pay.
func (r *rehearsal) approvePay(month cost.Month) error {
	all, err := r.c.PaySheets(r.ctx, finance)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.Month == month && len(s.Coaches) > 0 {
			return r.c.ApprovePay(r.ctx, finance, month, s.Digest)
		}
	}
	r.acts-- // nobody's act
	return nil
}
