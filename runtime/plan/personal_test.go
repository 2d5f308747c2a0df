package plan

import (
	"slices"
	"strings"
	"testing"
)

func TestDiffOfPersonalData(t *testing.T) {
	// before is a plan with a class, a mask and both kinds of agreement.
	before := func() *Plan {
		p := example()
		p.TableByName("core.members").Columns[1].Class = "personal"
		p.TableByName("core.members").Declassify = &Release{Columns: []string{"name"}, Reason: "counted only", ApprovedBy: "dpo"}
		p.TableByName("app.members").Columns[1] = Column{Name: "name", Type: "STRING", Class: "sensitive", Mask: "hash"}
		p.TaskByID("export.active").Export.PersonalData = &Release{Reason: "the member asked", ApprovedBy: "dpo"}
		return p
	}
	for _, c := range []struct {
		name   string
		change func(*Plan)
		want   []string
	}{
		{"nothing", func(*Plan) {}, nil},
		{"a class falls", func(p *Plan) { p.TableByName("core.members").Columns[1].Class = "internal" },
			[]string{"core.members.name is internal now, and was personal"}},
		{"public and internal say nothing of people", func(p *Plan) { p.TableByName("core.members").Columns[0].Class = "public" }, nil},
		{"a column with personal data comes and another goes", func(p *Plan) {
			p.TableByName("core.members").Columns[1] = Column{Name: "mail", Type: "STRING", Class: "sensitive"}
		}, []string{"core.members.mail is new and sensitive", "core.members.name was personal and is gone"}},
		{"a mask goes", func(p *Plan) { p.TableByName("app.members").Columns[1].Mask = "" },
			[]string{"app.members.name is no longer masked (hash)"}},
		{"more is declassified", func(p *Plan) {
			p.TableByName("core.members").Declassify = &Release{Columns: []string{"id", "name"}, Reason: "counted only", ApprovedBy: "dpo"}
		}, []string{"core.members has id, name declassified (counted only; agreed by dpo)"}},
		{"another person agrees", func(p *Plan) { p.TableByName("core.members").Declassify.ApprovedBy = "intern" },
			[]string{"core.members has name declassified (counted only; agreed by intern)"}},
		{"nobody agrees any more", func(p *Plan) { p.TableByName("core.members").Declassify = nil },
			[]string{"core.members no longer has name declassified"}},
		{"an export releases less", func(p *Plan) {
			p.TaskByID("export.active").Export.PersonalData = &Release{Columns: []string{"id"}, Reason: "the member asked", ApprovedBy: "dpo"}
		}, []string{"export.active has id released (the member asked; agreed by dpo)"}},
		{"an export that released goes", func(p *Plan) {
			p.Tasks = slices.DeleteFunc(p.Tasks, func(t Task) bool { return t.ID == "export.active" })
		}, []string{"export.active no longer has all columns released"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := before()
			c.change(p)
			var got []string
			for _, x := range Diff(before(), p).PersonalData {
				got = append(got, x.String())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		})
	}
	if c := Diff(nil, before()); c.PersonalData != nil {
		t.Errorf("a first apply: %v", c.PersonalData)
	}
}
