// Package mongodb infers the schema of MongoDB's collections from a sample of their
// documents.
package mongodb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sluice/runtime/introspect"
)

// Options say where the database is and how much is looked at.
type Options struct {
	Endpoint string // mongodb://host:port, without password
	Database string
	User     string
	Password string // never part of an error
	Sample   int    // documents of each collection; 1000 where zero
}

// Read learns the collections that are wanted.
func Read(ctx context.Context, o Options, want introspect.Selection) (introspect.Schema, error) {
	var s introspect.Schema
	client := options.Client().ApplyURI(o.Endpoint).SetAppName("sluice").SetServerSelectionTimeout(15 * time.Second)
	if o.User != "" {
		client.SetAuth(options.Credential{Username: o.User, Password: o.Password, PasswordSet: true})
	}
	if err := client.Validate(); err != nil {
		return s, fmt.Errorf("endpoint: %w", reason(err, o.Password))
	}
	connected, err := mongo.Connect(client)
	if err != nil {
		return s, fmt.Errorf("connect: %w", reason(err, o.Password))
	}
	defer func() { _ = connected.Disconnect(context.WithoutCancel(ctx)) }()
	db := connected.Database(o.Database)
	names, err := db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return s, fmt.Errorf("list the collections of %s: %w", o.Database, reason(err, o.Password))
	}
	slices.Sort(names)
	for _, name := range names {
		if strings.HasPrefix(name, "system.") || !want.Has(o.Database+"."+name) {
			continue
		}
		t, err := collection(ctx, db.Collection(name), max(o.Sample, 0))
		if err != nil {
			return s, fmt.Errorf("collection %s: %w", name, reason(err, o.Password))
		}
		s.Tables = append(s.Tables, t)
	}
	s.Sort()
	return s, nil
}

// reason is an error without the password.
func reason(err error, password string) error {
	if text := err.Error(); password != "" && strings.Contains(text, password) {
		return errors.New(strings.ReplaceAll(text, password, "…"))
	}
	return err
}

// sampled is how many documents are looked at where nothing else is asked for.
const sampled = 1000

// collection infers one collection: its newest documents by _id, which change least
// between two looks.
func collection(ctx context.Context, c *mongo.Collection, n int) (introspect.Table, error) {
	if n == 0 {
		n = sampled
	}
	t := introspect.Table{From: c.Name()}
	cursor, err := c.Find(ctx, bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: -1}}).SetLimit(int64(n)))
	if err != nil {
		return t, err
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	var root object
	for cursor.Next(ctx) {
		var d bson.D
		if err := cursor.Decode(&d); err != nil {
			return t, err
		}
		root.add(d)
	}
	if err := cursor.Err(); err != nil {
		return t, err
	}
	t.Columns = root.columns()
	t.Notes = []string{fmt.Sprintf("inferred from %d documents", root.count)}
	if slices.ContainsFunc(t.Columns, func(c introspect.Column) bool { return c.Name == "_id" }) {
		t.Key = []string{"_id"}
	}
	return t, nil
}

// Address is the first host of an endpoint and its port, 0 for the usual one. An
// endpoint with a password is refused: it would be seen in the list of processes.
func Address(endpoint string) (host string, port int, err error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "mongodb" && u.Scheme != "mongodb+srv" || u.Host == "" {
		return "", 0, errors.New("the endpoint is mongodb://host:port or mongodb+srv://host")
	}
	if u.User != nil {
		return "", 0, errors.New("the endpoint has no user and no password: give --user and --password-env")
	}
	first, _, _ := strings.Cut(u.Host, ",")
	host, text, found := strings.Cut(first, ":")
	if !found {
		return host, 0, nil
	}
	port, err = strconv.Atoi(text)
	if err != nil {
		return "", 0, fmt.Errorf("port %q of the endpoint is no number", text)
	}
	return host, port, nil
}
