package prelude

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Keysets are Tink's, as BigQuery has them: protocol buffers with AES-GCM keys for
// AEAD and AES-SIV keys for deterministic encryption.

var keyFunctions = map[string]*udf{
	"gsql_new_keyset": fn1(func(kind string) ([]byte, error) { return keyset{}.rotated(kind) }).random(),
	"gsql_rotate_keyset": fn2(func(b []byte, kind string) ([]byte, error) {
		return onKeyset(b, func(k keyset) ([]byte, error) { return k.rotated(kind) })
	}).random(),
	"gsql_add_key": fn3(addKey).random(),
	"gsql_keyset_length": fn1(func(b []byte) (int64, error) {
		return onKeyset(b, func(k keyset) (int64, error) { return int64(len(k.keys)), nil })
	}),
	"gsql_keyset_to_json":   fn1(func(b []byte) (string, error) { return onKeyset(b, keyset.json) }),
	"gsql_keyset_from_json": fn1(keysetFromJSON),
	"gsql_aead_encrypt":     fn3(func(b, text, aad []byte) ([]byte, error) { return encrypt(b, text, aad, gcmType) }).random(),
	"gsql_aead_decrypt":     fn3(func(b, text, aad []byte) ([]byte, error) { return decrypt(b, text, aad, gcmType) }),
	"gsql_aead_decrypt_text": fn3(func(b, text, aad []byte) (string, error) {
		return asText(decrypt(b, text, aad, gcmType))
	}),
	"gsql_siv_encrypt": fn3(func(b, text, aad []byte) ([]byte, error) { return encrypt(b, text, aad, sivType) }),
	"gsql_siv_decrypt": fn3(func(b, text, aad []byte) ([]byte, error) { return decrypt(b, text, aad, sivType) }),
	"gsql_siv_decrypt_text": fn3(func(b, text, aad []byte) (string, error) {
		return asText(decrypt(b, text, aad, sivType))
	}),
}

// random marks a function whose result differs from call to call.
func (u *udf) random() *udf {
	u.volatile = true
	return u
}

const (
	gcmType = "type.googleapis.com/google.crypto.tink.AesGcmKey"
	sivType = "type.googleapis.com/google.crypto.tink.AesSivKey"
)

// Tink's output prefixes.
const (
	prefixTink = 1
	prefixRaw  = 3
)

type tinkKey struct {
	typeURL  string
	value    []byte // the key's own protocol buffer
	material uint64
	status   uint64
	id       uint64
	prefix   uint64
}

type keyset struct {
	primary uint64
	keys    []tinkKey
}

var errKeyset = errors.New("invalid keyset")

// field is one field of a protocol buffer: a number or bytes.
type field struct {
	tag    uint64
	number uint64
	bytes  []byte
}

func protoFields(b []byte) ([]field, error) {
	var out []field
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errKeyset
		}
		b = b[n:]
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errKeyset
		}
		b = b[n:]
		f := field{tag: key >> 3, number: v}
		switch key & 7 {
		case 0:
		case 2:
			if v > uint64(len(b)) {
				return nil, errKeyset
			}
			f.bytes, b = b[:v], b[v:]
		default:
			return nil, errKeyset
		}
		out = append(out, f)
	}
	return out, nil
}

func protoNumber(b []byte, tag, v uint64) []byte {
	if v == 0 {
		return b
	}
	return binary.AppendUvarint(binary.AppendUvarint(b, tag<<3), v)
}

func protoBytes(b []byte, tag uint64, v []byte) []byte {
	return append(binary.AppendUvarint(binary.AppendUvarint(b, tag<<3|2), uint64(len(v))), v...)
}

func readKeyset(b []byte) (keyset, error) {
	var k keyset
	fields, err := protoFields(b)
	for _, f := range fields {
		switch f.tag {
		case 1:
			k.primary = f.number
		case 2:
			key, err := readKey(f.bytes)
			if err != nil {
				return k, err
			}
			k.keys = append(k.keys, key)
		}
	}
	if err == nil && len(k.keys) == 0 {
		err = errKeyset
	}
	return k, err
}

