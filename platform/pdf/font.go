package pdf

import (
	"encoding/binary"
	"math"

	"golang.org/x/image/font/sfnt"

	"rekindle/problem"
)

// Font is a TrueType font that has been read once. Any number of files may be written with it at the same time.
type Font struct {
	name   string
	parsed *sfnt.Font // finds the glyph of a character
	tables map[string][]byte
	units  float64 // in the size of the font
	widths int     // glyphs that have a width of their own; the others have that of the last
	long   bool    // how places of glyphs are written
}

// needed are the tables that a font must have to be embedded.
var needed = []string{"OS/2", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "post"}

// ReadFont reads a TrueType font, of which it keeps the bytes. The name is a PDF's, as "LiberationSans-Bold". A font that has not what
// is needed to embed it is invalid.
func ReadFont(name string, ttf []byte) (*Font, error) {
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, problem.New(problem.Invalid, "The font %s cannot be read", name).Because(err)
	}
	f := &Font{name: name, parsed: parsed, tables: map[string][]byte{}}
	for i := range u16(ttf, 4) { // the directory, which sfnt.Parse has checked
		entry := ttf[12+16*i:]
		f.tables[string(entry[:4])] = ttf[u32(entry, 8) : u32(entry, 8)+u32(entry, 12)]
	}
	for _, table := range needed {
		if len(f.tables[table]) == 0 {
			return nil, problem.New(problem.Invalid, "The font %s has no table %q", name, table)
		}
	}
	f.units, f.long = float64(u16(f.tables["head"], 18)), u16(f.tables["head"], 50) == 1
	f.widths = u16(f.tables["hhea"], 34)
	return f, nil
}

// Has reports whether the font can draw a character. In place of one that it cannot it draws a box.
func (f *Font) Has(r rune) bool { return f.glyph(r) != 0 }

// Width is how wide a character is, in thousandths of the font's size.
func (f *Font) Width(r rune) int { return f.thousandths(f.advance(f.glyph(unit(r)))) }

// unit gives a character as it stands in a file: what two bytes cannot number is a box.
func unit(r rune) rune {
	if r > 0xFFFF {
		return '□'
	}
	return r
}

func (f *Font) glyph(r rune) int {
	g, err := f.parsed.GlyphIndex(nil, r)
	if err != nil {
		return 0
	}
	return int(g)
}

// advance is the width of a glyph in the font's units.
func (f *Font) advance(glyph int) int { return u16(f.tables["hmtx"], 4*min(glyph, f.widths-1)) }

// bearing is where a glyph begins, in the font's units.
func (f *Font) bearing(glyph int) int {
	if glyph < f.widths {
		return u16(f.tables["hmtx"], 4*glyph+2)
	}
	return u16(f.tables["hmtx"], 4*f.widths+2*(glyph-f.widths))
}

func (f *Font) thousandths(units int) int { return int(math.Round(float64(units) * 1000 / f.units)) }

// outline gives the drawing of a glyph as it stands in the font; a space has none.
func (f *Font) outline(glyph int) []byte {
	loca := f.tables["loca"]
	if f.long {
		return f.tables["glyf"][u32(loca, 4*glyph):u32(loca, 4*glyph+4)]
	}
	return f.tables["glyf"][2*u16(loca, 2*glyph) : 2*u16(loca, 2*glyph+2)]
}

func u16(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
func i16(b []byte, at int) int { return int(int16(binary.BigEndian.Uint16(b[at:]))) }
func u32(b []byte, at int) int { return int(binary.BigEndian.Uint32(b[at:])) }
