package randomization

import "encoding/binary"

// stream gives the random whole numbers of one stratum (permuted blocks) or of one draw (minimization).
//
// It reads the generator 256 bytes a request and takes 4 of them, big-endian, for each attempt at a number.
// docs/derivations/randomization.md has this to the byte, so that a proof can be repeated without this program.
type stream struct {
	drbg   *drbg
	buffer [256]byte
	unread int // bytes of buffer not yet used, at its end
}

// below gives a number in 0..n-1, each exactly equally likely: values in the last, incomplete multiple of n are
// drawn again. n is in 1..2^32-1.
func (s *stream) below(n uint32) uint32 {
	excess := uint32((1 << 32) % uint64(n)) // numbers at the top of the range that would favour small results
	for {
		v := s.word()
		if v < -excess || excess == 0 {
			return v % n
		}
	}
}

// word gives the next 4 bytes of the stream.
func (s *stream) word() uint32 {
	if s.unread == 0 {
		s.drbg.generate(s.buffer[:])
		s.unread = len(s.buffer)
	}
	at := len(s.buffer) - s.unread
	s.unread -= 4
	return binary.BigEndian.Uint32(s.buffer[at:])
}