func readKey(b []byte) (tinkKey, error) {
	var k tinkKey
	fields, err := protoFields(b)
	for _, f := range fields {
		switch f.tag {
		case 1:
			data, err := protoFields(f.bytes)
			if err != nil {
				return k, err
			}
			for _, d := range data {
				switch d.tag {
				case 1:
					k.typeURL = string(d.bytes)
				case 2:
					k.value = d.bytes
				case 3:
					k.material = d.number
				}
			}
		case 2:
			k.status = f.number
		case 3:
			k.id = f.number
		case 4:
			k.prefix = f.number
		}
	}
	return k, err
}

func (k keyset) bytes() []byte {
	b := protoNumber(nil, 1, k.primary)
	for _, key := range k.keys {
		data := protoNumber(protoBytes(protoBytes(nil, 1, []byte(key.typeURL)), 2, key.value), 3, key.material)
		b = protoBytes(b, 2, protoNumber(protoNumber(protoNumber(protoBytes(nil, 1, data), 2, key.status), 3, key.id), 4, key.prefix))
	}
	return b
}

func onKeyset[R any](b []byte, f func(keyset) (R, error)) (R, error) {
	k, err := readKeyset(b)
	if err != nil {
		var zero R
		return zero, err
	}
	return f(k)
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: see crypto/rand
	return b
}

// rotated adds a new primary key.
func (k keyset) rotated(kind string) ([]byte, error) {
	key := tinkKey{material: 1, status: 1, prefix: prefixTink}
	switch kind {
	case "AEAD_AES_GCM_256":
		key.typeURL, key.value = gcmType, protoBytes(nil, 3, randomBytes(32))
	case "DETERMINISTIC_AEAD_AES_SIV_CMAC_256":
		key.typeURL, key.value = sivType, protoBytes(nil, 2, randomBytes(64))
	default:
		return nil, fmt.Errorf("unrecognized key type: %q", kind)
	}
	for _, other := range k.keys {
		if other.typeURL != key.typeURL {
			return nil, errors.New("the keys of a keyset must be of one type")
		}
	}
	key.id = k.freshID()
	k.primary, k.keys = key.id, append(k.keys, key)
	return k.bytes(), nil
}

func (k keyset) freshID() uint64 {
	for {
		id := uint64(binary.BigEndian.Uint32(randomBytes(4)))
		taken := id == 0
		for _, key := range k.keys {
			taken = taken || key.id == id
		}
		if !taken {
			return id
		}
	}
}

// addKey adds a key without a prefix, that is not the primary one.
func addKey(b []byte, kind string, raw []byte) ([]byte, error) {
	return onKeyset(b, func(k keyset) ([]byte, error) {
		if kind != "AES_GCM" {
			return nil, fmt.Errorf("keys of type %q are not supported here", kind)
		}
		if len(raw) != 16 && len(raw) != 32 {
			return nil, errors.New("an AES_GCM key must have 16 or 32 bytes")
		}
		k.keys = append(k.keys, tinkKey{typeURL: gcmType, value: protoBytes(nil, 3, raw), material: 1, status: 1, id: k.freshID(), prefix: prefixRaw})
		return k.bytes(), nil
	})
}

type jsonKey struct {
	KeyData struct {
		KeyMaterialType string `json:"keyMaterialType"`
		TypeURL         string `json:"typeUrl"`
		Value           string `json:"value"`
	} `json:"keyData"`
	KeyID            uint64 `json:"keyId"`
	OutputPrefixType string `json:"outputPrefixType"`
	Status           string `json:"status"`
}

type jsonKeyset struct {
	Key          []jsonKey `json:"key"`
	PrimaryKeyID uint64    `json:"primaryKeyId"`
}

var (
	materialNames = []string{"UNKNOWN_KEYMATERIAL", "SYMMETRIC", "ASYMMETRIC_PRIVATE", "ASYMMETRIC_PUBLIC", "REMOTE"}
	statusNames   = []string{"UNKNOWN_STATUS", "ENABLED", "DISABLED", "DESTROYED"}
	prefixNames   = []string{"UNKNOWN_PREFIX", "TINK", "LEGACY", "RAW", "CRUNCHY"}
)

