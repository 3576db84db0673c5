package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"rekindle/platform/store"
	"rekindle/problem"
	"rekindle/trial/study"
)

// gift is an item that a participant has earned.
type gift struct {
	ID, Name string
	Address  []string // to which it goes; none: not known yet
	Due      bool     // not posted yet
	Sent     *time.Time
	Received *time.Time
}

// gifts gives what the participant has earned, and where it stands.
func (s *Site) gifts(r *http.Request, st standing, p *study.Protocol) (all []gift, err error) {
	err = s.read(r, func(tx *store.Tx) error {
		all = nil
		earned, err := tx.IncentivesOf(r.Context(), st.Record.Code)
		if err != nil {
			return err
		}
		for _, i := range earned {
			one := gift{ID: i.Item, Name: i.Item, Due: i.Sent == nil, Sent: inZone(i.Sent, st.zone), Received: inZone(i.Received, st.zone)}
			if k := slices.IndexFunc(p.Incentives, func(known study.Incentive) bool { return known.ID == i.Item }); k >= 0 {
				one.Name = p.Incentives[k].Name
			}
			if one.Due {
				address, err := s.Conduct.AddressOf(r.Context(), tx, actor(r))
				if err != nil {
					return err
				}
				one.Address = strings.FieldsFunc(address, func(c rune) bool { return c == '\n' })
			}
			all = append(all, one)
		}
		return nil
	})
	return all, err
}

func inZone(t *time.Time, zone *time.Location) *time.Time {
	if t == nil {
		return nil
	}
	return new(t.In(zone))
}

// participantAddressPage asks where a gift is to go.
type participantAddressPage struct {
	Address string
	Wrong   bool
}

// addressShow shows the postal address that is kept.
func (s *Site) addressShow(w http.ResponseWriter, r *http.Request) error {
	var page participantAddressPage
	if err := s.read(r, func(tx *store.Tx) (err error) {
		page.Address, err = s.Conduct.AddressOf(r.Context(), tx, actor(r))
		return err
	}); err != nil {
		return err
	}
	return s.showMine(w, r, http.StatusOK, "participant_address", "address_title", page)
}

// addressSave takes a postal address.
func (s *Site) addressSave(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	page := participantAddressPage{Address: r.PostForm.Get("address")}
	switch err := s.Conduct.GiveAddress(r.Context(), actor(r), actor(r).Participant, page.Address); {
	case problem.Is(err, problem.Invalid):
		page.Wrong = true
		return s.showMine(w, r, http.StatusUnprocessableEntity, "participant_address", "address_title", page)
	case err != nil:
		return err
	}
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}

// giftReceive notes that a gift has arrived.
func (s *Site) giftReceive(w http.ResponseWriter, r *http.Request) error {
	err := s.Conduct.ReceiveIncentive(r.Context(), actor(r), actor(r).Participant, r.PostFormValue("item"))
	if err != nil && !problem.Is(err, problem.Conflict) { // said twice, or before it was posted: home says how it stands
		return err
	}
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}

// participantZonePage asks in which time zone times are told.
type participantZonePage struct {
	Zone  string
	Zones []string
	Now   time.Time
}

// zoneShow shows the choice.
func (s *Site) zoneShow(w http.ResponseWriter, r *http.Request) error {
	st, err := s.standing(r)
	if err != nil {
		return err
	}
	page := participantZonePage{Zone: st.zone.String(), Zones: zonesOffered, Now: st.Now.In(st.zone)}
	if !slices.Contains(page.Zones, page.Zone) {
		page.Zones = append([]string{page.Zone}, page.Zones...)
	}
	return s.showMine(w, r, http.StatusOK, "participant_zone", "zone_title", page)
}

// zoneSave takes it.
func (s *Site) zoneSave(w http.ResponseWriter, r *http.Request) error {
	if err := s.Conduct.ChangeZone(r.Context(), actor(r), actor(r).Participant, strings.TrimSpace(r.PostFormValue("zone"))); err != nil {
		return err
	}
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}
