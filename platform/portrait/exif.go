package portrait

import (
	"bytes"
	"encoding/binary"
)

// orientation gives how the camera was held, 1 to 8 as EXIF counts; 1, upright, where a JPEG does not say so, or says it wrongly.
func orientation(file []byte) int {
	if !bytes.HasPrefix(file, []byte{0xff, 0xd8}) {
		return 1
	}
	for at := 2; at+4 <= len(file) && file[at] == 0xff; {
		marker, size := file[at+1], int(binary.BigEndian.Uint16(file[at+2:]))
		if marker == 0xda || size < 2 || at+2+size > len(file) {
			return 1
		}
		if segment := file[at+4 : at+2+size]; marker == 0xe1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return turnOf(segment[6:])
		}
		at += 2 + size
	}
	return 1
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
