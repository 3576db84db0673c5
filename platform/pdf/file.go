// Package pdf writes PDF files of text, lines and rectangles, small ones and quickly: a font is read once in the life of the program, and
// a file embeds the glyphs that it uses. Text can be selected and searched. The same calls give the same bytes.
//
// It follows ISO 32000-1 (PDF 1.7), sections 7 (objects), 9.7 (composite fonts) and 9.10 (what text means).
package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"rekindle/problem"
)

// Info is what a file tells about itself.
type Info struct {
	Title    string
	Author   string
	Program  string    // that made it
	Language string    // of its words, as "en"
	Made     time.Time // to the second
}

// File is a file that is being written.
type File struct {
	info  Info
	pages []*Page
	fonts []*embedded
}

// embedded is a font as far as a file uses it.
type embedded struct {
	*Font
	number int          // of the font in the file, from 1
	glyphs map[rune]int // by the characters written
}

// New begins a file that has no page yet.
func New(info Info) *File { return &File{info: info} }

// AddPage adds a page at the end.
func (f *File) AddPage() *Page {
	p := &Page{file: f}
	f.pages = append(f.pages, p)
	return p
}

// Pages gives the pages so far, in order. All of them can still be drawn on.
func (f *File) Pages() []*Page { return f.pages }

func (f *File) embed(font *Font) *embedded {
	for _, e := range f.fonts {
		if e.Font == font {
			return e
		}
	}
	e := &embedded{font, len(f.fonts) + 1, map[rune]int{}}
	f.fonts = append(f.fonts, e)
	return e
}

// The numbers of the objects that each file has; those of pages and fonts follow.
const (
	catalog = iota + 1
	pageTree
	infoObject
	firstFree
)

// objects is a file's body: numbered objects, and where each begins.
type objects struct {
	bytes.Buffer
	places []int // by number, from 1
	err    error
}

func (o *objects) put(number int, format string, args ...any) {
	o.places[number-1] = o.Len()
	fmt.Fprintf(o, "%d 0 obj\n", number)
	fmt.Fprintf(o, format, args...)
	o.WriteString("\nendobj\n")
}

func (o *objects) add(format string, args ...any) (number int) {
	o.places = append(o.places, 0)
	o.put(len(o.places), format, args...)
	return len(o.places)
}

// packers are compressors, each of which takes some hundred kilobytes to make. Their quickest level takes a third off the time of a file,
// and adds a twentieth to its size.
var packers = sync.Pool{New: func() any {
	z, err := zlib.NewWriterLevel(nil, zlib.BestSpeed)
	if err != nil {
		panic(err) // there is such a level
	}
	return z
}}

// stream adds data, compressed.
func (o *objects) stream(more string, data []byte) (number int) {
	var packed bytes.Buffer
	z := packers.Get().(*zlib.Writer)
	defer packers.Put(z)
	z.Reset(&packed)
	if _, err := z.Write(data); err != nil {
		o.err = err
	}
	if err := z.Close(); err != nil {
		o.err = err
	}
	return o.add("<</Length %d/Filter/FlateDecode%s>>\nstream\n%s\nendstream", packed.Len(), more, packed.Bytes())
}

// Bytes writes the file.
func (f *File) Bytes() ([]byte, error) {
	o := &objects{places: make([]int, firstFree-1)}
	o.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	var kids, fonts strings.Builder
	for _, p := range f.pages {
		content := o.stream("", p.content.Bytes())
		fmt.Fprintf(&kids, "%d 0 R ", o.add("<</Type/Page/Parent %d 0 R/Contents %d 0 R>>", pageTree, content))
	}
	for _, e := range f.fonts {
		fmt.Fprintf(&fonts, "/F%d %d 0 R", e.number, e.write(o))
	}
	o.put(pageTree, "<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 %.2f %.2f]/Resources<</Font<<%s>>>>>>", len(f.pages), kids.String(), PageWide*perMM, PageHigh*perMM, fonts.String())
	made := f.info.Made.UTC().Format("D:20060102150405Z")
	o.put(infoObject, "<</Title%s/Author%s/Creator%s/Producer%s/CreationDate(%s)/ModDate(%s)>>", words(f.info.Title), words(f.info.Author),
		words(f.info.Program), words(f.info.Program), made, made)
	o.put(catalog, "<</Type/Catalog/Pages %d 0 R/Lang%s/ViewerPreferences<</DisplayDocTitle true>>>>", pageTree, words(f.info.Language))
	if o.err != nil {
		return nil, problem.New(problem.Internal, "the file cannot be written").Because(o.err)
	}
	end := o.Len()
	fmt.Fprintf(o, "xref\n0 %d\n0000000000 65535 f \n", len(o.places)+1)
	for _, place := range o.places {
		fmt.Fprintf(o, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(o, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(o.places)+1, catalog, infoObject, end)
	return o.Bytes(), nil
}

// words gives a text of the file that is not drawn, as a title: UTF-16 in hexadecimal.
func words(text string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}

// write writes the font as far as it is used. A character's number in the file is its own in Unicode, so that text means what it says; a
// map leads from there to the glyph.
func (e *embedded) write(o *objects) (number int) {
	characters := slices.Sorted(maps.Keys(e.glyphs))
	var glyphs []int
	for _, r := range characters {
		glyphs = append(glyphs, e.glyphs[r])
	}
	ttf, numbered := e.subset(glyphs)
	sum := sha256.Sum256(ttf)
	var tag [6]byte // which names a subset
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	name := string(tag[:]) + "+" + e.name

	toGlyph := make([]byte, 2*(characters[len(characters)-1]+1))
	var widths, rows strings.Builder
	for i, r := range characters {
		g := numbered[glyphs[i]]
		toGlyph[2*r], toGlyph[2*r+1] = byte(g>>8), byte(g)
		if fmt.Fprintf(&widths, "%d[%d]", r, e.thousandths(e.advance(glyphs[i]))); i == 0 || r>>8 != characters[i-1]>>8 {
			fmt.Fprintf(&rows, "1 beginbfrange\n<%02X00> <%02XFF> <%02X00>\nendbfrange\n", r>>8, r>>8, r>>8)
		}
	}
	file := o.stream(fmt.Sprintf("/Length1 %d", len(ttf)), ttf)
	head, hhea, os2, flags := e.tables["head"], e.tables["hhea"], e.tables["OS/2"], 1<<2 // symbolic: it has its own encoding
	angle := i16(e.tables["post"], 4)
	if angle != 0 {
		flags |= 1 << 6
	}
	height := i16(hhea, 4)
	if len(os2) >= 90 {
		height = i16(os2, 88) // of capitals
	}
	descriptor := o.add("<</Type/FontDescriptor/FontName/%s/Flags %d/FontBBox[%d %d %d %d]/ItalicAngle %d/Ascent %d/Descent %d/CapHeight %d/StemV %d/FontFile2 %d 0 R>>",
		name, flags, e.thousandths(i16(head, 36)), e.thousandths(i16(head, 38)), e.thousandths(i16(head, 40)), e.thousandths(i16(head, 42)), angle,
		e.thousandths(i16(hhea, 4)), e.thousandths(i16(hhea, 6)), e.thousandths(height), u16(os2, 4)/5, file)
	descendant := o.add("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/W[%s]/CIDToGIDMap %d 0 R>>",
		name, descriptor, widths.String(), o.stream("", toGlyph))
	meaning := o.stream("", []byte("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"+
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"+rows.String()+
		"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"))
	return o.add("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, descendant, meaning)
}
