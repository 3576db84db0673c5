package analysis

import (
	"rekindle/trial/cost"
	"rekindle/trial/study"
)

// costs accounts for the coaching of the arms that are coached at once: hours paid for their sessions up to the endpoint,
// all coaches trained, incentives of everybody who got one.
func costs(d *Data) (*Cost, error) {
	if d.Dataset == nil {
		return nil, nil
	}
	var n cost.Counts
	for i := range d.Participants {
		p := &d.Participants[i]
		arm, _ := d.Protocol.Arm(p.Arm)
		for _, id := range p.Entrant.Incentives {
			for _, inc := range d.Protocol.Incentives {
				if inc.ID == id {
					n.Incentives += inc.Cost
				}
			}
		}
		if arm.Role != study.Intervention || !arm.Coaching {
			continue
		}
		n.Randomized++
		if p.Received > 0 {
			n.Started++
		}
		if p.Received > 0 && p.Complete {
			n.Completed++
		}
		for _, s := range p.Entrant.Sessions {
			n.Hours += float64(s.Billed) / 60
			if s.State == "held" {
				n.ActualHours += float64(s.Held) / 60
				n.BookedHours += float64(s.Planned) / 60
			}
		}
	}
	for _, c := range d.Dataset.Coaches {
		if c.Certified != nil {
			n.Coaches++
		}
	}
	a, err := cost.Add(d.Protocol.Cost, n)
	if err != nil {
		return nil, err
	}
	out := &Cost{Currency: a.Currency, Hours: n.Hours, HeldHours: n.ActualHours, Coaches: n.Coaches, Training: a.Training, Running: a.Ongoing,
		Benchmark: d.Protocol.Cost.Benchmark, BenchmarkSource: d.Protocol.Cost.BenchmarkSource, Hourly: a.Hourly, BenchmarkHourly: a.Bench}
	for _, l := range a.Lines {
		out.Lines = append(out.Lines, CostLine{Name: l.Name, Quantity: l.Quantity, Price: l.Price, Amount: l.Amount, Training: l.Training})
	}
	labels := map[string]string{"randomized": "Randomized to coaching", "started": "Started coaching", "completed": "Started and completed the endpoint survey"}
	for _, h := range a.Heads {
		out.PerParticipant = append(out.PerParticipant, CostRow{ID: h.Denominator, Label: labels[h.Denominator], N: h.N, With: h.Full, Without: h.Ongoing,
			WithDifference: h.VsFull, WithoutDifference: h.VsOngoing, BreakEven: h.BreakEven})
	}
	return out, nil
}
