package arithmetic_test

import (
	"math"
	"math/rand/v2"
	"testing"

	. "rekindle/stats/arithmetic"
)

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tol*math.Max(1, math.Abs(want)) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// The standard library is the judge: correctly rounded to about one ulp.
func TestElementaryFunctionsAgreeWithTheStandardLibrary(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		x := rng.NormFloat64() * math.Pow(10, 4*rng.Float64()-2)
		if w := math.Exp(x); w > 0 && !math.IsInf(w, 1) && math.Abs(Exp(x)/w-1) > 5e-16 {
			t.Fatalf("Exp(%v) = %v, want %v", x, Exp(x), w)
		}
		y := math.Exp(rng.NormFloat64() * 20)
		if w := math.Log(y); math.Abs(Log(y)-w) > 4e-16*math.Max(math.Abs(w), 1e-3) {
			t.Fatalf("Log(%v) = %v, want %v", y, Log(y), w)
		}
		if w := math.Log1p(y); math.Abs(Log1p(y)-w) > 4e-16*w {
			t.Fatalf("Log1p(%v) = %v, want %v", y, Log1p(y), w)
		}
		p, s := Logistic(x)
		if w := 1 / (1 + math.Exp(-x)); math.Abs(p-w) > 5e-16*w && w > 1e-300 {
			t.Fatalf("Logistic(%v) = %v, want %v", x, p, w)
		}
		if w := math.Log1p(math.Exp(-math.Abs(x))) + math.Max(x, 0); math.Abs(s-w) > 5e-16*w {
			t.Fatalf("softplus(%v) = %v, want %v", x, s, w)
		}
		z := math.Exp(rng.NormFloat64() * 3)
		w, _ := math.Lgamma(z)
		near(t, "LogGamma", LogGamma(z), w, 2e-14)
	}
	for _, c := range []struct{ x, exp, log float64 }{{0, 1, math.Inf(-1)}, {math.Inf(1), math.Inf(1), math.Inf(1)}, {math.Inf(-1), 0, math.NaN()}, {-800, 0, math.NaN()}, {710, math.Inf(1), math.Log(710)}, {5e-324, 1, -744.4400719213812}} {
		if Exp(c.x) != c.exp {
			t.Errorf("Exp(%v) = %v", c.x, Exp(c.x))
		}
		if g := Log(c.x); g != c.log && !(math.IsNaN(g) && math.IsNaN(c.log)) {
			t.Errorf("Log(%v) = %v, want %v", c.x, g, c.log)
		}
	}
}

// psi(1) = -gamma, psi'(1) = pi^2/6, psi(1/2) = -gamma - 2 ln 2, psi'(1/2) =
// pi^2/2 (Abramowitz and Stegun 6.3, 6.4), and the recurrences.
func TestGammaDerivatives(t *testing.T) {
	const euler = 0.57721566490153286061
	near(t, "psi(1)", Digamma(1), -euler, 2e-15)
	near(t, "psi(1/2)", Digamma(0.5), -euler-2*math.Ln2, 2e-15)
	near(t, "psi'(1)", Trigamma(1), math.Pi*math.Pi/6, 2e-15)
	near(t, "psi'(1/2)", Trigamma(0.5), math.Pi*math.Pi/2, 2e-15)
	for _, x := range []float64{1e-3, 0.3, 2.5, 14.9, 15, 40, 1e6} {
		near(t, "psi recurrence", Digamma(x+1)-Digamma(x), 1/x, 1e-13)
		near(t, "psi' recurrence", Trigamma(x)-Trigamma(x+1), 1/(x*x), 1e-13)
	}
}

func TestDenseKernels(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 3, 8} {
		g := make([]float64, n*n)
		for i := range g {
			g[i] = rng.NormFloat64()
		}
		a := make([]float64, n*n)
		for i := range n {
			AddOuter(a, 1, g[i*n:i*n+n])
			a[i*n+i] += 0.5
		}
		Symmetrize(a, n)
		l := append([]float64(nil), a...)
		if !Cholesky(l, n) {
			t.Fatal("positive definite matrix refused")
		}
		inv, id := make([]float64, n*n), make([]float64, n*n)
		Invert(inv, l, n)
		Multiply(id, a, inv, n, n, n)
		x := append([]float64(nil), g[:n]...)
		Solve(l, n, x)
		for i := range n {
			near(t, "solve", Dot(a[i*n:i*n+n], x), g[i], 1e-10)
			for j := range n {
				want := 0.0
				if i == j {
					want = 1
				}
				near(t, "inverse", id[i*n+j], want, 1e-10)
			}
		}
		values, vectors := Eigen(a, n)
		det := 0.0
		for k := range n {
			det += math.Log(values[k])
			for i := range n {
				s := 0.0
				for j := range n {
					s += a[i*n+j] * vectors[j*n+k]
				}
				near(t, "eigenvector", s, values[k]*vectors[i*n+k], 1e-12)
			}
		}
		near(t, "determinant", LogDet(l, n), det, 1e-11)
		near(t, "quadratic form", QuadraticForm(a, n, x), Dot(x, g[:n]), 1e-10)
	}
	if Cholesky([]float64{1, 0, 2, 1}, 2) || Cholesky([]float64{math.NaN()}, 1) {
		t.Error("indefinite or NaN matrix accepted")
	}
}

func TestOrthogonalizeNamesTheDependentColumn(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const n, p = 30, 4
	x := make([]float64, n*p)
	for i := range n { // a date and its square: badly scaled on purpose
		d := 44000 + rng.Float64()
		x[i*p], x[i*p+1], x[i*p+2], x[i*p+3] = 1, d, d*d, rng.NormFloat64()
	}
	q := append([]float64(nil), x...)
	if _, dep := Orthogonalize(q, n, p); dep != 2 {
		t.Fatalf("d^2 is numerically collinear with 1 and d, got %d", dep)
	}
	for i := range n {
		x[i*p+2] = rng.NormFloat64() * 1e8
	}
	q = append(q[:0], x...)
	r, dep := Orthogonalize(q, n, p)
	if dep != -1 {
		t.Fatalf("column %d called dependent", dep)
	}
	for i := range n {
		for j := range p {
			s := 0.0
			for k := range p {
				s += q[i*p+k] * r[k*p+j]
			}
			near(t, "QR", s, x[i*p+j], 1e-14)
		}
	}
	b := []float64{1, 2, 3, 4}
	z := append([]float64(nil), b...)
	SolveUpper(r, p, z)
	SolveUpperT(r, p, z)
	for k := range p { // r' r z' = b means x'x z' = b
		s := 0.0
		_ = k
		for j := range p {
			s += r[k*p+j] * z[j]
		}
		if math.IsNaN(s) {
			t.Error("NaN from triangular solves")
		}
	}
}

func BenchmarkExp(b *testing.B) {
	x, s := -3.0, 0.0
	for b.Loop() {
		s += Exp(x)
		if x += 0.01; x > 3 {
			x = -3
		}
	}
	sink = s
}

func BenchmarkLogistic(b *testing.B) {
	x, s := -3.0, 0.0
	for b.Loop() {
		p, l := Logistic(x)
		s += p + l
		if x += 0.01; x > 3 {
			x = -3
		}
	}
	sink = s
}

func BenchmarkStandardExp(b *testing.B) {
	x, s := -3.0, 0.0
	for b.Loop() {
		s += math.Exp(x)
		if x += 0.01; x > 3 {
			x = -3
		}
	}
	sink = s
}

var sink float64
