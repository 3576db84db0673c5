package portrait_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"rekindle/platform/portrait"
	"rekindle/problem"
)

// quarters is a picture whose corners have four colors: red, green, blue, white, from the upper left by rows.
func quarters(w, h int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}[2*(2*y/h)+2*x/w]
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

func jpegOf(t *testing.T, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// held puts an EXIF segment into a JPEG that says how the camera was held, and where it was.
func held(file []byte, turn int) []byte {
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x02")
	tiff = append(tiff, 0x01, 0x0f, 0, 2, 0, 0, 0, 4, 'h', 'e', 'r', 'e')
	tiff = append(tiff, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(turn), 0, 0)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(segment)+2))
	return append(append(head, segment...), file[2:]...)
}

// heldPNG puts a chunk with the same into a PNG, before its pixels.
func heldPNG(t *testing.T, p image.Image, turn int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	file, tiff := b.Bytes(), held([]byte{0xff, 0xd8}, turn)[12:]
	const afterHead = 8 + 12 + 13 // signature and IHDR
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(tiff)))
	chunk = append(append(chunk, "eXIf"...), tiff...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return append(append(append([]byte{}, file[:afterHead]...), chunk...), file[afterHead:]...)
}

// corners names the colors of a picture's corners.
func corners(t *testing.T, file []byte, side int) (names string) {
	t.Helper()
	p, format, err := image.Decode(bytes.NewReader(file))
	if err != nil || format != "jpeg" || p.Bounds().Dx() != side || p.Bounds().Dy() != side {
		t.Fatalf("%s, %v", format, err)
	}
	for _, at := range []image.Point{{side / 10, side / 10}, {side * 9 / 10, side / 10}, {side / 10, side * 9 / 10}, {side * 9 / 10, side * 9 / 10}} {
		r, g, b, _ := p.At(at.X, at.Y).RGBA()
		switch {
		case r > 0x8000 && g > 0x8000 && b > 0x8000:
			names += "w"
		case r > 0x8000:
			names += "r"
		case g > 0x8000:
			names += "g"
		case b > 0x8000:
			names += "b"
		}
	}
	return names
}

func TestPhotosStandUpright(t *testing.T) {
	plain := jpegOf(t, quarters(640, 640))
	// What the camera stored as r g / b w, looked at as each orientation says.
	for turn, want := range map[int]string{1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb", 9: "rgbw", 0: "rgbw"} {
		file := held(plain, turn)
		large, small, err := portrait.Read(file, portrait.Centre)
		if err != nil {
			t.Fatal(err)
		}
		if got := corners(t, large, portrait.Large); got != want {
			t.Errorf("held %d: %s, want %s", turn, got, want)
		}
		corners(t, small, portrait.Small)
		if large, _, err := portrait.Read(heldPNG(t, quarters(640, 640), turn), portrait.Centre); err != nil || corners(t, large, portrait.Large) != want {
			t.Errorf("a PNG held %d: %v", turn, err)
		}
		if bytes.Contains(large, []byte("here")) || bytes.Contains(large, []byte("Exif")) {
			t.Error("what the camera wrote is kept")
		}
	}
	if large, _, err := portrait.Read(plain, portrait.Centre); err != nil || corners(t, large, portrait.Large) != "rgbw" {
		t.Error(err)
	}
}

func TestPhotosAreCutToASquare(t *testing.T) {
	tall := quarters(300, 1200)
	for crop, want := range map[portrait.Crop]string{portrait.Centre: "rgbw", portrait.Top: "rgrg", "": "rgbw"} {
		large, _, err := portrait.Read(jpegOf(t, tall), crop)
		if err != nil || corners(t, large, portrait.Large) != want {
			t.Errorf("%q: %v", crop, err)
		}
	}
	// Lying on its side, the top of what is looked at is the left of what was stored.
	if large, _, err := portrait.Read(held(jpegOf(t, quarters(1200, 300)), 6), portrait.Top); err != nil || corners(t, large, portrait.Large) != "brbr" {
		t.Errorf("lying: %v %s", err, corners(t, large, portrait.Large))
	}
	var b bytes.Buffer
	if err := png.Encode(&b, quarters(200, 300)); err != nil {
		t.Fatal(err)
	}
	if large, _, err := portrait.Read(b.Bytes(), portrait.Centre); err != nil || corners(t, large, portrait.Large) != "rgbw" {
		t.Error(err)
	}
}

// bomb is a PNG of a few bytes that says to be huge.
func bomb(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	head = append(binary.BigEndian.AppendUint32(head, h), 8, 6, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, 13)
	return binary.BigEndian.AppendUint32(append(b, head...), crc32.ChecksumIEEE(head))
}

func TestWhatIsNoPhotoIsRefused(t *testing.T) {
	whole := jpegOf(t, quarters(400, 400))
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":           {nil, "no photo"},
		"a drawing":         {[]byte("  <?xml version=\"1.0\"?><svg onload=\"alert(1)\"/>"), "SVG"},
		"a page":            {[]byte("<html><script>"), "SVG or HTML"},
		"text":              {[]byte("hello"), "no picture"},
		"a bomb":            {bomb(60_000, 60_000), "60000 by 60000"},
		"a bomb that wraps": {bomb(1<<31-1, 1<<31-1), "no picture"},
		"too many bytes":    {append(whole, make([]byte, portrait.MostBytes)...), "more than 10 MB"},
		"too small":         {jpegOf(t, quarters(100, 400)), "only 100 by 400"},
		"cut short":         {whole[:len(whole)/2], "damaged"},
	} {
		if _, _, err := portrait.Read(c.file, portrait.Centre); !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, quarters(160, 160), nil)
	f.Add(held(b.Bytes(), 6))
	f.Add(bomb(200, 200))
	f.Fuzz(func(t *testing.T, file []byte) {
		large, small, err := portrait.Read(file, portrait.Top)
		if err == nil && (len(large) == 0 || len(small) == 0) || err != nil && !problem.Is(err, problem.Invalid) {
			t.Fatal(err)
		}
	})
}

func TestDrawnPortraits(t *testing.T) {
	seen := map[string]string{}
	for i := range 60 {
		seed := fmt.Sprintf("CODE-%d", i)
		svg := string(portrait.Drawn(seed))
		if svg != string(portrait.Drawn(seed)) {
			t.Errorf("%s is drawn in two ways", seed)
		}
		if before, ok := seen[svg]; ok {
			t.Errorf("%s looks like %s", seed, before)
		}
		seen[svg] = seed
	}
}
