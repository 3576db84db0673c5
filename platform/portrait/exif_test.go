package portrait

import (
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"
)

// chunk is one of a WebP.
func chunk(name string, data []byte) []byte {
	all := append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data))), data...)
	if len(data)%2 == 1 {
		all = append(all, 0)
	}
	return all
}

// A WebP says how the camera was held in a chunk of its own, after others of any length, with JPEG's head or without; one that is cut off
// stands upright.
func TestOrientationOfWebP(t *testing.T) {
	tiff := append([]byte("II*\x00\x08\x00\x00\x00\x01\x00"), 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0)
	for name, exif := range map[string][]byte{"plain": tiff, "with JPEG's head": append([]byte("Exif\x00\x00"), tiff...)} {
		file := append([]byte("RIFF\x00\x00\x00\x00WEBP"), chunk("VP8X", make([]byte, 10))...)
		file = append(append(file, chunk("VP8L", make([]byte, 7))...), chunk("EXIF", exif)...)
		if got := orientation(file); got != 6 {
			t.Errorf("%s: %d", name, got)
		}
		for n := range len(file) - 4 {
			if got := orientation(file[:n]); got != 1 {
				t.Errorf("%s, cut off after %d bytes: %d", name, n, got)
			}
		}
	}
}

// Whatever is uploaded, looking for its orientation ends, and gives one.
func TestOrientationOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := []byte(rapid.SampledFrom([]string{"", "\xff\xd8", "\x89PNG\r\n\x1a\n", "RIFF\x00\x00\x00\x00WEBP"}).Draw(t, "head"))
		file = append(file, rapid.SliceOf(rapid.Byte()).Draw(t, "rest")...)
		if turn := orientation(file); turn < 1 || turn > 8 {
			t.Fatal(turn)
		}
	})
}
