package prelude

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/golang/geo/s1"
)

var geoFunctions = map[string]*udf{
	"gsql_st_geogpoint": fn2(func(lng, lat float64) (string, error) {
		p, err := newPlace(lng, lat)
		return geo{{0, [][]place{{p}}}}.text(-1), err
	}),
	"gsql_st_geogfromtext":    fn1(func(s string) (string, error) { g, err := readGeo(s); return g.text(-1), err }),
	"gsql_st_geogfromgeojson": fn1(geoFromJSON),
	"gsql_st_geogfromwkb":     fn1(geoFromWKB),
	"gsql_st_geogfromhex": fn1(func(s string) (string, error) {
		b, err := hex.DecodeString(s)
		if err != nil {
			return "", errGeo
		}
		return geoFromWKB(b)
	}),
	"gsql_st_astext": fn1(func(s string) (string, error) {
		g, err := readGeo(s)
		if err == nil {
			err = g.oriented()
		}
		return g.text(15), err
	}),
	"gsql_st_asbinary":      fn1(geoWKB),
	"gsql_st_askml":         fn1(geoKML),
	"gsql_st_x":             geo1(func(g geo) (float64, error) { p, err := g.single(); return p.lng, err }),
	"gsql_st_y":             geo1(func(g geo) (float64, error) { p, err := g.single(); return p.lat, err }),
	"gsql_st_geometrytype":  geo1(func(g geo) (string, error) { return g.typeName(), nil }),
	"gsql_st_dimension":     geo1(func(g geo) (int64, error) { return int64(g.dim()), nil }),
	"gsql_st_isempty":       geo1(func(g geo) (bool, error) { return len(g) == 0, nil }),
	"gsql_st_iscollection":  geo1(func(g geo) (bool, error) { return len(g) > 1, nil }),
	"gsql_st_numgeometries": geo1(func(g geo) (int64, error) { return int64(len(g)), nil }),
	"gsql_st_numpoints":     geo1(func(g geo) (int64, error) { return g.numPoints(), nil }),
	"gsql_st_isclosed":      geo1(func(g geo) (bool, error) { return g.isClosed(), nil }),
	"gsql_st_isring":        geo1(geo.isRing),
	"gsql_st_boundary":      geo1(geo.boundary),
	"gsql_st_exteriorring":  geo1(geo.exteriorRing),
	"gsql_st_interiorrings": geo1(geo.interiorRings),
	"gsql_st_length":        geo1(func(g geo) (float64, error) { return g.length(1), nil }),
	"gsql_st_perimeter":     geo1(func(g geo) (float64, error) { return g.length(2), nil }),
	"gsql_st_area":          geo1(func(g geo) (float64, error) { return g.area(), nil }),
	"gsql_st_dumppoints":    geo1(func(g geo) (strs, error) { return g.dumpPoints(), nil }),
	"gsql_st_dump":          fn2(geoDump),
	"gsql_st_centroid":      geo1(geo.centroid),
	"gsql_st_pointn":        fn2(geoPointN),
	"gsql_st_geohash":       fn2(geoHash),
	"gsql_st_fromgeohash":   fn1(geoFromHash),
	"gsql_st_makeline":      fn1(geoMakeLine),
	"gsql_st_makepolygon":   fn2(geoMakePolygon),
	"gsql_st_distance":      geo2(geoDistance),
	"gsql_st_maxdistance":   geo2(geoMaxDistance),
	"gsql_st_hausdorff":     fn3(geoHausdorff),
	"gsql_st_azimuth":       geo2(geoAzimuth),
	"gsql_st_angle":         fn3(geoAngle),
	"gsql_st_intersects":    geo2(func(a, b geo) (bool, error) { return len(a) > 0 && len(b) > 0 && a.distance(b) < 1e-15, nil }),
	"gsql_st_covers":        geo2(geo.covers),
	"gsql_st_contains":      geo2(geo.containsAll),
	"gsql_st_equals":        geo2(geoEquals),
	"gsql_st_dwithin": fn3(func(a, b string, d float64) (bool, error) {
		v, err := onGeos(a, b, geoDistance)
		return v <= d, err
	}),
	"gsql_st_linelocatepoint": geo2(geoLocate),
	"gsql_st_box":             geo1(geo.box),
}

