package lmm

import "rekindle/stats/arithmetic"

// Products with the block diagonal Lambda, and with tall matrices (effects x columns).

// fromLeft replaces d (q x m) by Lambda' d.
func (x *mixture) fromLeft(c *component, d []float64, m int) {
	for _, nd := range c.nodes {
		k, l := x.terms[nd.term].effect, x.lambda[nd.term]
		for a := range k { // row a becomes the sum over b >= a of L_ba row b
			row := d[(nd.offset+a)*m : (nd.offset+a+1)*m]
			f := l[a*k+a]
			for j := range row {
				row[j] *= f
			}
			for b := a + 1; b < k; b++ {
				arithmetic.AddScaled(row, l[b*k+a], d[(nd.offset+b)*m:(nd.offset+b+1)*m])
			}
		}
	}
}

// fromRight replaces d (m x q) by d Lambda.
func (x *mixture) fromRight(c *component, d []float64, m int) {
	for _, nd := range c.nodes {
		k, l := x.terms[nd.term].effect, x.lambda[nd.term]
		for r := range m {
			row := d[r*c.q+nd.offset : r*c.q+nd.offset+k]
			for a := range k { // column a becomes the sum over b >= a of column b L_ba
				s := 0.0
				for b := a; b < k; b++ {
					s += float64(row[b] * l[b*k+a])
				}
				row[a] = s
			}
		}
	}
}

// spread replaces d (q x m) by Lambda d.
func (x *mixture) spread(c *component, d []float64, m int) {
	for _, nd := range c.nodes {
		k, l := x.terms[nd.term].effect, x.lambda[nd.term]
		for a := k - 1; a >= 0; a-- {
			row := d[(nd.offset+a)*m : (nd.offset+a+1)*m]
			f := l[a*k+a]
			for j := range row {
				row[j] *= f
			}
			for b := range a {
				arithmetic.AddScaled(row, l[a*k+b], d[(nd.offset+b)*m:(nd.offset+b+1)*m])
			}
		}
	}
}

// spreadRight replaces d (q x q) by d Lambda'.
func (x *mixture) spreadRight(c *component, d []float64) {
	q := c.q
	for _, nd := range c.nodes {
		k, l := x.terms[nd.term].effect, x.lambda[nd.term]
		for r := range q {
			row := d[r*q+nd.offset : r*q+nd.offset+k]
			for a := k - 1; a >= 0; a-- {
				s := 0.0
				for b := range a + 1 {
					s += float64(l[a*k+b] * row[b])
				}
				row[a] = s
			}
		}
	}
}

// entry is tr(D S) for one block: the element, twice off the diagonal.
func entry(s []float64, q, i, j int, diagonal bool) float64 {
	if diagonal {
		return s[i*q+j]
	}
	return 2 * s[i*q+j]
}

// both adds u v' + v u' (or u u' once) to f (a x a).
func both(f []float64, a int, u, v []float64, same bool) {
	for i := range a {
		row := f[i*a : (i+1)*a]
		arithmetic.AddScaled(row, u[i], v)
		if !same {
			arithmetic.AddScaled(row, v[i], u)
		}
	}
}

// inner adds b'd to f (a x a), b and d being q x a.
func inner(f, b, d []float64, q, a int) { innerScaled(f, 1, b, d, q, a) }

func innerScaled(f []float64, c float64, b, d []float64, q, a int) {
	for r := range q {
		row := d[r*a : (r+1)*a]
		for i, v := range b[r*a : (r+1)*a] {
			if v != 0 {
				arithmetic.AddScaled(f[i*a:(i+1)*a], float64(c*v), row)
			}
		}
	}
}

func transpose(dst, src []float64, n int) {
	for i := range n {
		for j := range n {
			dst[j*n+i] = src[i*n+j]
		}
	}
}
