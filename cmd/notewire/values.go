package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// byteSize is a number of bytes, written as 65536, 64KiB, 1MiB or 2GiB.
type byteSize int64

// UnmarshalText reads a byte size.
func (b *byteSize) UnmarshalText(text []byte) error {
	s := string(text)
	unit := int64(1)
	for _, u := range []struct {
		suffix string
		size   int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}} {
		if rest, ok := strings.CutSuffix(s, u.suffix); ok {
			s, unit = rest, u.size
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 || n > (1<<62)/unit {
		return fmt.Errorf("%q is not a size; write bytes, or 64KiB, 1MiB, 2GiB", text)
	}
	*b = byteSize(n * unit)
	return nil
}

// prefixes is a list of networks, for example 10.0.0.0/8,::1/128.
type prefixes []netip.Prefix

// UnmarshalText reads a comma-separated list of networks or addresses; "none"
// is the empty list.
func (p *prefixes) UnmarshalText(text []byte) error {
	*p = nil
	if s := strings.TrimSpace(string(text)); s == "" || s == "none" {
		return nil
	}
	for _, part := range strings.Split(string(text), ",") {
		part = strings.TrimSpace(part)
		if n, err := netip.ParsePrefix(part); err == nil {
			*p = append(*p, n.Masked())
			continue
		}
		a, err := netip.ParseAddr(part)
		if err != nil {
			return fmt.Errorf("%q is neither a network (10.0.0.0/8) nor an address", part)
		}
		*p = append(*p, netip.PrefixFrom(a, a.BitLen()))
	}
	return nil
}

// size writes a number of bytes as byteSize reads it, in the largest unit that
// leaves no rest.
func size[N int | int64](n N) string {
	for _, u := range []struct {
		suffix string
		size   N
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= u.size && n%u.size == 0 {
			return fmt.Sprintf("%d%s", n/u.size, u.suffix)
		}
	}
	return fmt.Sprint(n)
}

// duration writes a duration without the zeros that its String ends in: 1m, 24h.
func duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// number writes a count or a rate.
func number[N int | float64](n N) string { return fmt.Sprint(n) }