func nameOf(names []string, n uint64) string {
	if n < uint64(len(names)) {
		return names[n]
	}
	return names[0]
}

func numberOf(names []string, s string) uint64 {
	for i, n := range names {
		if n == s {
			return uint64(i)
		}
	}
	return 0
}

func (k keyset) json() (string, error) {
	out := jsonKeyset{PrimaryKeyID: k.primary}
	for _, key := range k.keys {
		j := jsonKey{KeyID: key.id, OutputPrefixType: nameOf(prefixNames, key.prefix), Status: nameOf(statusNames, key.status)}
		j.KeyData.KeyMaterialType, j.KeyData.TypeURL = nameOf(materialNames, key.material), key.typeURL
		j.KeyData.Value = base64.StdEncoding.EncodeToString(key.value)
		out.Key = append(out.Key, j)
	}
	b, err := json.Marshal(out)
	return string(b), err
}

func keysetFromJSON(s string) ([]byte, error) {
	var in jsonKeyset
	if err := json.Unmarshal([]byte(s), &in); err != nil {
		return nil, fmt.Errorf("%w: %w", errKeyset, err)
	}
	k := keyset{primary: in.PrimaryKeyID}
	for _, j := range in.Key {
		value, err := base64.StdEncoding.DecodeString(j.KeyData.Value)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errKeyset, err)
		}
		k.keys = append(k.keys, tinkKey{typeURL: j.KeyData.TypeURL, value: value, material: numberOf(materialNames, j.KeyData.KeyMaterialType),
			status: numberOf(statusNames, j.Status), id: j.KeyID, prefix: numberOf(prefixNames, j.OutputPrefixType)})
	}
	if len(k.keys) == 0 {
		return nil, errKeyset
	}
	return k.bytes(), nil
}

// secret is a key's own bytes.
func (k tinkKey) secret() ([]byte, error) {
	tag := map[string]uint64{gcmType: 3, sivType: 2}[k.typeURL]
	fields, err := protoFields(k.value)
	for _, f := range fields {
		if f.tag == tag && tag != 0 {
			return f.bytes, err
		}
	}
	return nil, fmt.Errorf("keys of type %q are not supported here", k.typeURL)
}

// header is what a key's ciphertexts start with.
func (k tinkKey) header() ([]byte, error) {
	switch k.prefix {
	case prefixTink:
		return binary.BigEndian.AppendUint32([]byte{1}, uint32(k.id)), nil
	case prefixRaw:
		return nil, nil
	}
	return nil, errors.New("the key's output prefix is not supported here")
}

func encrypt(b, plain, aad []byte, typeURL string) ([]byte, error) {
	return onKeyset(b, func(k keyset) ([]byte, error) {
		for _, key := range k.keys {
			if key.id != k.primary || key.status != 1 {
				continue
			}
			if key.typeURL != typeURL {
				return nil, errors.New("the keyset's primary key is of another type")
			}
			head, err := key.header()
			if err != nil {
				return nil, err
			}
			secret, err := key.secret()
			if err != nil {
				return nil, err
			}
			if typeURL == sivType {
				return sivSeal(head, secret, plain, aad)
			}
			gcm, err := newGCM(secret)
			if err != nil {
				return nil, err
			}
			nonce := randomBytes(gcm.NonceSize())
			return gcm.Seal(append(head, nonce...), nonce, plain, aad), nil
		}
		return nil, errors.New("the keyset has no enabled primary key")
	})
}

