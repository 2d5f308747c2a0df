package prelude

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

var netFunctions = map[string]*udf{
	"gsql_net_host":        fn1(netHost),
	"gsql_net_suffix":      fn1(func(url string) (string, error) { return publicSuffix(url, 0) }),
	"gsql_net_domain":      fn1(func(url string) (string, error) { return publicSuffix(url, 1) }),
	"gsql_ip_from_string":  fn1(ipFromString),
	"gsql_ip_to_string":    fn1(ipToString),
	"gsql_ip_net_mask":     fn2(ipNetMask),
	"gsql_ip_trunc":        fn2(ipTrunc),
	"gsql_ipv4_from_int64": fn1(ipv4FromInt64),
	"gsql_ipv4_to_int64":   fn1(ipv4ToInt64),
}

// netHost is the host of a URL that has a scheme's slashes, and of none other.
var urlScheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*:)?//`)

func netHost(url string) (string, error) {
	u := trimSpace(url)
	// Without a scheme the text starts with the host.
	rest := urlScheme.ReplaceAllString(u, "")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	if !strings.HasPrefix(rest, "[") {
		if i := strings.LastIndexByte(rest, ':'); i >= 0 {
			rest = rest[:i]
		}
	} else if i := strings.IndexByte(rest, ']'); i >= 0 {
		rest = rest[:i+1]
	}
	if rest = strings.TrimSpace(rest); rest == "" {
		return "", errNull
	}
	return rest, nil
}

// publicSuffix is the part of a URL's host under which names are registered, by the
// public section of the Public Suffix List, and so many labels before it.
func publicSuffix(url string, more int) (string, error) {
	host, err := netHost(url)
	if err != nil {
		return "", err
	}
	labels := strings.Split(strings.Trim(host, "."), ".")
	ascii, err := idna.Punycode.ToASCII(strings.ToLower(strings.Join(labels, ".")))
	if err != nil || strings.ContainsAny(host, "[]") {
		return "", errNull
	}
	suffix, icann := publicsuffix.PublicSuffix(ascii)
	for !icann {
		_, parent, ok := strings.Cut(suffix, ".")
		if !ok {
			return "", errNull // no suffix that the list knows
		}
		suffix, icann = publicsuffix.PublicSuffix(parent)
	}
	n := strings.Count(suffix, ".") + 1 + more
	if n > len(labels) {
		return "", errNull
	}
	return strings.Join(labels[len(labels)-n:], "."), nil
}

func ipFromString(s string) ([]byte, error) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return nil, fmt.Errorf("invalid IP address: %s", s)
	}
	return a.AsSlice(), nil
}

func ipToString(b []byte) (string, error) {
	a, ok := netip.AddrFromSlice(b)
	if !ok {
		return "", fmt.Errorf("an IP address must have 4 or 16 bytes; got %d", len(b))
	}
	return a.String(), nil
}

func ipNetMask(size, prefix int64) ([]byte, error) {
	if size != 4 && size != 16 {
		return nil, errors.New("the first argument of NET.IP_NET_MASK must be 4 or 16")
	}
	if prefix < 0 || prefix > size*8 {
		return nil, errors.New("the second argument of NET.IP_NET_MASK is out of range")
	}
	out := make([]byte, size)
	for i := range prefix {
		out[i/8] |= 0x80 >> (i % 8)
	}
	return out, nil
}

func ipTrunc(b []byte, prefix int64) ([]byte, error) {
	mask, err := ipNetMask(int64(len(b)), prefix)
	if err != nil {
		return nil, err
	}
	for i := range mask {
		mask[i] &= b[i]
	}
	return mask, nil
}

func ipv4FromInt64(n int64) ([]byte, error) {
	if n < -0x80000000 || n > 0xffffffff {
		return nil, fmt.Errorf("an IPv4 address is out of range: %d", n)
	}
	return binary.BigEndian.AppendUint32(nil, uint32(n)), nil
}

func ipv4ToInt64(b []byte) (int64, error) {
	if len(b) != 4 {
		return 0, fmt.Errorf("an IPv4 address must have 4 bytes; got %d", len(b))
	}
	return int64(binary.BigEndian.Uint32(b)), nil
}
