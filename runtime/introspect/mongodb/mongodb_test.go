package mongodb

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sluice/runtime/introspect"
)

func doc(pairs ...any) bson.D {
	var d bson.D
	for i := 0; i < len(pairs); i += 2 {
		d = append(d, bson.E{Key: pairs[i].(string), Value: pairs[i+1]})
	}
	return d
}

func describe(s introspect.Schema) string {
	var b strings.Builder
	for _, t := range s.Tables {
		fmt.Fprintf(&b, "%s key=%v notes=%q\n", t.From, t.Key, t.Notes)
		for _, c := range t.Columns {
			fmt.Fprintf(&b, "  %s %s required=%v %s (%s)\n", c.Name, c.TypeText(), c.Required, c.Native, c.Note)
		}
	}
	return b.String()
}

func decimal(t *testing.T, text string) bson.Decimal128 {
	d, err := bson.ParseDecimal128(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRead(t *testing.T) {
	at := bson.NewDateTimeFromTime(time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC))
	id := bson.NewObjectID()
	wide := bson.D{}
	for i := range 100 {
		wide = append(wide, bson.E{Key: fmt.Sprintf("k%d", i), Value: i})
	}
	address := serve(t, map[string][]bson.D{
		"members": {
			doc("_id", id, "oldest", true),
			doc("_id", id, "email", "a@b", "age", int32(3), "ratio", int32(1), "amount", decimal(t, "1.5"), "made", at, "ok", true, "raw", bson.Binary{Data: []byte{1}}, "nothing", nil,
				"address", doc("city", "Tokyo", "zip", doc("code", "1", "since", at)), "tags", bson.A{"a", "b"}, "items", bson.A{doc("sku", "x", "qty", int64(1))}, "mixed", "x"),
			doc("_id", id, "email", "c@d", "ratio", 1.5, "amount", int32(2), "mixed", int32(1), "holes", bson.A{"a", nil}, "lists", bson.A{bson.A{"a"}}, "either", bson.A{"a", int32(1)}, "none", bson.A{},
				"items", bson.A{doc("sku", "y", "price", 2.5)}, "free", doc("first name", "x"), "cases", doc("a", 1, "A", 2), "wide", wide, "re", bson.Regex{Pattern: "x"}, "code", bson.Timestamp{T: 1}),
			doc("_id", id, "email", nil),
		},
		"empty":         {},
		"system.views":  {doc("_id", "x")},
		"left_out":      {doc("_id", "x")},
		"number_as_key": {doc("_id", int32(1), "v", doc())},
	})
	ctx := context.Background()
	o := Options{Endpoint: address, Database: "shop", Sample: 3}
	s, err := Read(ctx, o, introspect.Selection{Exclude: []string{"left*"}})
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/want.txt")
	if got := describe(s); got != string(want) {
		if os.Getenv("SLUICE_UPDATE") == "1" {
			if err := os.WriteFile("testdata/want.txt", []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		} else {
			t.Errorf("%v\n%s", err, got)
		}
	}

	o.User, o.Password = "reader", "a password"
	if _, err := Read(ctx, o, introspect.Selection{}); err == nil || strings.Contains(err.Error(), o.Password) {
		t.Error(err)
	}
}

func TestAddress(t *testing.T) {
	for endpoint, want := range map[string]string{
		"mongodb://db:27018":              "db 27018",
		"mongodb://a:1,b:2/?replicaSet=r": "a 1",
		"mongodb+srv://cluster.example":   "cluster.example 0",
		"mongodb://me:secret@db":          "",
		"http://db":                       "",
		"mongodb://db:x":                  "",
		"db":                              "",
	} {
		host, port, err := Address(endpoint)
		got := fmt.Sprint(host, " ", port)
		if err != nil {
			got = ""
			if strings.Contains(err.Error(), "secret") {
				t.Error(err)
			}
		}
		if got != want {
			t.Errorf("%s: %q, %v, want %q", endpoint, got, err, want)
		}
	}
}
