package action

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"notewire/api/storage"
	"notewire/protocol"
	"notewire/store"
)

// Actor is somebody who acts, and reads what they act on. It belongs to one
// goroutine, for as long as what it was made for takes.
type Actor struct {
	Identity *store.Identity // nil: anonymous
	Address  netip.Addr      // from where they act
	Now      time.Time       // when

	service *Service
	idsMade int
}

// Viewer is who is signed in; nil: nobody.
func (a *Actor) Viewer() *store.User {
	if a.Identity == nil {
		return nil
	}
	return a.Identity.User
}

// ViewerID is the id of who is signed in; empty: nobody.
func (a *Actor) ViewerID() store.UserID {
	if v := a.Viewer(); v != nil {
		return v.ID
	}
	return ""
}

// Native says whether a native token is used, which may do everything.
func (a *Actor) Native() bool { return a.Identity != nil && a.Identity.Token.Native }

// Store reads outside of any transaction.
func (a *Actor) Store() storage.Store { return a.service.config.Store }

// Packer makes wire structs of the store's types.
func (a *Actor) Packer() protocol.Packer { return a.service.packer }

// Host is the name under which this server's users are known, without scheme.
func (a *Actor) Host() string { return a.service.host() }

// Log is the service's logger.
func (a *Actor) Log() *slog.Logger { return a.service.log }

// newID makes an id for something that is created now. Another process may have
// made the same one: an id is made inside of transact, which makes another one
// then, or inside of withFreshIDs.
func (a *Actor) newID() string {
	a.idsMade++
	return a.service.config.IDs.New(a.Now)
}

// withFreshIDs runs do, and again at a later instant while it answers that an
// id that it made is taken. An id that was made before is its maker's matter.
func (a *Actor) withFreshIDs(ctx context.Context, do func(context.Context) error) error {
	var madeBefore error
	err := store.WithFreshIDs(ctx, func(ctx context.Context) error {
		made := a.idsMade
		err := do(ctx)
		switch {
		case !errors.Is(err, store.ErrIDTaken):
			return err
		case a.idsMade == made:
			madeBefore = err
			return nil
		}
		a.Now = a.service.config.Now()
		return err
	})
	if madeBefore != nil {
		return madeBefore
	}
	return err
}
