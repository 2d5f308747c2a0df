package prelude

import (
	"encoding/hex"
	"testing"
)

// The example of RFC 5297, A.1, has one piece of additional data.
func TestSIV(t *testing.T) {
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	key := unhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0")
	v, err := siv(key, unhex("101112131415161718191a1b1c1d1e1f2021222324252627"), unhex("112233445566778899aabbccddee"))
	if err != nil || hex.EncodeToString(v) != "85632d07c6e8f37f950acd320a2ecc93" {
		t.Errorf("%x %v", v, err)
	}
	out := sivStream(unhex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), v, unhex("112233445566778899aabbccddee"))
	if hex.EncodeToString(out) != "40c02b9690c4dc04daef7f6afe5c" {
		t.Errorf("%x", out)
	}
}

func TestKeysets(t *testing.T) {
	for kind, typeURL := range map[string]string{"AEAD_AES_GCM_256": gcmType, "DETERMINISTIC_AEAD_AES_SIV_CMAC_256": sivType} {
		first, err := keyset{}.rotated(kind)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := encrypt(first, []byte("text"), []byte("more"), typeURL)
		if err != nil {
			t.Fatal(err)
		}
		k, err := readKeyset(first)
		if err != nil {
			t.Fatal(err)
		}
		second, err := k.rotated(kind)
		if err != nil {
			t.Fatal(err)
		}
		s, err := onKeyset(second, keyset.json)
		if err != nil {
			t.Fatal(err)
		}
		back, err := keysetFromJSON(s)
		if err != nil || string(back) != string(second) {
			t.Fatalf("%s: %v", s, err)
		}
		if plain, err := decrypt(second, sealed, []byte("more"), typeURL); err != nil || string(plain) != "text" {
			t.Errorf("%s: %q %v", kind, plain, err)
		}
		if _, err := decrypt(second, sealed, []byte("else"), typeURL); err == nil {
			t.Errorf("%s: other additional data was accepted", kind)
		}
	}
}

func FuzzKeyset(f *testing.F) {
	b, err := keyset{}.rotated("AEAD_AES_GCM_256")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := readKeyset(b); err == nil {
			if again, err := readKeyset(k.bytes()); err != nil || len(again.keys) != len(k.keys) {
				t.Errorf("%x: %v", b, err)
			}
		}
	})
}
