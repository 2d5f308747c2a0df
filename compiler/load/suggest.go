package load

import (
	"slices"
	"strings"
)

// didYouMean names the nearest of the words, or lists them.
func didYouMean(word string, words []string, what string) string {
	if best := nearest(word, words); best != "" {
		return "did you mean " + best + "?"
	}
	sorted := slices.Sorted(slices.Values(words))
	return "the " + what + " are " + strings.Join(sorted, ", ")
}

// nearest is the word with the smallest edit distance, where that is small for its
// length; empty otherwise.
func nearest(word string, words []string) string {
	best, least := "", 1+max(1, len(word)/3)
	for _, w := range slices.Sorted(slices.Values(words)) {
		if d := distance(strings.ToLower(word), strings.ToLower(w)); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance is the number of insertions, deletions, changes and swaps of
// neighbours that turn a into b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
