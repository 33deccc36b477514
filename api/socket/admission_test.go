package socket

import (
	"errors"
	"net/netip"
	"testing"
)

// Connections are counted by network and by user, and given back.
func TestAdmission(t *testing.T) {
	var a admission
	network := func(a netip.Addr) netip.Addr {
		p, err := a.Prefix(64)
		if err != nil {
			t.Fatal(err)
		}
		return p.Addr()
	}
	if err := a.init(&Config{MaxPerUser: 2, MaxPerAddress: 2, Network: network}); err != nil {
		t.Fatal(err)
	}
	for i, row := range []struct {
		addr string
		want error
	}{
		{"2001:db8::1", nil}, {"2001:db8::2", nil}, {"2001:db8::3", ErrTooMany}, {"2001:db8:0:1::1", nil},
		{"::1", nil}, {"::1", nil}, {"::1", nil}, // no limit on loopback
	} {
		if got := a.admit(netip.MustParseAddr(row.addr)); !errors.Is(got, row.want) {
			t.Errorf("%d: %s: %v", i, row.addr, got)
		}
	}
	for i, row := range []struct {
		user string
		want error
	}{{"ann", nil}, {"ann", nil}, {"ann", ErrTooMany}, {"bob", nil}} {
		if got := a.admitUser(row.user); !errors.Is(got, row.want) {
			t.Errorf("%d: %s: %v", i, row.user, got)
		}
	}
	a.stopAdmitting()
	if err := a.admit(netip.IPv6Loopback()); !errors.Is(err, ErrDraining) {
		t.Errorf("when draining: %v", err)
	}
	for addr, user := range map[string]string{"2001:db8::2": "ann", "2001:db8::1": "ann", "2001:db8:0:1::1": "bob", "::1": ""} {
		a.leave(netip.MustParseAddr(addr), user)
	}
	a.leave(netip.IPv6Loopback(), "")
	a.leave(netip.IPv6Loopback(), "")
	if len(a.addresses)+len(a.users) != 0 {
		t.Errorf("still counted: %v %v", a.addresses, a.users)
	}
	a.wait()
}

func TestAdmissionLimitsOutOfRange(t *testing.T) {
	for _, c := range []Config{{MaxPerUser: -1}, {MaxPerAddress: -1}} {
		if _, err := New(c); !errors.Is(err, ErrLimits) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
