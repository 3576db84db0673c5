package portrait

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image/color"
	"math/rand/v2"
)

// shape is an ellipse of a drawing, in hundredths of its side.
type shape struct {
	x, y, rx, ry float64
	fill         color.RGBA
}

func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 0xff}
}

// palettes are paper, sun, coat and hair that go together; none is a color of skin: the faces are those of paper figures.
var palettes = [][4]uint32{
	{0xf6e7d3, 0xf0b46c, 0x3f6f7d, 0x5b3a29}, {0xe5efe9, 0xf2c288, 0x8a4b3a, 0x2f3e46}, {0xf3e3e0, 0xe79a7b, 0x355c59, 0x6b4226},
	{0xe7ecf4, 0xf4c98f, 0x51507a, 0x7a4a2b}, {0xf7edda, 0xd98b5f, 0x4f6d43, 0x43302b}, {0xeae6f0, 0xefb08c, 0x2f5d7c, 0x4a3a30},
	{0xe3eef0, 0xe9b872, 0x7c3f58, 0x3a3a3a}, {0xf5ead9, 0xe0a458, 0x3b4f7a, 0x6d5a4b},
}

// faces are the papers of which the figures are cut.
var faces = []uint32{0xf3cfae, 0xe6b48a, 0xc98f63, 0xa56e49, 0x7f5236, 0xf7dcc4}

// shapes gives the figure of a seed, from back to front: always the same for the same seed.
func shapes(seed string) (paper color.RGBA, all []shape) {
	h := fnv.New64a()
	h.Write([]byte(seed))
	rng := rand.New(rand.NewPCG(h.Sum64(), uint64(len(seed))))
	p := palettes[rng.IntN(len(palettes))]
	face := rgb(faces[rng.IntN(len(faces))])
	sun, coat, hair := rgb(p[1]), rgb(p[2]), rgb(p[3])
	if rng.IntN(4) == 0 {
		hair = rgb(0xb9b2aa) // gray
	}
	lean := float64(rng.IntN(7) - 3)
	wide := 15 + float64(rng.IntN(4))
	all = append(all, shape{28 + float64(rng.IntN(45)), 30 + float64(rng.IntN(12)), 26, 26, sun})
	top := 44.0
	switch rng.IntN(4) {
	case 0: // long hair
		all = append(all, shape{50 + lean, 52, wide + 8, 25, hair})
	case 1: // a bun
		all = append(all, shape{50 + lean, 21, 8, 8, hair}, shape{50 + lean, 40, wide + 4, 19, hair})
	case 2: // curls
		for i := range 6 {
			all = append(all, shape{50 + lean + float64(i-2)*7 - 3, 30 + float64((i*i)%3), 9, 9, hair})
		}
	default: // short
		all = append(all, shape{50 + lean, 38, wide + 3, 17, hair})
	}
	return rgb(p[0]), append(all,
		shape{50, 104, 36, 34, coat},
		shape{50 + lean/2, 68, 7.5, 13, face},
		shape{50 + lean, top + 1, wide, 20, face},
		shape{50 + lean - wide*.22, 29.5, wide * .86, 7.5, hair}, // a fringe
		shape{50, 104, 9, 26, rgb(0xfdfaf4)},                     // a collar
	)
}

// Drawn gives the abstract portrait of a seed, a code, as SVG: warm, distinct, and the same each time.
func Drawn(seed string) []byte {
	paper, all := shapes(seed)
	var b bytes.Buffer
	css := func(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" fill="%s"/>`, css(paper))
	for _, s := range all {
		fmt.Fprintf(&b, `<ellipse cx="%.1f" cy="%.1f" rx="%.1f" ry="%.1f" fill="%s"/>`, s.x, s.y, s.rx, s.ry, css(s.fill))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}