func geo1[R value](f func(geo) (R, error)) *udf {
	return fn1(func(s string) (R, error) {
		g, err := readGeo(s)
		if err != nil {
			var zero R
			return zero, err
		}
		return f(g)
	})
}

func geo2[R value](f func(a, b geo) (R, error)) *udf {
	return fn2(func(a, b string) (R, error) { return onGeos(a, b, f) })
}

func onGeos[R any](a, b string, f func(a, b geo) (R, error)) (R, error) {
	var zero R
	g, err := readGeo(a)
	if err != nil {
		return zero, err
	}
	h, err := readGeo(b)
	if err != nil {
		return zero, err
	}
	return f(g, h)
}

func pointGeo(p place) geo        { return geo{{0, [][]place{{p}}}} }
func lineGeo(line []place) geo    { return geo{{1, [][]place{line}}} }
func notSingle(what string) error { return fmt.Errorf("the input must be a single %s", what) }

// single is the one point that there is; nothing for no geography.
func (g geo) single() (place, error) {
	switch {
	case len(g) == 0:
		return place{}, errNull
	case len(g) > 1 || g[0].dim != 0:
		return place{}, notSingle("point")
	}
	return g[0].rings[0][0], nil
}

func (g geo) line() ([]place, error) {
	switch {
	case len(g) == 0:
		return nil, errNull
	case len(g) > 1 || g[0].dim != 1:
		return nil, notSingle("linestring")
	}
	return g[0].rings[0], nil
}

func (g geo) typeName() string {
	name, _, _ := strings.Cut(g.text(-1), "(")
	names := map[string]string{"POINT": "ST_Point", "LINESTRING": "ST_LineString", "POLYGON": "ST_Polygon", "MULTIPOINT": "ST_MultiPoint",
		"MULTILINESTRING": "ST_MultiLineString", "MULTIPOLYGON": "ST_MultiPolygon"}
	if n := names[name]; n != "" {
		return n
	}
	return "ST_GeometryCollection"
}

func (g geo) numPoints() int64 {
	n := 0
	for _, s := range g {
		for _, r := range s.rings {
			n += len(r)
		}
	}
	return int64(n)
}

func (g geo) isClosed() bool {
	for _, s := range g {
		r := s.rings[0]
		if s.dim == 2 || s.dim == 1 && r[0] != r[len(r)-1] {
			return false
		}
	}
	return len(g) > 0
}

func (g geo) isRing() (bool, error) {
	if len(g) != 1 || g[0].dim != 1 || !g.isClosed() {
		return false, nil
	}
	r := g[0].rings[0]
	seen := map[place]bool{}
	for _, p := range r[:len(r)-1] {
		if seen[p] {
			return false, nil
		}
		seen[p] = true
	}
	return !shape{2, g[0].rings}.crosses(), nil
}

func (g geo) boundary() (string, error) {
	var out geo
	if len(g) > 1 {
		return "", errors.New("the boundary of a collection is not known here")
	}
	for _, s := range g {
		r := s.rings[0]
		switch {
		case s.dim == 1 && r[0] != r[len(r)-1]:
			out = append(append(out, pointGeo(r[0])...), pointGeo(r[len(r)-1])...)
		case s.dim == 2:
			for _, r := range s.rings {
				out = append(out, lineGeo(r)...)
			}
		}
	}
	return out.text(-1), nil
}

func (g geo) exteriorRing() (string, error) {
	if len(g) != 1 || g[0].dim != 2 {
		return "", notSingle("polygon")
	}
	return lineGeo(g[0].rings[0]).text(-1), g.oriented()
}

func (g geo) interiorRings() (strs, error) {
	if len(g) != 1 || g[0].dim != 2 {
		return nil, notSingle("polygon")
	}
	out := strs{}
	for _, r := range g[0].rings[1:] {
		out = append(out, lineGeo(r).text(-1))
	}
	return out, g.oriented()
}

// length adds up the edges of the shapes of a dimension.
func (g geo) length(dim int) float64 {
	total := s1.Angle(0)
	for _, s := range g {
		if s.dim != dim {
			continue
		}
		for _, e := range (geo{s}).edges() {
			total += e[0].Distance(e[1])
		}
	}
	return metres(total)
}

func (g geo) area() float64 {
	total := 0.0
	for _, s := range g {
		if s.dim != 2 {
			continue
		}
		total += loop(s.rings[0]).Area()
		for _, hole := range s.rings[1:] {
			total -= loop(hole).Area()
		}
	}
	return total * earthRadius * earthRadius
}

