package root_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"rekindle/stats/root"
)

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(float64) float64
		a, b float64
		want float64
	}{
		{"cosine", math.Cos, 0, 3, math.Pi / 2},
		{"cube", func(x float64) float64 { return x*x*x - 2 }, 0, 10, math.Cbrt(2)},
		{"flat then steep", func(x float64) float64 { return math.Exp(30*x) - math.Exp(27) }, -5, 1, 0.9},
		{"infinite at an end", math.Log, 0, 9, 1},
		{"zero at an end", func(x float64) float64 { return x - 4 }, 4, 9, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := root.Find(c.f, c.a, c.b)
			if err != nil || math.Abs(got-c.want) > 1e-14 {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestFindRefuses(t *testing.T) {
	if _, err := root.Find(func(x float64) float64 { return x*x + 1 }, -1, 1); !errors.Is(err, root.ErrNoSignChange) {
		t.Errorf("no sign change: got %v", err)
	}
	if _, err := root.Find(math.Sqrt, -1, 1); err == nil {
		t.Error("a function that is not a number was accepted")
	}
}

func TestBracketWidens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Float64Range(-1e6, 1e6).Draw(t, "root")
		got, err := root.Bracket(func(x float64) float64 { return x - want }, 0, 1, math.Inf(-1), math.Inf(1))
		if err != nil || math.Abs(got-want) > 1e-14*math.Abs(want)+1e-300 {
			t.Fatalf("got %v, %v; want %v", got, err, want)
		}
	})
	if _, err := root.Bracket(func(x float64) float64 { return x + 5 }, 0, 1, 0, 10); !errors.Is(err, root.ErrNoSignChange) {
		t.Errorf("a root outside the limits: got %v", err)
	}
}
