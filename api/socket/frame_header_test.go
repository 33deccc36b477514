package socket

import (
	"bytes"
	"testing"
)

func TestUnmask(t *testing.T) {
	key := [4]byte{1, 20, 0, 255}
	for n := range 40 {
		got, want := make([]byte, n), make([]byte, n)
		for i := range n {
			got[i] = byte(3 * i)
			want[i] = got[i] ^ key[i%4]
		}
		unmask(got, key)
		if !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %x, want %x", n, got, want)
		}
	}
}
