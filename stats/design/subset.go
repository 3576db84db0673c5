package design

// Without builds the same design from the used rows for which leave says false. Levels and columns that lose
// their rows are dropped as in Build.
func (d *Design) Without(leave func(row int) bool) (*Design, error) {
	o := d.options
	o.leave = make([]bool, d.table.Len())
	if d.options.leave != nil {
		copy(o.leave, d.options.leave)
	}
	for i, row := range d.Used {
		if leave(i) {
			o.leave[row] = true
		}
	}
	return Build(d.table, d.Formula, o)
}
