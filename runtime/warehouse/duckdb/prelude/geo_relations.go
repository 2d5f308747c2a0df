package prelude

import (
	"errors"
	"math"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

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
