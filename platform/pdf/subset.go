package pdf

import (
	"encoding/binary"
	"slices"
)

// hinting are the tables that are embedded as they are: a program that draws letters well on coarse screens.
var hinting = []string{"cvt ", "fpgm", "prep"}

// subset makes a font of some glyphs and of those that they are composed of. number gives the glyphs' numbers in it; those that were
// asked for have the first numbers, after glyph 0, the box.
func (f *Font) subset(glyphs []int) (ttf []byte, number map[int]int) {
	order, number := []int{0}, map[int]int{0: 0}
	take := func(glyph int) {
		if _, taken := number[glyph]; !taken {
			number[glyph] = len(order)
			order = append(order, glyph)
		}
	}
	for _, g := range glyphs {
		take(g)
	}
	var glyf, loca, hmtx []byte
	for i := 0; i < len(order); i++ { // order grows while its glyphs are looked at
		g := order[i]
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(f.advance(g)))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(f.bearing(g)))
		outline := slices.Clone(f.outline(g))
		for _, at := range parts(outline) {
			part := u16(outline, at)
			take(part)
			binary.BigEndian.PutUint16(outline[at:], uint16(number[part]))
		}
		glyf = padded(append(glyf, outline...))
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	count := uint16(len(order))
	tables := map[string][]byte{"glyf": glyf, "loca": loca, "hmtx": hmtx,
		"head": with(f.tables["head"], 50, 1), // places of glyphs are four bytes
		"hhea": with(f.tables["hhea"], 34, count), "maxp": with(f.tables["maxp"], 4, count)}
	for _, name := range hinting {
		if table := f.tables[name]; len(table) > 0 {
			tables[name] = table
		}
	}
	return assemble(tables), number
}

// The flags of a part of a composed glyph, as the TrueType reference has them under "glyf".
const (
	partWords  = 1 << 0
	partScale  = 1 << 3
	partMore   = 1 << 5
	partScales = 1 << 6
	partMatrix = 1 << 7
)

// parts tells where in the outline of a composed glyph the numbers of its parts stand. A glyph that is drawn has none.
func parts(outline []byte) (places []int) {
	if len(outline) == 0 || i16(outline, 0) >= 0 {
		return nil
	}
	for at := 10; ; {
		flags := u16(outline, at)
		places = append(places, at+2)
		at += 6
		if flags&partWords != 0 {
			at += 2
		}
		switch {
		case flags&partScale != 0:
			at += 2
		case flags&partScales != 0:
			at += 4
		case flags&partMatrix != 0:
			at += 8
		}
		if flags&partMore == 0 {
			return places
		}
	}
}

// with gives a table with another number at a place.
func with(table []byte, at int, number uint16) []byte {
	changed := slices.Clone(table)
	binary.BigEndian.PutUint16(changed[at:], number)
	return changed
}

func padded(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// checksum adds up a table as a font's directory does.
func checksum(table []byte) (sum uint32) {
	for len(table) >= 4 {
		sum += binary.BigEndian.Uint32(table)
		table = table[4:]
	}
	for i, b := range table {
		sum += uint32(b) << (24 - 8*i)
	}
	return sum
}

// assemble writes a font file: directory and tables, by name.
func assemble(tables map[string][]byte) []byte {
	var names []string
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	steps := 0 // how often a search in the directory may be halved
	for 2<<steps <= len(names) {
		steps++
	}
	span := 16 << steps
	file := []byte{0, 1, 0, 0}
	for _, n := range []int{len(names), span, steps, 16*len(names) - span} {
		file = binary.BigEndian.AppendUint16(file, uint16(n))
	}
	body := make([]byte, 0, 1<<15)
	head := 0
	tables["head"] = slices.Clone(tables["head"])
	clear(tables["head"][8:12]) // the sum of the whole file, which is not yet known
	for _, name := range names {
		at := 12 + 16*len(names) + len(body)
		if name == "head" {
			head = at
		}
		file = append(file, name...)
		for _, n := range []uint32{checksum(tables[name]), uint32(at), uint32(len(tables[name]))} {
			file = binary.BigEndian.AppendUint32(file, n)
		}
		body = padded(append(body, tables[name]...))
	}
	file = append(file, body...)
	binary.BigEndian.PutUint32(file[head+8:], 0xB1B0AFBA-checksum(file))
	return file
}
