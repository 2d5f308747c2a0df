package duckdb

import (
	"strings"

	"sluice/compiler/sqltype"
)

// A GEOGRAPHY is held as well-known text; the prelude computes on the sphere.
// What would need the union, the buffer or the simplification of shapes is refused.
var geoFunctions = map[string]function{
	"st_geogpoint":            geoCall("st_geogpoint", 2),
	"st_geogfromtext":         geoPlain("st_geogfromtext"),
	"st_geogfromwkb":          custom(geoFromBytes),
	"st_geogfrom":             custom(geoFromAny),
	"st_geogfromgeojson":      geoPlain("st_geogfromgeojson"),
	"st_geogpointfromgeohash": geoCall("st_fromgeohash", 1),
	"st_makeline": custom(func(c *call) string {
		if c.kind(0) == sqltype.Array {
			return c.expand("gsql_st_makeline($1)")
		}
		return c.expand("gsql_st_makeline(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE [$1, $2] END)")
	}),
	"st_makepolygon": custom(func(c *call) string {
		if len(c.args) > 1 {
			return c.expand("gsql_st_makepolygon($1, $2)")
		}
		return c.expand("gsql_st_makepolygon($1, CAST([] AS VARCHAR[]))")
	}),
	"st_astext":          geoCall("st_astext", 1),
	"st_asbinary":        geoCall("st_asbinary", 1),
	"st_askml":           geoCall("st_askml", 1),
	"st_x":               geoCall("st_x", 1),
	"st_y":               geoCall("st_y", 1),
	"st_geometrytype":    geoCall("st_geometrytype", 1),
	"st_dimension":       geoCall("st_dimension", 1),
	"st_isempty":         geoCall("st_isempty", 1),
	"st_iscollection":    geoCall("st_iscollection", 1),
	"st_numgeometries":   geoCall("st_numgeometries", 1),
	"st_numpoints":       geoCall("st_numpoints", 1),
	"st_npoints":         geoCall("st_numpoints", 1),
	"st_isclosed":        geoCall("st_isclosed", 1),
	"st_isring":          geoCall("st_isring", 1),
	"st_boundary":        geoCall("st_boundary", 1),
	"st_exteriorring":    geoCall("st_exteriorring", 1),
	"st_interiorrings":   geoCall("st_interiorrings", 1),
	"st_dumppoints":      geoCall("st_dumppoints", 1),
	"st_centroid":        geoCall("st_centroid", 1),
	"st_startpoint":      native("gsql_st_pointn($1, CAST(1 AS BIGINT))"),
	"st_endpoint":        native("gsql_st_pointn($1, CAST(-1 AS BIGINT))"),
	"st_pointn":          geoCall("st_pointn", 2),
	"st_geohash":         custom(func(c *call) string { return "gsql_st_geohash(" + c.args[0] + ", " + c.orInt(1, 20) + ")" }),
	"st_dump":            custom(func(c *call) string { return "gsql_st_dump(" + c.args[0] + ", " + c.orInt(1, -1) + ")" }),
	"st_length":          geoSphere("st_length", 1),
	"st_perimeter":       geoSphere("st_perimeter", 1),
	"st_area":            geoSphere("st_area", 1),
	"st_distance":        geoSphere("st_distance", 2),
	"st_maxdistance":     geoSphere("st_maxdistance", 2),
	"st_dwithin":         geoSphere("st_dwithin", 3),
	"st_azimuth":         geoCall("st_azimuth", 2),
	"st_angle":           geoCall("st_angle", 3),
	"st_linelocatepoint": geoCall("st_linelocatepoint", 2),
	"st_intersects":      geoCall("st_intersects", 2),
	"st_disjoint":        native("(NOT gsql_st_intersects($1, $2))"),
	"st_covers":          geoCall("st_covers", 2),
	"st_coveredby":       native("gsql_st_covers($2, $1)"),
	"st_contains":        geoCall("st_contains", 2),
	"st_within":          native("gsql_st_contains($2, $1)"),
	"st_equals":          geoCall("st_equals", 2),
	"st_hausdorffdistance": custom(func(c *call) string {
		directed := "false"
		if len(c.args) > 2 {
			directed = c.args[2]
		}
		return "gsql_st_hausdorff(" + c.args[0] + ", " + c.args[1] + ", " + directed + ")"
	}),
	"st_boundingbox": custom(func(c *call) string {
		return c.t.bind("gsql_st_box("+c.args[0]+")", func(b string) string {
			return "(CASE WHEN " + b + " IS NULL THEN NULL ELSE {'xmin': " + b + "[1], 'ymin': " + b + "[2], 'xmax': " + b + "[3], 'ymax': " + b + "[4]} END)"
		})
	}),
}

// geoCall calls the prelude with the first n arguments.
func geoCall(fn string, n int) function {
	return custom(func(c *call) string { return "gsql_" + fn + "(" + strings.Join(c.args[:n], ", ") + ")" })
}

// geoPlain reads text whose options, all of them flags, are not set.
func geoPlain(fn string) function {
	return custom(func(c *call) string {
		for _, a := range c.args[1:] {
			if a != "false" && !strings.HasPrefix(a, "CAST(NULL ") {
				return c.refuse("%s is translated without options only", c.title())
			}
		}
		return "gsql_" + fn + "(" + c.args[0] + ")"
	})
}

// geoSphere is a measure on the sphere; the spheroid is an option.
func geoSphere(fn string, n int) function {
	return custom(func(c *call) string {
		if len(c.args) > n && c.args[n] != "false" {
			return c.refuse("%s is translated for the sphere only", c.title())
		}
		return "gsql_" + fn + "(" + strings.Join(c.args[:n], ", ") + ")"
	})
}

func geoFromBytes(c *call) string {
	fn := "gsql_st_geogfromwkb("
	if c.kind(0) == sqltype.String {
		fn = "gsql_st_geogfromhex("
	}
	for _, a := range c.args[1:] {
		if a != "false" && !strings.HasPrefix(a, "CAST(NULL ") {
			return c.refuse("%s is translated without options only", c.title())
		}
	}
	return fn + c.args[0] + ")"
}

func geoFromAny(c *call) string {
	if c.kind(0) == sqltype.Bytes {
		return geoFromBytes(c)
	}
	c.simple()
	return c.expand("(CASE WHEN starts_with(ltrim($1), '{') THEN gsql_st_geogfromgeojson($1) WHEN regexp_matches($1, '^[0-9a-fA-F]+$') THEN gsql_st_geogfromhex($1) ELSE gsql_st_geogfromtext($1) END)")
}
