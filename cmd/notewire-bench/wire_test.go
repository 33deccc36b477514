//go:build linux

package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestFramesOfEverySize(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 127, 65535, 65536, 70000} {
		text := []byte(strings.Repeat("x", n))
		wire := append(serverFrame(text), "rest"...)
		for _, short := range []int{0, 1, 2, 3, len(wire) - 5} {
			if short < len(wire)-4 {
				if _, _, _, ok := cut(wire[:short]); ok && short < len(wire)-4 {
					t.Errorf("%d bytes of a frame of %d were taken for whole", short, n)
				}
			}
		}
		op, payload, rest, ok := cut(wire)
		if !ok || op != opText || !bytes.Equal(payload, text) || string(rest) != "rest" {
			t.Errorf("a frame of %d bytes was read as op %d, %d bytes, rest %q, %v", n, op, len(payload), rest, ok)
		}
	}
}

func TestClientFramesAreMasked(t *testing.T) {
	for _, n := range []int{0, 125, 126, 65536} {
		f := clientFrame(opText, strings.Repeat("x", n))
		if f[1]&0x80 == 0 {
			t.Errorf("a frame of %d bytes is not masked", n)
		}
		if !bytes.HasSuffix(f, append(make([]byte, 4), strings.Repeat("x", n)...)) {
			t.Errorf("a frame of %d bytes does not end in its mask and payload", n)
		}
	}
}
