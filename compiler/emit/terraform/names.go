package terraform

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// key is a resource's key for a node: core.members is core-members. Names have no
// hyphen, so that no two nodes share a key.
func key(node string) string { return strings.ReplaceAll(node, ".", "-") }

// literal keeps a text of the user's from being read as a template.
func literal(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(s)
}

// ref is an attribute of another resource.
func ref(kind, key, attribute string) string {
	return "${" + kind + "." + key + "." + attribute + "}"
}

// each is a for_each over texts, whose instances are keyed by the texts.
func each(list []string) string {
	sorted := slices.Compact(slices.Sorted(slices.Values(list)))
	data, err := json.Marshal(sorted)
	if err != nil {
		panic("terraform: " + err.Error())
	}
	return "${toset(" + literal(string(data)) + ")}"
}

// label makes a text fit the value of a cloud label: lower-case letters, digits,
// hyphens and underscores, at most 63.
func label(s string) string { return shorten(strings.ToLower(s), 63) }

// shorten keeps a name within a length; what is cut is replaced by a digest, so
// that different names stay different.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.TrimRight(s[:most-7], "-_") + "-" + digest(s)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// keyOfBucket makes a bucket's name a key: a key has no dots, so that a name with
// dots also takes a digest.
func keyOfBucket(name string) string {
	if !strings.Contains(name, ".") {
		return name
	}
	return strings.ReplaceAll(name, ".", "_") + "-" + digest(name)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])[:6]
}

// roleID is the ID of a custom role: letters, digits, underscores and dots.
func roleID(base, role string) string {
	return shortenID(strings.ReplaceAll(base, "-", "_")+"_"+role, 64)
}

func shortenID(s string, most int) string { return strings.ReplaceAll(shorten(s, most), "-", "_") }
