package pdf

import (
	"bytes"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-fonts/liberation/liberationserifitalic"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"pgregory.net/rapid"

	"rekindle/problem"
)

func regular(t testing.TB) *Font {
	t.Helper()
	f, err := ReadFont("LiberationSans", liberationsansregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// whole makes a subset a font that another reader accepts: it adds the tables that a PDF does without.
func whole(t interface{ Fatal(...any) }, f *Font, subset []byte) *sfnt.Font {
	tables := map[string][]byte{"cmap": f.tables["cmap"], "name": f.tables["name"], "OS/2": f.tables["OS/2"], "post": append([]byte{0, 3, 0, 0}, f.tables["post"][4:32]...)}
	for i := range u16(subset, 4) {
		entry := subset[12+16*i:]
		table := subset[u32(entry, 8) : u32(entry, 8)+u32(entry, 12)]
		if name := string(entry[:4]); name != "head" && int(checksum(table)) != u32(entry, 4) {
			t.Fatal("the sum of the table is another: " + name)
		}
		tables[string(entry[:4])] = table
	}
	parsed, err := sfnt.Parse(assemble(tables))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// Whatever characters a file uses, each has the outline and the width that it has in the whole font: asked of a reader that is not ours.
func TestSubsetDrawsTheSameGlyphs(t *testing.T) {
	f := regular(t)
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.SliceOf(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("éÅñŁżǻΐй½ﬁẤế")), rapid.Int32Range(0x20, 0x24F))).Draw(r, "text")
		var glyphs []int
		for _, c := range text {
			glyphs = append(glyphs, f.glyph(c))
		}
		ttf, number := f.subset(glyphs)
		if checksum(ttf) != 0xB1B0AFBA {
			r.Fatalf("the sum of the file is %x", checksum(ttf))
		}
		cut := whole(r, f, ttf)
		size := fixed.I(2048)
		for _, g := range append(glyphs, 0) {
			var b sfnt.Buffer
			loaded, err := f.parsed.LoadGlyph(&b, sfnt.GlyphIndex(g), size, nil)
			if err != nil {
				r.Fatal(err)
			}
			want := slices.Clone(loaded) // the buffer's
			got, err := cut.LoadGlyph(&b, sfnt.GlyphIndex(number[g]), size, nil)
			if err != nil || !reflect.DeepEqual([]sfnt.Segment(got), []sfnt.Segment(want)) {
				r.Fatalf("glyph %d is another as %d: %v", g, number[g], err)
			}
			wide, err := f.parsed.GlyphAdvance(&b, sfnt.GlyphIndex(g), size, 0)
			if err != nil {
				r.Fatal(err)
			}
			if same, err := cut.GlyphAdvance(&b, sfnt.GlyphIndex(number[g]), size, 0); err != nil || same != wide || f.advance(g) != wide.Round() {
				r.Fatalf("glyph %d is %v, %v and %d wide: %v", g, wide, same, f.advance(g), err)
			}
		}
	})
}

func TestFontLacksCharacters(t *testing.T) {
	f := regular(t)
	for r, want := range map[rune]bool{'a': true, 'Ł': true, 'λ': true, 'й': true, '王': false, '😀': false} {
		if f.Has(r) != want {
			t.Errorf("%c: %v", r, !want)
		}
	}
	if got := f.Width('W'); got != 944 { // as Liberation Sans has it in common with Arial
		t.Errorf("W is %d wide", got)
	}
	if f.Width('😀') != f.Width('□') {
		t.Error("what a file cannot number is not as wide as a box")
	}
}

func TestBrokenFont(t *testing.T) {
	for name, ttf := range map[string][]byte{"nothing": nil, "text": []byte(strings.Repeat("no font ", 100)), "half": liberationsansregular.TTF[:100_000]} {
		if _, err := ReadFont(name, ttf); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func written(t *testing.T) []byte {
	t.Helper()
	serif, err := ReadFont("LiberationSerif-Italic", liberationserifitalic.TTF)
	if err != nil {
		t.Fatal(err)
	}
	sans := regular(t)
	f := New(Info{Title: "Ärger (1)", Author: "Núria", Program: "test", Language: "en", Made: time.Date(2021, 8, 6, 9, 30, 0, 0, time.UTC)})
	for range 2 {
		p := f.AddPage()
		p.Fill(10, 10, 50, 20, 2, Color{244, 247, 247})
		p.Frame(10, 10, 50, 20, 2, 0.4, Color{})
		p.Line(10, 40, 60, 40, 0.2, Color{205, 212, 216})
		p.Text(12, 20, Style{sans, 10, Color{28, 34, 40}}, `Última (línea) \ 😀`)
		p.Text(12, 26, Style{serif, 10, Color{}}, "two\rlines")
		p.Text(12, 30, Style{serif, 10, Color{}}, "")
	}
	raw, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestFileNamesThePlaceOfEachObject(t *testing.T) {
	raw := written(t)
	start := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(raw)
	if start == nil {
		t.Fatal("the file does not end as one")
	}
	at, err := strconv.Atoi(string(start[1]))
	if err != nil || !bytes.HasPrefix(raw[at:], []byte("xref\n0 ")) {
		t.Fatalf("no table at %d: %v", at, err)
	}
	places := regexp.MustCompile(`(\d{10}) 00000 n \n`).FindAllSubmatch(raw[at:], -1)
	for i, place := range places {
		n, err := strconv.Atoi(string(place[1]))
		if want := strconv.Itoa(i+1) + " 0 obj\n"; err != nil || !bytes.HasPrefix(raw[n:], []byte(want)) {
			t.Errorf("at %d there is no %q: %v", n, want, err)
		}
	}
	named := map[int]bool{}
	for _, reference := range regexp.MustCompile(`(\d+) 0 R`).FindAllSubmatch(raw, -1) {
		n, _ := strconv.Atoi(string(reference[1]))
		named[n] = true
	}
	if all := slices.Sorted(maps.Keys(named)); len(all) != len(places) || all[len(all)-1] != len(places) {
		t.Errorf("%d objects, named are %v", len(places), all)
	}
}

func TestSameCallsSameBytes(t *testing.T) {
	if !bytes.Equal(written(t), written(t)) {
		t.Error("written twice it is not the same")
	}
}
