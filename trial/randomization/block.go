package randomization

import "slices"

func (d Design) checkBlocks(add func(field, remedy, format string, args ...any)) {
	if len(d.BlockSizes) == 0 {
		add("allocation.block_sizes", "name at least one size, better two", "there are no block sizes")
	}
	if !slices.IsSorted(d.BlockSizes) || len(slices.Compact(slices.Clone(d.BlockSizes))) != len(d.BlockSizes) {
		add("allocation.block_sizes", "each size once, ascending", "the sizes %v repeat or are out of order", d.BlockSizes)
	}
	parts := max(d.parts(), 1)
	for _, size := range d.BlockSizes {
		if size < parts || size%parts != 0 || size > maxBlock {
			add("allocation.block_sizes", "a multiple of the sum of ratios, at most 1000",
				"a block of %d cannot hold the ratio, whose sum is %d", size, parts)
		}
	}
}

// blocks gives the arms of one stratum one after the other.
type blocks struct {
	design  Design
	numbers *stream
	block   []int // arms left in the current block, the next one first
}

func (d Design) blocks(s Seed, stratum string) *blocks {
	return &blocks{design: d, numbers: d.stream(s, "stratum "+stratum)}
}

// next gives the place of the next arm in Design.Arms. Where a block is used up it draws the size of the next (each
// size equally likely), lays out its arms in the order of the design, and shuffles them (Fisher-Yates, from the end).
func (b *blocks) next() int {
	if len(b.block) == 0 {
		sizes := b.design.BlockSizes
		size := sizes[b.numbers.below(uint32(len(sizes)))]
		repeat := size / b.design.parts()
		for i, a := range b.design.Arms {
			for range repeat * a.Ratio {
				b.block = append(b.block, i)
			}
		}
		for i := size - 1; i > 0; i-- {
			j := b.numbers.below(uint32(i + 1))
			b.block[i], b.block[j] = b.block[j], b.block[i]
		}
	}
	arm := b.block[0]
	b.block = b.block[1:]
	return arm
}
