package socket

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
)

// Why a client is not admitted.
var (
	// ErrDraining says that no clients are admitted any more.
	ErrDraining = errors.New("the server is draining")
	// ErrTooMany says that the client's address or user has as many connections
	// as it may have.
	ErrTooMany = errors.New("too many connections")
)

// The connections that a user and an address may have unless Config says
// otherwise.
const (
	DefaultMaxPerUser    = 64
	DefaultMaxPerAddress = 256
)

// admission counts the connections of each user and of each address, over all
// gateways, from before a client is authenticated until its connection has
// ended.
type admission struct {
	maxUser, maxAddress int
	network             func(netip.Addr) netip.Addr

	mu        sync.Mutex
	draining  bool
	users     map[string]int
	addresses map[netip.Addr]int // by network
	admitted  sync.WaitGroup
}

func (a *admission) init(cfg *Config) error {
	a.maxUser, a.maxAddress, a.network = cfg.MaxPerUser, cfg.MaxPerAddress, cfg.Network
	fill(&a.maxUser, DefaultMaxPerUser)
	fill(&a.maxAddress, DefaultMaxPerAddress)
	if a.maxUser < 0 || a.maxAddress < 0 {
		return fmt.Errorf("%w: a negative number of connections", ErrLimits)
	}
	if a.network == nil {
		a.network = func(addr netip.Addr) netip.Addr { return addr }
	}
	a.users, a.addresses = map[string]int{}, map[netip.Addr]int{}
	return nil
}

// admit counts a client of an address.
func (a *admission) admit(address netip.Addr) error {
	from := a.network(address)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.draining:
		return ErrDraining
	case !address.IsLoopback() && a.addresses[from] >= a.maxAddress:
		return ErrTooMany
	}
	a.addresses[from]++
	a.admitted.Add(1) // under the lock that stopAdmitting takes, so that wait misses nobody
	return nil
}

// admitUser counts a client that was admitted and turned out to be a user's.
func (a *admission) admitUser(user string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.users[user] >= a.maxUser {
		return ErrTooMany
	}
	a.users[user]++
	return nil
}

// leave gives back what admit counted, and admitUser unless the user is empty.
func (a *admission) leave(address netip.Addr, user string) {
	from := a.network(address)
	a.mu.Lock()
	defer a.mu.Unlock()
	if user != "" {
		if a.users[user]--; a.users[user] <= 0 {
			delete(a.users, user)
		}
	}
	if a.addresses[from]--; a.addresses[from] <= 0 {
		delete(a.addresses, from)
	}
	a.admitted.Done()
}

// stopAdmitting admits nobody any more.
func (a *admission) stopAdmitting() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.draining = true
}

func (a *admission) isDraining() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.draining
}

// wait waits until everybody who was admitted has left.
func (a *admission) wait() { a.admitted.Wait() }
