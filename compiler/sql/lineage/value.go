package lineage

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// digest stands for a meaning: that of an expression, or of a relation.
type digest [16]byte

func (d digest) String() string { return hex.EncodeToString(d[:8]) }

// sum is the digest of an operation on parts.
func sum(operation string, parts ...digest) digest {
	buffer := make([]byte, 0, 256)
	buffer = append(buffer, operation...)
	buffer = append(buffer, 0)
	for _, p := range parts {
		buffer = append(buffer, p[:]...)
	}
	return digestOf(buffer)
}

func digestOf(data []byte) digest {
	full := sha256.Sum256(data)
	return digest(full[:16])
}

// text is the digest of a word.
func text(s string) digest {
	buffer := make([]byte, 0, 256)
	return digestOf(append(append(buffer, '"'), s...))
}

func number(n int) digest {
	var d digest
	binary.BigEndian.PutUint64(d[:], uint64(n))
	return d
}

func truth(b bool) digest {
	if b {
		return number(1)
	}
	return number(0)
}

// value is a column or the result of an expression. Values are never changed.
type value struct {
	own    flow     // influences on the whole of it
	fields []*value // of a STRUCT, or of the elements of an ARRAY of them, where they are known apart
	sum    digest
}

// all are the influences on any part of it.
func (v *value) all() flow {
	out := v.own
	for _, f := range v.fields {
		out = out.plus(f.all())
	}
	return out
}

// named is the value under another digest.
func (v *value) named(d digest) *value {
	out := &value{own: v.own, sum: d}
	for i, f := range v.fields {
		out.fields = append(out.fields, f.named(sum("field", d, number(i))))
	}
	return out
}

// changed is the value after an operation that keeps its structure.
func (v *value) changed(change func(kinds) kinds, d digest) *value {
	out := &value{own: v.own.each(change), sum: d}
	for i, f := range v.fields {
		out.fields = append(out.fields, f.changed(change, sum("field", d, number(i))))
	}
	return out
}

// under is the value with further influences on the whole of it.
func (v *value) under(more flow) *value {
	if len(more) == 0 {
		return v
	}
	return &value{own: v.own.plus(more), fields: v.fields, sum: v.sum}
}

// either is one of several values, whichever: field by field where all have the same
// fields. A value without influences (NULL, a constant) has no say in that.
func either(d digest, list ...*value) *value {
	var fields int
	apart := true
	for _, v := range list {
		if len(v.fields) == 0 && len(v.own) == 0 {
			continue
		}
		if len(v.fields) == 0 || fields != 0 && len(v.fields) != fields {
			apart = false
		}
		fields = len(v.fields)
	}
	out := &value{sum: d}
	if !apart || fields == 0 {
		for _, v := range list {
			out.own = out.own.plus(v.all())
		}
		return out
	}
	for _, v := range list {
		out.own = out.own.plus(v.own)
	}
	for i := range fields {
		var same []*value
		for _, v := range list {
			if len(v.fields) > 0 {
				same = append(same, v.fields[i])
			}
		}
		out.fields = append(out.fields, either(sum("field", d, number(i)), same...))
	}
	return out
}

// field takes a STRUCT apart. name is asked for where the STRUCT is a column's.
func (w *walker) field(v *value, index int, name func() string) *value {
	if index < len(v.fields) {
		return v.fields[index].under(v.own)
	}
	d := sum("get field", v.sum, number(index))
	out := &value{sum: d}
	word := ""
	for _, p := range v.own {
		if p.kinds&identity == 0 {
			out.own = out.own.plus(flow{p})
			continue
		}
		if word == "" {
			word = name()
		}
		o := w.leaves.all[p.leaf]
		if o.field != "" {
			o.field += "."
		}
		o.field += word
		out.own = out.own.plus(one(w.leaves.of(o), identity))
		if rest := p.kinds &^ identity; rest != 0 {
			out.own = out.own.plus(one(p.leaf, rest))
		}
	}
	return out
}
