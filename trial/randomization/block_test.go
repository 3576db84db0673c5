package randomization

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rekindle/trial/study"
)

// drawDesign draws a design of permuted blocks with up to four arms of any ratio and up to three block sizes.
func drawDesign(t *rapid.T) Design {
	d := Design{Trial: "t", Method: study.PermutedBlocks, Factors: []Factor{{ID: "site", Levels: []string{"a", "b"}}}}
	for i, ratio := range rapid.SliceOfN(rapid.IntRange(1, 4), 2, 4).Draw(t, "ratios") {
		d.Arms = append(d.Arms, Arm{fmt.Sprint("arm", i), ratio})
	}
	for _, repeat := range rapid.SliceOfNDistinct(rapid.IntRange(1, 4), 1, 3, rapid.ID).Draw(t, "repeats") {
		d.BlockSizes = append(d.BlockSizes, repeat*d.parts())
	}
	slices.Sort(d.BlockSizes)
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	return d
}

func drawSeed(t *rapid.T) Seed {
	s, err := NewSeed(bytes.NewReader(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed")))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryBlockHoldsTheRatioExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDesign(t)
		b := d.blocks(drawSeed(t), "site=a")
		for range 10 {
			counts := make([]int, len(d.Arms))
			size := 0
			for {
				counts[b.next()]++
				size++
				if len(b.block) == 0 {
					break
				}
			}
			if !slices.Contains(d.BlockSizes, size) {
				t.Fatalf("a block of %d, want one of %v", size, d.BlockSizes)
			}
			for i, n := range counts {
				if n*d.parts() != size*d.Arms[i].Ratio {
					t.Fatalf("%d of %d in a block go to an arm of ratio %d:%d", n, size, d.Arms[i].Ratio, d.parts())
				}
			}
		}
	})
}

// TestBlocksAreUniform: the 6 orders of a block of 4 with 1:1, and the two sizes 4 and 6, come equally often over many seeds.
func TestBlocksAreUniform(t *testing.T) {
	d := Design{Trial: "t", Method: study.PermutedBlocks, Arms: []Arm{{"a", 1}, {"b", 1}}, BlockSizes: []int{4, 6}}
	orders, sizes := map[string]float64{}, map[int]float64{}
	const runs = 6000
	for i := range runs {
		s := Seed{[32]byte{byte(i), byte(i >> 8)}}
		b := d.blocks(s, Whole)
		order := fmt.Sprint(b.next())
		size := len(b.block) + 1
		sizes[size]++
		for len(b.block) > 0 {
			order += fmt.Sprint(b.next())
		}
		if size == 4 {
			orders[order]++
		}
	}
	if len(orders) != 6 {
		t.Fatalf("%d orders of aabb, want 6", len(orders))
	}
	chi := 0.0
	for _, n := range orders {
		e := sizes[4] / 6
		chi += (n - e) * (n - e) / e
	}
	if chi > 20.515 { // chi-square, 5 degrees of freedom, P = .001 (any table)
		t.Errorf("orders %v: chi-square %.1f", orders, chi)
	}
	if d := sizes[4] - runs/2; d*d > 10.83*runs/4 { // 1 degree of freedom, P = .001
		t.Errorf("sizes %v, want equal numbers", sizes)
	}
}

// TestBeliefsAreBayes: with blocks of 2 and 4, 1:1, after "a" the block is ab?? - the guesser's chances by hand.
// P(size 2) = P(size 4) = 1/2, both give "a" with 1/2. Left: b of 1; abb of 3. P(b) = 1/2*1 + 1/2*2/3 = 5/6.
// After "a", "a" it must be a block of 4, and "b", "b" are certain.
func TestBeliefsAreBayes(t *testing.T) {
	d := Design{Trial: "t", Method: study.PermutedBlocks, Arms: []Arm{{"a", 1}, {"b", 1}}, BlockSizes: []int{2, 4}}
	b := d.beliefs()
	b.see(0)
	if p := b.chances(); p[1] < 5./6-1e-12 || p[1] > 5./6+1e-12 {
		t.Errorf("after a: P(b) = %v, want 5/6", p[1])
	}
	b.see(0)
	for range 2 {
		if _, certain := likeliest(b.chances()); !certain {
			t.Errorf("after a a: %v, want b for certain", b.chances())
		}
		b.see(1)
	}
	if p := b.chances(); p[0] != 0.5 {
		t.Errorf("at the start of a block: %v, want 1/2", p)
	}
}
