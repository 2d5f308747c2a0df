package engine

import "strings"

// Nearest is the candidate that the name says with a word more in front (method, for
// payment_method), or whose name is about a third of its letters away at most, the first
// of equals; empty where there is none.
func Nearest(name string, candidates []string) string {
	for _, c := range candidates {
		if strings.HasSuffix(strings.ToLower(name), "_"+strings.ToLower(c)) {
			return c
		}
	}
	best, distance := "", (len(name)+1)/3+1
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(name), strings.ToLower(c)); d > 0 && d < distance {
			best, distance = c, d
		}
	}
	return best
}

// editDistance counts insertions, deletions and replacements of bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
