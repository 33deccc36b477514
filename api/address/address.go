package address

import (
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks whose X-Forwarded-For is believed.
type Proxies []netip.Prefix

// Client is the address of the client behind the trusted proxies: the
// rightmost address of the chain that is not a trusted proxy's, since
// everything left of it is the client's own word. It is the zero Addr if the
// connection has no IP address (tests on a pipe).
func (p Proxies) Client(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := at.Addr().Unmap().WithZone("")
	if !p.trusts(addr) {
		return addr
	}
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(chain) - 1; i >= 0; i-- {
		hop, ok := parseHop(chain[i])
		if !ok {
			break // what lies left of something unreadable cannot be trusted
		}
		addr = hop
		if !p.trusts(hop) {
			break
		}
	}
	return addr
}

// Network is what calls are counted by where nobody is signed in, and all
// connections: the address, or, as on Misskey, the first half of an IPv6
// address, since whoever has one of those has all that share it.
func Network(a netip.Addr) netip.Addr {
	const given = 64 // bits that tell customers apart
	if !a.Is6() {
		return a
	}
	p, err := a.Prefix(given)
	if err != nil {
		return a
	}
	return p.Addr()
}

func (p Proxies) trusts(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// parseHop reads an address with or without a port.
func parseHop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.Unmap().WithZone(""), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	return netip.Addr{}, false
}
