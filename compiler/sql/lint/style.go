package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sql/token"
	"sluice/compiler/sqltype"
)

// reservedColumn: a column whose name is a reserved word needs backticks wherever it
// is read.
func reservedColumn(s *statement) {
	var selects func(*syntax)
	selects = func(t *syntax) {
		for _, k := range t.kids {
			switch k.is.(type) {
			case *gsql.ASTSetOperation:
				selects(k)
				return
			case *gsql.ASTSelect:
				list := kid[*gsql.ASTSelectList](k)
				if list == nil {
					return
				}
				for _, item := range list.kids {
					if len(item.kids) == 0 {
						continue
					}
					if name := itemName(item); name != "" && sqltype.IsReserved(name) {
						s.find(item.start, item.end, fmt.Sprintf("%q is a reserved word, so every reader of the column needs backticks", strings.ToLower(name)), "give the column another name")
					}
				}
				return
			}
		}
	}
	if query := kid[*gsql.ASTQuery](s.syntax); query != nil {
		selects(query)
	}
}

// literalProject: an environment of its own has a project of its own.
func literalProject(s *statement) {
	s.syntax.visit(func(t *syntax) {
		text := ""
		switch is := t.is.(type) {
		case *gsql.ASTStringLiteral:
			text = get(is.StringValue())
		case *gsql.ASTPathExpression:
			text = strings.Join(get(is.ToIdentifierVector()), ".") + " "
			if !strings.Contains(text, ".") {
				return
			}
		default:
			return
		}
		for _, project := range s.facts.Projects {
			if text == project || strings.HasPrefix(text, project+".") || strings.Contains(text, "`"+project+".") {
				s.find(t.start, t.end, fmt.Sprintf("the project %q stands in the SQL, so every environment would use it", project),
					"name tables <dataset>.<table>; sluice fills in the environment's project")
				return
			}
		}
	})
}

var emailAddress = regexp.MustCompile(`^[A-Za-z0-9._+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}$`)

// literalEmail: a person's address in SQL is personal data in a repository.
func literalEmail(s *statement) {
	s.syntax.visit(func(t *syntax) {
		is, ok := t.is.(*gsql.ASTStringLiteral)
		if !ok {
			return
		}
		address := get(is.StringValue())
		if !emailAddress.MatchString(address) || strings.Contains(address, "@example.") {
			return
		}
		s.find(t.start, t.end, "the text is an e-mail address: personal data does not belong into SQL", "keep such addresses in a table, and join with it")
	})
}

// newer are functions by their older names.
var newer = map[string]string{
	"json_extract": "JSON_QUERY", "json_extract_scalar": "JSON_VALUE", "json_extract_array": "JSON_QUERY_ARRAY", "json_extract_string_array": "JSON_VALUE_ARRAY",
}

// plainPath is a path that reads the same with the old and the new functions.
var plainPath = regexp.MustCompile(`^(\$|strict \$|lax \$)?(\.[A-Za-z_][A-Za-z0-9_]*|\[\d+\])*$`)

// deprecatedFunction: BigQuery keeps these for old queries only.
func deprecatedFunction(s *statement) {
	for name, instead := range newer {
		for _, call := range s.calls(name) {
			if call.start < 0 {
				continue
			}
			first := s.tokens(call.start, call.end)[0]
			if !first.Is(name) {
				continue // SAFE. and the like
			}
			edit := Edit{Start: -1}
			if l := pathOf(call); plainPath.MatchString(l) {
				edit = s.replace(first.Start, first.End(), instead)
			}
			s.find(call.start, call.end, strings.ToUpper(name)+" is deprecated", "write "+instead, edit)
		}
	}
}

// pathOf is the JSON path that a call is given; "?" where it is no constant.
func pathOf(call *node) string {
	if len(call.kids) < 2 {
		return ""
	}
	if l, ok := call.kids[1].is.(*gsql.ResolvedLiteral); ok && !isNull(call.kids[1]) && typeOf(call.kids[1]) == "STRING" {
		return get(get(l.Value()).StringValue())
	}
	return "?"
}

// positionalReference: a number in GROUP BY or ORDER BY means another column as soon
// as the select list changes.
func positionalReference(s *statement) {
	s.syntax.visit(func(t *syntax) {
		switch t.is.(type) {
		case *gsql.ASTGroupingItem:
		case *gsql.ASTOrderingExpression:
			if _, query := t.up.up.is.(*gsql.ASTQuery); !query {
				return
			}
		default:
			return
		}
		if len(t.kids) > 0 {
			if _, number := t.kids[0].is.(*gsql.ASTIntLiteral); number {
				s.find(t.kids[0].start, t.kids[0].end, "the number means another column as soon as the select list changes", "name the column")
			}
		}
	})
}

// aliasWithoutAs: a comma that is forgotten makes an alias of a column.
func aliasWithoutAs(s *statement) {
	s.syntax.visit(func(t *syntax) {
		if _, ok := t.is.(*gsql.ASTAlias); !ok {
			return
		}
		first := s.tokens(t.start, t.end)
		if len(first) != 1 || first[0].Kind != token.Word && first[0].Kind != token.Name {
			return
		}
		s.find(t.start, t.end, "an alias without AS looks like a forgotten comma", "write AS before it", Edit{Start: t.start, End: t.start, Text: "AS "})
	})
}

// caseWithoutElse: what no branch covers becomes NULL without anybody having said so.
func caseWithoutElse(s *statement) {
	s.syntax.visit(func(t *syntax) {
		odd := 1
		switch t.is.(type) {
		case *gsql.ASTCaseNoValueExpression:
		case *gsql.ASTCaseValueExpression:
			odd = 0
		default:
			return
		}
		if len(t.kids)%2 == odd {
			return // the last is that of ELSE
		}
		all := s.tokens(t.start, t.end)
		end := all[len(all)-1]
		if !end.Is("END") {
			return
		}
		s.find(t.start, t.end, "CASE without ELSE gives NULL for all that no branch covers", "write ELSE NULL where that is meant",
			Edit{Start: end.Start, End: end.Start, Text: "ELSE NULL "})
	})
}

// dateFormat: elements that belong to another kind of value, or to another calendar.
func dateFormat(s *statement) {
	for _, call := range s.calls("format_date", "parse_date", "format_datetime", "parse_datetime", "format_timestamp", "parse_timestamp") {
		l, ok := call.kids[0].is.(*gsql.ResolvedLiteral)
		if !ok || isNull(call.kids[0]) || typeOf(call.kids[0]) != "STRING" {
			continue
		}
		format := strings.ReplaceAll(get(get(l.Value()).StringValue()), "%%", "")
		at := call.kids[0]
		if at.start < 0 {
			at = call
		}
		has := func(parts ...string) bool {
			return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(format, p) })
		}
		switch date := strings.HasSuffix(function(call), "_date"); {
		case date && has("%M", "%H", "%S", "%I", "%T", "%R"):
			s.find(at.start, at.end, "a DATE has no hours, minutes (%M) and seconds", "the month is %m")
		case !date && (has("%H:%m", "%H%m", "%I:%m") || has("%Y-%M", "%Y/%M", "%Y%M", "%Y.%M")):
			s.find(at.start, at.end, "%m is the month and %M the minute; they are mixed up here", "write %H:%M and %Y-%m")
		case has("%V") && has("%Y") && !has("%G"):
			s.find(at.start, at.end, "%V is the week of the ISO year and %Y the calendar's: they disagree around New Year", "write %G with %V")
		}
	}
}