func (g geo) dumpPoints() strs {
	out := strs{}
	for _, s := range g {
		for _, r := range s.rings {
			for _, p := range r {
				out = append(out, pointGeo(p).text(-1))
			}
		}
	}
	return out
}

func geoDump(s string, dim int64) (strs, error) {
	g, err := readGeo(s)
	out := strs{}
	for _, sh := range g {
		if dim < 0 || int64(sh.dim) == dim {
			out = append(out, geo{sh}.text(-1))
		}
	}
	return out, err
}

func (g geo) centroid() (string, error) {
	if len(g) == 0 {
		return g.text(-1), nil
	}
	p, err := g.single()
	if err != nil {
		return "", errors.New("the centroid is known here for a single point only")
	}
	return pointGeo(p).text(-1), nil
}

func geoPointN(s string, n int64) (string, error) {
	g, err := readGeo(s)
	if err != nil {
		return "", err
	}
	line, err := g.line()
	if err != nil {
		return "", err
	}
	if n < 0 {
		n += int64(len(line)) + 1
	}
	if n < 1 || n > int64(len(line)) {
		return "", errNull
	}
	return pointGeo(line[n-1]).text(-1), nil
}

const geohashDigits = "0123456789bcdefghjkmnpqrstuvwxyz"

func geoHash(s string, most int64) (string, error) {
	g, err := readGeo(s)
	if err != nil {
		return "", err
	}
	p, err := g.single()
	if err != nil {
		return "", err
	}
	if most < 1 {
		return "", errors.New("the length of a geohash must be positive")
	}
	box := [2][2]float64{{-180, 180}, {-90, 90}}
	at := [2]float64{p.lng, p.lat}
	var b strings.Builder
	axis := 0
	for range min(most, 20) {
		digit := 0
		for range 5 {
			digit <<= 1
			if mid := (box[axis][0] + box[axis][1]) / 2; at[axis] >= mid {
				digit |= 1
				box[axis][0] = mid
			} else {
				box[axis][1] = mid
			}
			axis = 1 - axis
		}
		b.WriteByte(geohashDigits[digit])
	}
	return b.String(), nil
}

func geoFromHash(s string) (string, error) {
	box := [2][2]float64{{-180, 180}, {-90, 90}}
	axis := 0
	for _, c := range strings.ToLower(s) {
		digit := strings.IndexRune(geohashDigits, c)
		if digit < 0 {
			return "", fmt.Errorf("invalid geohash %q", s)
		}
		for bit := 16; bit > 0; bit >>= 1 {
			mid := (box[axis][0] + box[axis][1]) / 2
			if digit&bit != 0 {
				box[axis][0] = mid
			} else {
				box[axis][1] = mid
			}
			axis = 1 - axis
		}
	}
	if s == "" {
		return "", errors.New("a geohash must not be empty")
	}
	return pointGeo(place{(box[0][0] + box[0][1]) / 2, (box[1][0] + box[1][1]) / 2}).text(-1), nil
}

func geoMakeLine(parts strs) (string, error) {
	var line []place
	for _, s := range parts {
		if s == nil {
			continue
		}
		g, err := readGeo(s.(string))
		if err != nil {
			return "", err
		}
		if len(g) == 0 {
			continue
		}
		if len(g) > 1 || g[0].dim > 1 {
			return "", errors.New("ST_MAKELINE takes points and linestrings")
		}
		line = append(line, g[0].rings[0]...)
	}
	switch len(line) {
	case 0:
		return geo{}.text(-1), nil
	case 1:
		return "", errors.New("a linestring must have two vertices")
	}
	return lineGeo(line).text(-1), lineGeo(line)[0].check()
}

func geoMakePolygon(shell string, holes strs) (string, error) {
	s := shape{dim: 2}
	for _, text := range append(strs{shell}, holes...) {
		if text == nil {
			continue
		}
		g, err := readGeo(text.(string))
		if err != nil {
			return "", err
		}
		line, err := g.line()
		if err != nil {
			return "", notSingle("linestring")
		}
		if line[0] != line[len(line)-1] {
			line = append(line, line[0])
		}
		s.rings = append(s.rings, line)
	}
	return geo{s}.text(-1), s.check()
}
