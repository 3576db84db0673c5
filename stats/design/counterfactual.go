package design

import "fmt"

// RowsAt gives, for each of the used rows listed (from 0), its row of the model matrix as it would be with the variables in at fixed and its own
// values in all others: what standardization (g-computation) averages after a nonlinear link, where averaging rows would not do.
func (d *Design) RowsAt(at At, used []int) ([]Row, error) {
	fixed, err := d.fix(at)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(used))
	full := make([]float64, len(d.coder.names))
	setting := make([][]float64, len(fixed))
	for k, i := range used {
		if i < 0 || i >= len(d.Used) {
			return nil, fmt.Errorf("row %d is not among the %d used rows", i, len(d.Used))
		}
		for v, x := range d.coder.variables {
			switch {
			case fixed[v] != nil:
				setting[v] = fixed[v]
			case x.factor():
				setting[v] = make([]float64, len(x.levels))
				setting[v][x.codes[i]] = 1
			default:
				setting[v] = x.values[i : i+1]
			}
		}
		d.coder.fill(full, setting)
		out[k] = d.reduce(full)
	}
	return out, nil
}