func newGCM(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

var errDecrypt = errors.New("decryption failed: none of the keyset's keys fits the ciphertext and the additional data")

func decrypt(b, text, aad []byte, typeURL string) ([]byte, error) {
	return onKeyset(b, func(k keyset) ([]byte, error) {
		for _, key := range k.keys {
			head, err := key.header()
			if err != nil || key.status != 1 || key.typeURL != typeURL || len(text) < len(head) || string(text[:len(head)]) != string(head) {
				continue
			}
			secret, err := key.secret()
			if err != nil {
				continue
			}
			if plain, err := open(typeURL, secret, text[len(head):], aad); err == nil {
				return plain, nil
			}
		}
		return nil, errDecrypt
	})
}

func open(typeURL string, secret, text, aad []byte) ([]byte, error) {
	if typeURL == sivType {
		return sivOpen(secret, text, aad)
	}
	gcm, err := newGCM(secret)
	if err != nil || len(text) < gcm.NonceSize() {
		return nil, errDecrypt
	}
	plain, err := gcm.Open([]byte{}, text[:gcm.NonceSize()], text[gcm.NonceSize():], aad)
	return plain, err
}

func asText(b []byte, err error) (string, error) {
	if err == nil && !utf8.Valid(b) {
		err = errors.New("the decrypted bytes are no valid UTF-8 text")
	}
	return string(b), err
}

// sivSeal is AES-SIV of RFC 5297 with one piece of additional data.
func sivSeal(head, secret, plain, aad []byte) ([]byte, error) {
	if len(secret) != 64 {
		return nil, errKeyset
	}
	v, err := siv(secret[:32], aad, plain)
	if err != nil {
		return nil, err
	}
	out := append(append([]byte{}, head...), v...)
	return append(out, sivStream(secret[32:], v, plain)...), nil
}

func sivOpen(secret, text, aad []byte) ([]byte, error) {
	if len(secret) != 64 || len(text) < aes.BlockSize {
		return nil, errDecrypt
	}
	plain := sivStream(secret[32:], text[:aes.BlockSize], text[aes.BlockSize:])
	v, err := siv(secret[:32], aad, plain)
	if err != nil || subtle.ConstantTimeCompare(v, text[:aes.BlockSize]) != 1 {
		return nil, errDecrypt
	}
	return plain, nil
}

func sivStream(key, v, in []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	iv := append([]byte{}, v...)
	iv[8] &= 0x7f
	iv[12] &= 0x7f
	out := make([]byte, len(in))
	cipher.NewCTR(block, iv).XORKeyStream(out, in)
	return out
}

// siv is S2V of one piece of additional data and the plaintext.
func siv(key, aad, plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	d := doubled(cmac(block, make([]byte, aes.BlockSize)))
	xorInto(d, cmac(block, aad))
	if len(plain) >= aes.BlockSize {
		t := append([]byte{}, plain...)
		xorInto(t[len(t)-aes.BlockSize:], d)
		return cmac(block, t), nil
	}
	d = doubled(d)
	padded := make([]byte, aes.BlockSize)
	copy(padded, plain)
	padded[len(plain)] = 0x80
	xorInto(d, padded)
	return cmac(block, d), nil
}

func xorInto(a, b []byte) {
	for i := range b {
		a[i] ^= b[i]
	}
}

// doubled is multiplication by x in GF(2^128).
func doubled(b []byte) []byte {
	out := make([]byte, len(b))
	carry := byte(0)
	for i := len(b) - 1; i >= 0; i-- {
		out[i] = b[i]<<1 | carry
		carry = b[i] >> 7
	}
	out[len(out)-1] ^= 0x87 * carry
	return out
}

// cmac is AES-CMAC of RFC 4493.
func cmac(block cipher.Block, msg []byte) []byte {
	zero := make([]byte, aes.BlockSize)
	block.Encrypt(zero, zero)
	k1 := doubled(zero)
	last := make([]byte, aes.BlockSize)
	whole := (len(msg) - 1) / aes.BlockSize * aes.BlockSize
	if len(msg) == 0 {
		whole = 0
	}
	copy(last, msg[whole:])
	if rest := len(msg) - whole; rest == aes.BlockSize {
		xorInto(last, k1)
	} else {
		last[rest] = 0x80
		xorInto(last, doubled(k1))
	}
	x := make([]byte, aes.BlockSize)
	for i := 0; i < whole; i += aes.BlockSize {
		xorInto(x, msg[i:i+aes.BlockSize])
		block.Encrypt(x, x)
	}
	xorInto(x, last)
	block.Encrypt(x, x)
	return x
}
