package randomization

import (
	"bytes"
	"encoding/hex"
	"math"
	"testing"
)

// TestKnownAnswers holds the generator against NIST's CAVP vectors, file HMAC_DRBG.rsp of drbgvectors_no_reseed (CAVS
// 14.3), section [SHA-256], PredictionResistance = False, AdditionalInputLen = 0, ReturnedBitsLen = 1024: ReturnedBits is
// the output of the second of two requests.
func TestKnownAnswers(t *testing.T) {
	for _, c := range []struct{ name, entropy, nonce, personalization, returned string }{
		{"PersonalizationStringLen = 0, COUNT = 0",
			"ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488",
			"659ba96c601dc69fc902940805ec0ca8", "",
			"e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89" +
				"d54fbb978a15b5c443c9ec21036d2460b6f73ebad0dc2aba6e624abf07745bc1" +
				"07694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668" +
				"961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8"},
		{"PersonalizationStringLen = 0, COUNT = 1",
			"79737479ba4e7642a221fcfd1b820b134e9e3540a35bb48ffae29c20f5418ea3",
			"3593259c092bef4129bc2c6c9e19f343", "",
			"cf5ad5984f9e43917aa9087380dac46e410ddc8a7731859c84e9d0f31bd43655" +
				"b924159413e2293b17610f211e09f770f172b8fb693a35b85d3b9e5e63b1dc25" +
				"2ac0e115002e9bedfb4b5b6fd43f33b8e0eafb2d072e1a6fee1f159df9b51e6c" +
				"8da737e60d5032dd30544ec51558c6f080bdbdab1de8a939e961e06b5f1aca37"},
		{"PersonalizationStringLen = 0, COUNT = 14",
			"451ed024bc4b95f1025b14ec3616f5e42e80824541dc795a2f07500f92adc665",
			"2f28e6ee8de5879db1eccd58c994e5f0", "",
			"3fb637085ab75f4e95655faae95885166a5fbb423bb03dbf0543be063bcd4879" +
				"9c4f05d4e522634d9275fe02e1edd920e26d9accd43709cb0d8f6e50aa54a5f3" +
				"bdd618be23cf73ef736ed0ef7524b0d14d5bef8c8aec1cf1ed3e1c38a808b35e" +
				"61a44078127c7cb3a8fd7addfa50fcf3ff3bc6d6bc355d5436fe9b71eb44f7fd"},
		{"PersonalizationStringLen = 256, COUNT = 0",
			"5cacc68165a2e2ee20812f35ec73a79dbf30fd475476ac0c44fc6174cdac2b55",
			"6f885496c1e63af620becd9e71ecb824",
			"e72dd8590d4ed5295515c35ed6199e9d211b8f069b3058caa6670b96ef1208d0",
			"f1012cf543f94533df27fedfbf58e5b79a3dc517a9c402bdbfc9a0c0f721f9d5" +
				"3faf4aafdc4b8f7a1b580fcaa52338d4bd95f58966a243cdcd3f446ed4bc546d" +
				"9f607b190dd69954450d16cd0e2d6437067d8b44d19a6af7a7cfa8794e5fbd72" +
				"8e8fb2f2e8db5dd4ff1aa275f35886098e80ff844886060da8b1e7137846b23b"},
		{"PersonalizationStringLen = 256, COUNT = 1",
			"8df013b4d103523073917ddf6a869793059e9943fc8654549e7ab22f7c29f122",
			"da2625af2ddd4abcce3cf4fa4659d84e",
			"b571e66d7c338bc07b76ad3757bb2f9452bf7e07437ae8581ce7bc7c3ac651a9",
			"b91cba4cc84fa25df8610b81b641402768a2097234932e37d590b1154cbd23f9" +
				"7452e310e291c45146147f0da2d81761fe90fba64f94419c0f662b28c1ed94da" +
				"487bb7e73eec798fbcf981b791d1be4f177a8907aa3c401643a5b62b87b89d66" +
				"b3a60e40d4a8e4e9d82af6d2700e6f535cdb51f75c321729103741030ccc3a56"},
	} {
		d := newDRBG(unhex(t, c.entropy), unhex(t, c.nonce), unhex(t, c.personalization))
		out := make([]byte, 128)
		d.generate(out)
		d.generate(out)
		if !bytes.Equal(out, unhex(t, c.returned)) {
			t.Errorf("%s: got %x", c.name, out)
		}
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestBelowIsUniform counts draws below numbers that do and do not divide 2^32, against the chi-square distribution.
func TestBelowIsUniform(t *testing.T) {
	for _, n := range []uint32{1, 2, 3, 7, 8, 100} {
		s := &stream{drbg: newDRBG(bytes.Repeat([]byte{1}, 32), []byte{byte(n)}, nil)}
		counts := make([]float64, n)
		const draws = 100_000
		for range draws {
			counts[s.below(n)]++
		}
		chi, expected := 0.0, draws/float64(n)
		for _, c := range counts {
			chi += (c - expected) * (c - expected) / expected
		}
		// Mean n-1, variance 2(n-1): five standard deviations above is far outside chance, and the draws are fixed.
		if limit := float64(n-1) + 5*math.Sqrt(2*float64(n-1)); chi > limit {
			t.Errorf("below(%d): chi-square %.1f, want at most %.1f", n, chi, limit)
		}
	}
}

// TestBelowDrawsAgain feeds words at the edge of the incomplete multiple: with n = 3, 2^32 = 3*1431655765 + 1, so that only
// the largest word is refused.
func TestBelowDrawsAgain(t *testing.T) {
	s := &stream{drbg: newDRBG(make([]byte, 32), nil, nil), unread: 12}
	copy(s.buffer[len(s.buffer)-12:], unhex(t, "fffffffffffffffe00000002"))
	if a, b := s.below(3), s.below(3); a != 2 || b != 2 || s.unread != 0 {
		t.Errorf("got %d and %d with %d bytes unread; want 0xfffffffe mod 3 = 2, then 2", a, b, s.unread)
	}
}
