package conduct_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"rekindle/conduct"
	"rekindle/platform/identity"
	"rekindle/platform/store"
	"rekindle/problem"
)

// Whoever posts the items learns who is to get what, and nothing from which a code or an arm follows.
func TestParcels(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		coaching, control := w.arms(8)
		w.at("2021-11-08 09:00")
		w.tick()
		w.answer(coaching[0], "month3")
		w.answer(control[0], "month3")
		all, err := w.Parcels(ctx, coordinator)
		must(t, err)
		if len(all) != 4 || all[0].Name == "" || all[0].Item == "" || all[0].Sent != nil {
			t.Fatalf("due %+v", all)
		}
		// The two arms differ by name alone.
		seen := map[string]map[string]bool{}
		for _, p := range all {
			if seen[p.Name] == nil {
				seen[p.Name] = map[string]bool{}
			}
			seen[p.Name][fmt.Sprint(p.Item, p.Weeks, p.Address, p.Sent, p.Received, p.Carrier)] = true
			for _, code := range []string{string(coaching[0]), string(control[0])} {
				if strings.Contains(p.ID, code) {
					t.Errorf("%s tells the code", p.ID)
				}
			}
		}
		if len(seen) != 2 || fmt.Sprint(seen["Dr. Person 0"]) == "" {
			t.Errorf("seen %v", seen)
		}
		var shapes []string
		for _, items := range seen {
			shapes = append(shapes, fmt.Sprint(items))
		}
		if shapes[0] != shapes[1] {
			t.Errorf("what is due tells the arm: %v", shapes)
		}

		ids := []string{all[0].ID, all[1].ID, all[0].ID}
		_, err = w.SendParcels(ctx, coordinator, nil, "")
		refused(t, err, problem.Invalid, "No parcel")
		_, err = w.SendParcels(ctx, coordinator, []string{all[0].ID, "0123"}, "")
		refused(t, err, problem.NotFound, "no parcel")
		_, err = w.SendParcels(ctx, coordinator, ids, strings.Repeat("x", 201))
		refused(t, err, problem.Invalid, "within 200")
		_, err = w.ReceiveParcels(ctx, coordinator, ids)
		refused(t, err, problem.Conflict, "not been sent")
		if n, err := w.SendParcels(ctx, coordinator, ids, " USPS  9400 1 "); err != nil || n != 2 {
			t.Errorf("sent %d, %v", n, err)
		}
		_, err = w.SendParcels(ctx, coordinator, []string{all[2].ID, all[1].ID}, "")
		refused(t, err, problem.Conflict, "It was sent on November 8, 2021")
		if n, err := w.ReceiveParcels(ctx, coordinator, []string{all[1].ID}); err != nil || n != 1 {
			t.Errorf("received %d, %v", n, err)
		}
		_, err = w.ReceiveParcels(ctx, coordinator, []string{all[1].ID})
		refused(t, err, problem.Conflict, "already")
		all, err = w.Parcels(ctx, coordinator)
		must(t, err)
		if all[0].Carrier != "USPS 9400 1" || all[0].Sent == nil || all[1].Received == nil || all[2].Sent != nil {
			t.Errorf("after all: %+v", all)
		}
		w.tick()
		told := 0
		for _, code := range []string{string(coaching[0]), string(control[0])} {
			w.read(func(ctx context.Context, tx *store.Tx) error {
				mails, err := tx.Mail(ctx, code, 0, 100)
				for _, m := range mails {
					if m.Kind == "incentive" {
						told++
					}
				}
				return err
			})
		}
		if told != 2 {
			t.Errorf("%d mails tell of 2 parcels", told)
		}
		if due, err := w.ExportParcels(ctx, coordinator); err != nil || len(due) != 0 { // nobody has given an address
			t.Errorf("exported %+v, %v", due, err)
		}
		if verbs := strings.Join(w.trail(w.Protocol.ID), " "); !strings.Contains(verbs, "incentive.export") {
			t.Errorf("the trail: %s", verbs)
		}
		for _, role := range identity.Roles {
			if role == identity.Coordinator {
				continue
			}
			by := identity.Actor{Name: string(role), Role: role, Participant: coaching[0]}
			_, reads := w.Parcels(ctx, by)
			_, sends := w.SendParcels(ctx, by, ids, "")
			_, receives := w.ReceiveParcels(ctx, by, ids)
			_, exports := w.ExportParcels(ctx, by)
			for act, err := range map[string]error{"read": reads, "send": sends, "receive": receives, "export": exports} {
				if !problem.Is(err, problem.Forbidden) {
					t.Errorf("%s by %s: %v", act, role, err)
				}
			}
		}
	})
}

func TestParcelsHaveAddresses(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		codes, err := w.AddRoster(ctx, coordinator, []conduct.Person{{Name: "Dr. Addressed", Email: "a@hospital.example", Address: "1 Example Street\nBoston"}, {Name: "Dr. Nowhere", Email: "b@hospital.example"}})
		must(t, err)
		for _, code := range codes {
			w.enrol(code)
		}
		w.at("2021-11-08 09:00")
		w.tick()
		for _, code := range codes {
			w.answer(code, "month3")
		}
		due, err := w.ExportParcels(ctx, coordinator)
		must(t, err)
		if len(due) != 2 || due[0].Address != "1 Example Street\nBoston" || due[0].Name != "Dr. Addressed" {
			t.Errorf("exported %+v", due)
		}
	})
}
