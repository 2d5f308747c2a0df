package mongodb

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// serve is a server of MongoDB's wire protocol, as far as reading a schema needs it:
// hello, listCollections, find with sort and limit, getMore by batches of two.
func serve(t *testing.T, collections map[string][]bson.D) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s := &wire{collections: collections, cursors: map[int64][]bson.D{}}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for s.exchange(conn) == nil {
				}
			}()
		}
	}()
	return "mongodb://" + l.Addr().String()
}

type wire struct {
	collections map[string][]bson.D
	cursors     map[int64][]bson.D
	next        int64
}

const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013
)

// exchange reads one message and answers it.
func (s *wire) exchange(conn net.Conn) error {
	head := make([]byte, 16)
	if _, err := io.ReadFull(conn, head); err != nil {
		return err
	}
	body := make([]byte, binary.LittleEndian.Uint32(head)-16)
	if _, err := io.ReadFull(conn, body); err != nil {
		return err
	}
	legacy := binary.LittleEndian.Uint32(head[12:]) == opQuery
	from := body[5:] // behind the flags and the section's kind
	if legacy {
		from = body[4:]
		from = from[slices.Index(from, 0)+1+8:]
	}
	var command bson.D
	if err := bson.Unmarshal(from[:binary.LittleEndian.Uint32(from)], &command); err != nil {
		return err
	}
	answer, err := bson.Marshal(s.answer(command))
	if err != nil {
		return err
	}
	code, start := uint32(opMsg), []byte{0, 0, 0, 0, 0}
	if legacy {
		code, start = opReply, append(make([]byte, 16), 1, 0, 0, 0)
	}
	out := binary.LittleEndian.AppendUint32(nil, uint32(16+len(start)+len(answer)))
	out = binary.LittleEndian.AppendUint32(out, 1)
	out = append(out, head[4:8]...)
	out = binary.LittleEndian.AppendUint32(out, code)
	_, err = conn.Write(append(append(out, start...), answer...))
	return err
}

// value finds a value in a document.
func value(d bson.D, name string) any {
	for _, e := range d {
		if e.Key == name {
			return e.Value
		}
	}
	return nil
}

func (s *wire) answer(c bson.D) bson.D {
	switch strings.ToLower(c[0].Key) {
	case "hello", "ismaster":
		return bson.D{{Key: "ok", Value: 1}, {Key: "isWritablePrimary", Value: true}, {Key: "ismaster", Value: true}, {Key: "maxBsonObjectSize", Value: 16 << 20},
			{Key: "maxMessageSizeBytes", Value: 48000000}, {Key: "maxWriteBatchSize", Value: 100000}, {Key: "minWireVersion", Value: 0}, {Key: "maxWireVersion", Value: 21}}
	case "listcollections":
		var list []bson.D
		for name := range s.collections {
			list = append(list, bson.D{{Key: "name", Value: name}, {Key: "type", Value: "collection"}})
		}
		return s.cursor("shop.$cmd.listCollections", "firstBatch", list, len(list))
	case "find":
		name := c[0].Value.(string)
		docs := slices.Clone(s.collections[name])
		if sort, ok := value(c, "sort").(bson.D); ok && sort[0].Key == "_id" {
			slices.Reverse(docs)
		}
		if limit, ok := value(c, "limit").(int64); ok && limit > 0 && int(limit) < len(docs) {
			docs = docs[:limit]
		}
		return s.cursor("shop."+name, "firstBatch", docs, 2)
	case "getmore":
		id := c[0].Value.(int64)
		docs := s.cursors[id]
		delete(s.cursors, id)
		return s.cursor("shop."+value(c, "collection").(string), "nextBatch", docs, 2)
	case "endsessions", "killcursors", "ping":
		return bson.D{{Key: "ok", Value: 1}}
	}
	return bson.D{{Key: "ok", Value: 0}, {Key: "code", Value: 59}, {Key: "errmsg", Value: "no such command: " + c[0].Key}}
}

// cursor answers with the first documents and keeps the others.
func (s *wire) cursor(space, field string, docs []bson.D, n int) bson.D {
	batch := bson.A{}
	var id int64
	for i, d := range docs {
		if i == n {
			s.next++
			id = s.next
			s.cursors[id] = docs[n:]
			break
		}
		batch = append(batch, d)
	}
	return bson.D{{Key: "ok", Value: 1}, {Key: "cursor", Value: bson.D{{Key: "id", Value: id}, {Key: "ns", Value: space}, {Key: field, Value: batch}}}}
}
