package prelude

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// A GEOGRAPHY travels and is stored as well-known text with all digits of its
// coordinates. Edges are geodesics of a sphere.

// earthRadius is in metres, as BigQuery has it.
const earthRadius = 6371010

// place is a vertex, in degrees.
type place struct{ lng, lat float64 }

func (p place) point() s2.Point { return s2.PointFromLatLng(s2.LatLngFromDegrees(p.lat, p.lng)) }

// shape is a point, a line or a polygon: its rings, of which the first is the
// shell; points and lines have one.
type shape struct {
	dim   int
	rings [][]place
}

// geo is a GEOGRAPHY: shapes in their order.
type geo []shape

func (g geo) dim() int {
	d := -1
	for _, s := range g {
		d = max(d, s.dim)
	}
	return d
}

// uniform reports whether all shapes have one dimension.
func (g geo) uniform() bool {
	for _, s := range g {
		if s.dim != g[0].dim {
			return false
		}
	}
	return true
}

var shapeNames = [...]string{"POINT", "LINESTRING", "POLYGON"}

// text writes well-known text, with the coordinates' shortest decimals of at
// most so many digits, or -1 for all.
func (g geo) text(digits int) string {
	if len(g) == 0 {
		return "GEOMETRYCOLLECTION EMPTY"
	}
	if len(g) == 1 {
		return shapeNames[g[0].dim] + g[0].body(digits)
	}
	var parts []string
	for _, s := range g {
		b := s.body(digits)
		switch {
		case !g.uniform():
			b = shapeNames[s.dim] + b
		case s.dim == 0:
			b = strings.Trim(b, "()")
		}
		parts = append(parts, b)
	}
	name := "GEOMETRYCOLLECTION"
	if g.uniform() {
		name = "MULTI" + shapeNames[g[0].dim]
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

func (s shape) body(digits int) string {
	var rings []string
	for _, r := range s.rings {
		var b strings.Builder
		for i, p := range r {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(degrees(p.lng, digits) + " " + degrees(p.lat, digits))
		}
		rings = append(rings, "("+b.String()+")")
	}
	if s.dim == 2 {
		return "(" + strings.Join(rings, ", ") + ")"
	}
	return rings[0]
}

func degrees(d float64, digits int) string {
	if d == 0 {
		d = 0 // not -0
	}
	if digits < 0 {
		return strconv.FormatFloat(d, 'g', -1, 64)
	}
	s, _ := strconv.ParseFloat(strconv.FormatFloat(d, 'g', digits, 64), 64)
	return strconv.FormatFloat(s, 'g', -1, 64)
}

// geoReader reads well-known text.
type geoReader struct{ rest string }

var errGeo = errors.New("invalid GEOGRAPHY text")

func (r *geoReader) word() string {
	r.rest = trimSpace(r.rest)
	n := 0
	for n < len(r.rest) && (r.rest[n]|0x20 >= 'a' && r.rest[n]|0x20 <= 'z') {
		n++
	}
	w := strings.ToUpper(r.rest[:n])
	r.rest = r.rest[n:]
	return w
}

func (r *geoReader) take(c byte) bool {
	r.rest = trimSpace(r.rest)
	if r.rest == "" || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

func (r *geoReader) number() (float64, error) {
	r.rest = trimSpace(r.rest)
	n := 0
	for n < len(r.rest) && strings.IndexByte("+-.0123456789eE", r.rest[n]) >= 0 {
		n++
	}
	f, err := strconv.ParseFloat(r.rest[:n], 64)
	if err != nil {
		return 0, errGeo
	}
	r.rest = r.rest[n:]
	return f, nil
}

// list reads (a, b, …).
func list[T any](r *geoReader, one func() (T, error)) ([]T, error) {
	if !r.take('(') {
		return nil, errGeo
	}
	var out []T
	for {
		v, err := one()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if r.take(')') {
			return out, nil
		}
		if !r.take(',') {
			return nil, errGeo
		}
	}
}

func (r *geoReader) place() (place, error) {
	lng, err := r.number()
	if err != nil {
		return place{}, err
	}
	lat, err := r.number()
	if err != nil {
		return place{}, err
	}
	return newPlace(lng, lat)
}

// newPlace checks the latitude and brings the longitude into [-180, 180).
func newPlace(lng, lat float64) (place, error) {
	if math.IsNaN(lng) || math.IsInf(lng, 0) || math.IsNaN(lat) || lat < -90 || lat > 90 {
		return place{}, fmt.Errorf("latitude must be in [-90, 90] and longitude finite: %g %g", lng, lat)
	}
	if lng < -180 || lng > 180 {
		lng = math.Remainder(lng, 360)
	}
	return place{lng, lat}, nil
}

func (r *geoReader) places() ([]place, error) { return list(r, r.place) }

// multiPoint reads a point of a MULTIPOINT, which may stand in parentheses.
func (r *geoReader) multiPoint() (place, error) {
	if !r.take('(') {
		return r.place()
	}
	p, err := r.place()
	if err == nil && !r.take(')') {
		err = errGeo
	}
	return p, err
}

func (r *geoReader) geo() (geo, error) {
	name := r.word()
	before := r.rest
	if w := r.word(); w == "EMPTY" {
		return geo{}, nil
	}
	r.rest = before
	line := func() (shape, error) { p, err := r.places(); return shape{1, [][]place{p}}, err }
	polygon := func() (shape, error) { rings, err := list(r, r.places); return shape{2, rings}, err }
	one := func(s shape, err error) (geo, error) { return geo{s}, err }
	switch name {
	case "POINT":
		p, err := r.places()
		if err == nil && len(p) != 1 {
			err = errGeo
		}
		return one(shape{0, [][]place{p}}, err)
	case "LINESTRING":
		return one(line())
	case "POLYGON":
		return one(polygon())
	case "MULTIPOINT":
		points, err := list(r, r.multiPoint)
		var g geo
		for _, p := range points {
			g = append(g, shape{0, [][]place{{p}}})
		}
		return g, err
	case "MULTILINESTRING":
		return list(r, line)
	case "MULTIPOLYGON":
		return list(r, polygon)
	case "GEOMETRYCOLLECTION":
		parts, err := list(r, r.geo)
		var g geo
		for _, p := range parts {
			g = append(g, p...)
		}
		return g, err
	}
	return nil, errGeo
}

// readGeo reads well-known text and checks it.
func readGeo(s string) (geo, error) {
	r := &geoReader{rest: s}
	g, err := r.geo()
	if err == nil && trimSpace(r.rest) != "" {
		err = errGeo
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %q", err, s)
	}
	for _, sh := range g {
		if err := sh.check(); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (s shape) check() error {
	for _, r := range s.rings {
		if s.dim == 1 && len(r) < 2 {
			return errors.New("a linestring must have two vertices")
		}
		if s.dim == 2 && (len(r) < 4 || r[0] != r[len(r)-1]) {
			return errors.New("a polygon's ring must be closed and have three vertices")
		}
		for i := 1; i < len(r); i++ {
			if a, b := r[i-1].point(), r[i].point(); a.Angle(b.Vector) > math.Pi-1e-12 {
				return errors.New("an edge must not join antipodal vertices")
			}
		}
	}
	if s.dim == 2 && s.crosses() {
		return errors.New("the edges of a polygon cross")
	}
	return nil
}

// crosses reports whether edges of a polygon cross.
func (s shape) crosses() bool {
	var edges [][2]s2.Point
	for _, r := range s.rings {
		for i := 1; i < len(r); i++ {
			edges = append(edges, [2]s2.Point{r[i-1].point(), r[i].point()})
		}
	}
	for i, a := range edges {
		for _, b := range edges[:i] {
			if s2.CrossingSign(a[0], a[1], b[0], b[1]) == s2.Cross {
				return true
			}
		}
	}
	return false
}

// loop is a ring on the sphere, that side of it which is the smaller.
func loop(r []place) *s2.Loop {
	points := make([]s2.Point, len(r)-1)
	for i := range points {
		points[i] = r[i].point()
	}
	l := s2.LoopFromPoints(points)
	l.Normalize()
	return l
}

// counterClockwise reports whether a ring goes around its smaller side to the left.
func counterClockwise(r []place) bool {
	points := make([]s2.Point, len(r)-1)
	for i := range points {
		points[i] = r[i].point()
	}
	return s2.LoopFromPoints(points).IsNormalized()
}

// oriented fails on a polygon whose order of vertices BigQuery changes.
func (g geo) oriented() error {
	for _, s := range g {
		for i, r := range s.rings {
			if s.dim == 2 && counterClockwise(r) != (i == 0) {
				return errors.New("the text of a polygon whose shell is clockwise, or whose hole is not, is not known here")
			}
		}
	}
	return nil
}

// contains reports whether a point lies in a polygon; onEdge, whether it is a
// vertex or so near an edge that one cannot say.
func (s shape) contains(p place) (inside, onEdge bool) {
	pt := p.point()
	for _, r := range s.rings {
		for i := 1; i < len(r); i++ {
			if s2.DistanceFromSegment(pt, r[i-1].point(), r[i].point()) < 1e-15 {
				return false, true
			}
		}
	}
	inside = loop(s.rings[0]).ContainsPoint(pt)
	for _, hole := range s.rings[1:] {
		inside = inside && !loop(hole).ContainsPoint(pt)
	}
	return inside, false
}

// vertices lists all vertices, without the closing ones of rings.
func (g geo) vertices() []place {
	var out []place
	for _, s := range g {
		for _, r := range s.rings {
			n := len(r)
			if s.dim == 2 {
				n--
			}
			out = append(out, r[:n]...)
		}
	}
	return out
}

// edges lists the edges; a point is an edge of no length.
func (g geo) edges() [][2]s2.Point {
	var out [][2]s2.Point
	for _, s := range g {
		for _, r := range s.rings {
			if s.dim == 0 {
				p := r[0].point()
				out = append(out, [2]s2.Point{p, p})
				continue
			}
			for i := 1; i < len(r); i++ {
				out = append(out, [2]s2.Point{r[i-1].point(), r[i].point()})
			}
		}
	}
	return out
}

// covered reports whether a point lies in any polygon.
func (g geo) covered(p place) bool {
	for _, s := range g {
		if s.dim == 2 {
			if in, edge := s.contains(p); in || edge {
				return true
			}
		}
	}
	return false
}

func segmentDistance(p s2.Point, e [2]s2.Point) s1.Angle {
	if e[0] == e[1] {
		return p.Distance(e[0])
	}
	return s2.DistanceFromSegment(p, e[0], e[1])
}

// distance is the angle between the nearest points.
func (g geo) distance(h geo) s1.Angle {
	for _, p := range g.vertices() {
		if h.covered(p) {
			return 0
		}
	}
	for _, p := range h.vertices() {
		if g.covered(p) {
			return 0
		}
	}
	best := s1.Angle(math.Pi)
	for _, a := range g.edges() {
		for _, b := range h.edges() {
			if a[0] != a[1] && b[0] != b[1] && s2.CrossingSign(a[0], a[1], b[0], b[1]) == s2.Cross {
				return 0
			}
			best = min(best, segmentDistance(a[0], b), segmentDistance(a[1], b), segmentDistance(b[0], a), segmentDistance(b[1], a))
		}
	}
	return best
}

func metres(a s1.Angle) float64 { return a.Radians() * earthRadius }
