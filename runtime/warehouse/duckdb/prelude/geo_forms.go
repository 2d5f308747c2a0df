package prelude

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
)

func geoKML(s string) (string, error) {
	g, err := readGeo(s)
	if err != nil {
		return "", err
	}
	if len(g) != 1 || g[0].dim != 0 {
		return "", errors.New("KML is written here for a single point only")
	}
	p := g[0].rings[0][0]
	return "<Point><coordinates>" + degrees(p.lng, 15) + "," + degrees(p.lat, 15) + "</coordinates></Point>", nil
}

// geoWKB writes little-endian well-known binary.
func geoWKB(s string) ([]byte, error) {
	g, err := readGeo(s)
	if err == nil {
		err = g.oriented()
	}
	if err == nil && len(g) != 1 {
		err = errors.New("well-known binary is written here for a single shape only")
	}
	if err != nil {
		return nil, err
	}
	out := []byte{1}
	number := func(n int) { out = binary.LittleEndian.AppendUint32(out, uint32(n)) }
	number(g[0].dim + 1)
	if g[0].dim == 2 {
		number(len(g[0].rings))
	}
	for _, r := range g[0].rings {
		if g[0].dim > 0 {
			number(len(r))
		}
		for _, p := range r {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(p.lng))
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(p.lat))
		}
	}
	return out, nil
}

// geoFromWKB reads well-known binary of a point, line or polygon.
func geoFromWKB(b []byte) (string, error) {
	bad := errors.New("invalid well-known binary, or a form that is not read here")
	if len(b) < 5 || b[0] > 1 {
		return "", bad
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 1 {
		order = binary.LittleEndian
	}
	b = b[1:]
	ok := true
	number := func() int {
		if len(b) < 4 {
			ok = false
			return 0
		}
		n := order.Uint32(b)
		b = b[4:]
		return int(n)
	}
	ring := func(n int) (r []place) {
		for ; n > 0 && ok; n-- {
			if len(b) < 16 {
				ok = false
				return nil
			}
			p, err := newPlace(math.Float64frombits(order.Uint64(b)), math.Float64frombits(order.Uint64(b[8:])))
			ok = ok && err == nil
			r = append(r, p)
			b = b[16:]
		}
		return r
	}
	s := shape{dim: number() - 1}
	switch s.dim {
	case 0:
		s.rings = [][]place{ring(1)}
	case 1:
		s.rings = [][]place{ring(number())}
	case 2:
		for n := number(); n > 0 && ok; n-- {
			s.rings = append(s.rings, ring(number()))
		}
	default:
		return "", bad
	}
	if !ok || len(b) > 0 || len(s.rings) == 0 || len(s.rings[0]) == 0 {
		return "", bad
	}
	return geo{s}.text(-1), s.check()
}

// geoFromJSON reads a GeoJSON geometry.
func geoFromJSON(s string) (string, error) {
	var v struct {
		Type        string
		Coordinates json.RawMessage
	}
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return "", fmt.Errorf("invalid GeoJSON: %w", err)
	}
	depth := map[string]int{"Point": 0, "LineString": 1, "MultiPoint": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}
	n, ok := depth[v.Type]
	if !ok {
		return "", fmt.Errorf("GeoJSON of type %q is not read here", v.Type)
	}
	body, err := jsonPlaces(v.Coordinates, n)
	if err != nil {
		return "", err
	}
	if n == 0 {
		body = "(" + body + ")"
	}
	g, err := readGeo(strings.ToUpper(v.Type) + body)
	if err == nil && !g.straight() {
		err = errors.New("GeoJSON with edges that leave the geodesic is not read here")
	}
	return g.text(-1), err
}

// straight reports whether edges that are straight on a map are geodesics too, to
// within ten metres.
func (g geo) straight() bool {
	for _, s := range g {
		for _, r := range s.rings {
			for i := 1; i < len(r); i++ {
				if a, b := r[i-1], r[i]; math.Abs(a.lng-b.lng) > 0.2 && (a.lat != 0 || b.lat != 0) {
					return false
				}
			}
		}
	}
	return true
}

// jsonPlaces turns nested arrays of coordinates into the body of well-known text.
func jsonPlaces(raw json.RawMessage, depth int) (string, error) {
	if depth == 0 {
		var p []float64
		if err := json.Unmarshal(raw, &p); err != nil || len(p) != 2 {
			return "", errors.New("invalid GeoJSON coordinates")
		}
		return degrees(p[0], -1) + " " + degrees(p[1], -1), nil
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return "", errors.New("invalid GeoJSON coordinates")
	}
	var out []string
	for _, p := range parts {
		s, err := jsonPlaces(p, depth-1)
		if err != nil {
			return "", err
		}
		out = append(out, s)
	}
	return "(" + strings.Join(out, ", ") + ")", nil
}
