package prelude

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
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

func geoDistance(a, b geo) (float64, error) {
	if len(a) == 0 || len(b) == 0 {
		return 0, errNull
	}
	return metres(a.distance(b)), nil
}

func geoMaxDistance(a, b geo) (float64, error) {
	if len(a) == 0 || len(b) == 0 {
		return 0, errNull
	}
	most := s1.Angle(0)
	for _, p := range a.vertices() {
		for _, q := range b.vertices() {
			most = max(most, p.point().Distance(q.point()))
		}
	}
	if most > math.Pi/2 && (a.dim() > 0 || b.dim() > 0) {
		return 0, errors.New("the largest distance beyond a quarter of the globe is known here for points only")
	}
	return metres(most), nil
}

// geoHausdorff is the distance of the vertex that is farthest from the other
// geography, from the first to the second or of both the larger.
func geoHausdorff(s, t string, directed bool) (float64, error) {
	return onGeos(s, t, func(a, b geo) (float64, error) {
		if len(a) == 0 || len(b) == 0 {
			return 0, errNull
		}
		far := func(a, b geo) s1.Angle {
			most := s1.Angle(0)
			for _, p := range a.vertices() {
				most = max(most, pointGeo(p).distance(b))
			}
			return most
		}
		d := far(a, b)
		if !directed {
			d = max(d, far(b, a))
		}
		return metres(d), nil
	})
}

// heading is the direction from a to b, clockwise from the north, in [0, 2π).
func heading(a, b place) (float64, bool) {
	if angle := a.point().Distance(b.point()).Radians(); angle == 0 || angle > math.Pi-1e-14 {
		return 0, false
	}
	la, lb := a.lat*math.Pi/180, b.lat*math.Pi/180
	d := (b.lng - a.lng) * math.Pi / 180
	h := math.Atan2(math.Sin(d)*math.Cos(lb), math.Cos(la)*math.Sin(lb)-math.Sin(la)*math.Cos(lb)*math.Cos(d))
	if h < 0 {
		h += 2 * math.Pi
	}
	return h, true
}

func geoAzimuth(a, b geo) (float64, error) {
	p, err := a.single()
	if err != nil {
		return 0, err
	}
	q, err := b.single()
	if err != nil {
		return 0, err
	}
	h, ok := heading(p, q)
	if !ok {
		return 0, errNull
	}
	return h, nil
}

func geoAngle(s, t, u string) (float64, error) {
	var at [3]place
	for i, text := range []string{s, t, u} {
		g, err := readGeo(text)
		if err != nil {
			return 0, err
		}
		if at[i], err = g.single(); err != nil {
			return 0, err
		}
	}
	from, ok := heading(at[1], at[0])
	to, ok2 := heading(at[1], at[2])
	if !ok || !ok2 {
		return 0, errNull
	}
	d := math.Mod(to-from+4*math.Pi, 2*math.Pi)
	if 2*math.Pi-d < 1e-15 {
		d = 0
	}
	return d, nil
}

var errBoundary = errors.New("whether it lies on the boundary is not known here")

// covers reports whether no point of b is outside of a.
func (a geo) covers(b geo) (bool, error) {
	if len(b) == 0 || len(a) == 0 {
		return false, nil
	}
	if len(a) > 1 && b.dim() > 0 {
		return false, errors.New("whether a collection covers lines or polygons is not known here")
	}
	if b.dim() == 0 {
		for _, p := range b.vertices() {
			if pointGeo(p).distance(a) >= 1e-15 {
				return false, nil
			}
		}
		return true, nil
	}
	if a[0].dim < b.dim() {
		return false, nil
	}
	if a[0].dim == 1 {
		return a.text(-1) == b.text(-1), unless(a.text(-1) == b.text(-1) || a.distance(b) > 1e-15, errBoundary)
	}
	if len(a[0].rings) == 1 {
		return a[0].coversAll(b)
	}
	return false, errBoundary
}

func unless(ok bool, err error) error {
	if ok {
		return nil
	}
	return err
}

// coversAll is covers of a polygon without holes over lines and polygons.
func (s shape) coversAll(b geo) (bool, error) {
	for _, p := range b.vertices() {
		in, edge := s.contains(p)
		if !in && !edge {
			return false, nil
		}
	}
	if b.dim() == 2 {
		l := loop(s.rings[0])
		for _, other := range b {
			if other.dim == 2 && !l.Contains(loop(other.rings[0])) {
				return false, nil
			}
		}
		return true, nil
	}
	for _, e := range (geo{s}).edges() {
		for _, f := range b.edges() {
			if f[0] != f[1] && s2.CrossingSign(e[0], e[1], f[0], f[1]) == s2.Cross {
				return false, nil
			}
		}
	}
	return true, nil
}

// containsAll is covers, and a point of b in a's interior.
func (a geo) containsAll(b geo) (bool, error) {
	ok, err := a.covers(b)
	if !ok || err != nil {
		return false, err
	}
	if b.dim() == 2 || a.dim() == 0 {
		return true, nil
	}
	for _, s := range a {
		for _, p := range b.vertices() {
			switch {
			case s.dim == 2:
				if in, _ := s.contains(p); in {
					return true, nil
				}
			case s.dim == 1:
				if r := s.rings[0]; p != r[0] && p != r[len(r)-1] || r[0] == r[len(r)-1] || b.dim() == 1 {
					return true, nil
				}
			case pointGeo(p).distance(geo{s}) == 0:
				return true, nil
			}
		}
	}
	return false, unless(b.dim() == 0, errBoundary)
}

func geoEquals(a, b geo) (bool, error) {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b), nil
	}
	if a.dim() == 1 && b.dim() == 1 {
		// A line that is reversed is the same set of points.
		la, ea := a.line()
		lb, eb := b.line()
		if ea == nil && eb == nil && (lineGeo(reversed(la)).text(-1) == b.text(-1) || lineGeo(la).text(-1) == lineGeo(lb).text(-1)) {
			return true, nil
		}
	}
	if a.dim() != b.dim() {
		return false, nil
	}
	ok, err := a.covers(b)
	if !ok || err != nil {
		return false, err
	}
	return b.covers(a)
}

func geoLocate(a, b geo) (float64, error) {
	line, err := a.line()
	if err != nil {
		return 0, err
	}
	p, err := b.single()
	if err != nil {
		return 0, err
	}
	points := make(s2.Polyline, len(line))
	for i, v := range line {
		points[i] = v.point()
	}
	at, next := points.Project(p.point())
	return points.Uninterpolate(at, next), nil
}

// box is xmin, ymin, xmax, ymax.
func (g geo) box() (floats, error) {
	if len(g) == 0 {
		return nil, errNull
	}
	if g.dim() > 1 {
		return nil, errors.New("the box of polygons is not known here")
	}
	r := s2.EmptyRect()
	for _, s := range g {
		b := s2.NewRectBounder()
		for _, p := range s.rings[0] {
			b.AddPoint(p.point())
		}
		r = r.Union(b.RectBound())
	}
	if r.Lng.IsInverted() {
		return nil, errors.New("a box across the antimeridian is not known here")
	}
	return floats{r.Lo().Lng.Degrees(), r.Lo().Lat.Degrees(), r.Hi().Lng.Degrees(), r.Hi().Lat.Degrees()}, nil
}

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
