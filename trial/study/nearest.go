package study

import "strings"

// nearest gives the word that a mistyped one was probably meant to be, or "": at most two letters wrong, swapped,
// missing or too many (one in short words), or one word the beginning of the other.
func nearest(word string, words []string) string {
	best, least := "", 3
	if len(word) <= 4 {
		least = 2
	}
	lower := strings.ToLower(word)
	for _, candidate := range words {
		if d := distance(lower, strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	if best != "" || len(word) < 3 {
		return best
	}
	for _, candidate := range words {
		if strings.HasPrefix(candidate, lower) || strings.HasPrefix(lower, candidate) && len(candidate) > 2 {
			return candidate
		}
	}
	return ""
}

// distance is the number of letters to insert, drop, change or swap with a neighbour (optimal string alignment).
func distance(a, b string) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
