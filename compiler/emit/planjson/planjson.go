// Package planjson turns a resolved platform into the plan: plan.json, and a Go
// package beside it that embeds it, so that an image built from that package
// carries plan and runtime as one.
package planjson

import (
	"bytes"
	"fmt"
	"go/token"

	"sluice/compiler/emit"
	"sluice/runtime/plan"
)

// Files seals the plan (see Build) and returns plan.json and plan.go.
func Files(p *plan.Plan) ([]emit.File, error) {
	data, err := plan.Seal(p)
	if err != nil {
		return nil, err
	}
	return []emit.File{
		{Path: "plan.go", Content: goPackage(p)},
		{Path: "plan.json", Content: data},
	}, nil
}

// PackageName is the Go package of an environment's plan: the environment's name,
// with an underscore where Go would not take it as a package to import.
func PackageName(environment string) string {
	if token.IsKeyword(environment) || environment == "main" || environment == "_" {
		return environment + "_"
	}
	return environment
}

func goPackage(p *plan.Plan) []byte {
	var b bytes.Buffer
	b.WriteString(emit.Comment("//"))
	name := PackageName(p.Environment)
	fmt.Fprintf(&b, `
// Package %s carries the plan of platform %s in environment %s.
package %s

import _ "embed"

//go:embed plan.json
var encoded string

// Plan returns the encoded plan, for plan.Decode.
func Plan() []byte { return []byte(encoded) }
`, name, p.Platform, p.Environment, name)
	return b.Bytes()
}
