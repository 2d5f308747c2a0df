package prelude

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

var netFunctions = map[string]*udf{
	"gsql_net_host":        fn1(netHost),
	"gsql_ip_from_string":  fn1(ipFromString),
	"gsql_ip_to_string":    fn1(ipToString),
	"gsql_ip_net_mask":     fn2(ipNetMask),
	"gsql_ip_trunc":        fn2(ipTrunc),
	"gsql_ipv4_from_int64": fn1(ipv4FromInt64),
	"gsql_ipv4_to_int64":   fn1(ipv4ToInt64),
}

// netHost is the host of a URL that has a scheme's slashes, and of none other.
func netHost(url string) (string, error) {
	u := trimSpace(url)
	_, rest, ok := strings.Cut(u, "//")
	if !ok {
		return "", errors.New("NET.HOST of a URL without a scheme is not supported here")
	}
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
