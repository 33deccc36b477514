package address

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestClientAddress(t *testing.T) {
	trusted := Proxies{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		name, remote string
		forwarded    []string
		proxies      Proxies
		want         string
	}{
		{"plain", "203.0.113.5:80", nil, trusted, "203.0.113.5"},
		{"a stranger's word is not taken", "203.0.113.5:80", []string{"198.51.100.1"}, trusted, "203.0.113.5"},
		{"one proxy", "127.0.0.1:80", []string{"198.51.100.1"}, trusted, "198.51.100.1"},
		{"what the client itself wrote is not taken", "127.0.0.1:80", []string{"1.2.3.4, 198.51.100.1"}, trusted, "198.51.100.1"},
		{"two proxies", "127.0.0.1:80", []string{"198.51.100.1", "10.1.1.1"}, trusted, "198.51.100.1"},
		{"with a port", "127.0.0.1:80", []string{"198.51.100.1:4711"}, trusted, "198.51.100.1"},
		{"version 6", "[fd00::1]:80", []string{"[2001:db8::1]:4711"}, trusted, "2001:db8::1"},
		{"mapped", "[::ffff:127.0.0.1]:80", []string{"::ffff:198.51.100.1"}, trusted, "198.51.100.1"},
		{"nonsense", "127.0.0.1:80", []string{"198.51.100.1, unknown"}, trusted, "127.0.0.1"},
		{"nonsense before a proxy", "127.0.0.1:80", []string{"unknown, 10.1.1.1"}, trusted, "10.1.1.1"},
		{"nobody is trusted", "127.0.0.1:80", []string{"198.51.100.1"}, nil, "127.0.0.1"},
		{"no address", "pipe", []string{"198.51.100.1"}, trusted, "invalid IP"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := c.proxies.Client(r).String(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
