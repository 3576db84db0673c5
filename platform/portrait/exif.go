package portrait

import (
	"bytes"
	"encoding/binary"
)

// orientation gives how the camera was held, 1 to 8 as EXIF counts; 1, upright, where a file does not say so, or says it wrongly.
func orientation(file []byte) int {
	switch {
	case bytes.HasPrefix(file, []byte{0xff, 0xd8}):
		return turnOf(exifOfJPEG(file))
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return turnOf(exifOfPNG(file))
	case len(file) >= 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WEBP":
		return turnOf(exifOfWebP(file))
	}
	return 1
}

// exifHead is what stands before EXIF's TIFF in a JPEG, and in WebPs of some programs.
var exifHead = []byte("Exif\x00\x00")

// exifOfJPEG gives the TIFF of the first segment with EXIF, none where there is none.
func exifOfJPEG(file []byte) []byte {
	for at := 2; at+4 <= len(file) && file[at] == 0xff; {
		marker, size := file[at+1], int(binary.BigEndian.Uint16(file[at+2:]))
		if marker == 0xda || size < 2 || at+2+size > len(file) {
			return nil
		}
		if segment := file[at+4 : at+2+size]; marker == 0xe1 && bytes.HasPrefix(segment, exifHead) {
			return segment[len(exifHead):]
		}
		at += 2 + size
	}
	return nil
}

// exifOfPNG gives the TIFF of the chunk eXIf, which is one TIFF (Portable Network Graphics, third edition, 11.3.4.5).
func exifOfPNG(file []byte) []byte {
	const frame = 12 // length, type and check sum of a chunk
	for at := uint64(8); at+frame <= uint64(len(file)); {
		size := uint64(binary.BigEndian.Uint32(file[at:]))
		if at+frame+size > uint64(len(file)) {
			return nil
		}
		if string(file[at+4:at+8]) == "eXIf" {
			return file[at+8 : at+8+size]
		}
		at += frame + size
	}
	return nil
}

// exifOfWebP gives the TIFF of the chunk EXIF (RFC 9649, 2.7.1.5). Chunks begin at even places.
func exifOfWebP(file []byte) []byte {
	const head = 8 // name and length of a chunk
	for at := uint64(12); at+head <= uint64(len(file)); {
		size := uint64(binary.LittleEndian.Uint32(file[at+4:]))
		if at+head+size > uint64(len(file)) {
			return nil
		}
		if string(file[at:at+4]) == "EXIF" {
			return bytes.TrimPrefix(file[at+head:at+head+size], exifHead)
		}
		at += head + size + size%2
	}
	return nil
}

// turnOf reads the orientation out of the first directory of a TIFF header.
func turnOf(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(tiff) < 8:
		return 1
	case bytes.HasPrefix(tiff, []byte("MM")):
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	const entry, tag, short = 12, 0x0112, 3
	for n := uint64(order.Uint16(tiff[at:])); n > 0; n-- {
		field := at + 2 + (n-1)*entry
		if field+entry > uint64(len(tiff)) || order.Uint16(tiff[field:]) != tag || order.Uint16(tiff[field+2:]) != short {
			continue
		}
		if turn := int(order.Uint16(tiff[field+8:])); turn >= 1 && turn <= 8 {
			return turn
		}
	}
	return 1
}
