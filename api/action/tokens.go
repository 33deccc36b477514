package action

import (
	"context"
	"fmt"
	"notewire/store"
	"slices"
)

// RegenerateToken ends every native token of the actor, who knows the password:
// they sign in anew. Open sessions are told, and then closed. It fails with
// ErrIncorrectPassword.
func (a *Actor) RegenerateToken(ctx context.Context, password string) error {
	if err := a.checkPassword(ctx, password); err != nil {
		return err
	}
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		tokens, err := w.Tokens(ctx, a.ViewerID())
		if err != nil {
			return fmt.Errorf("listing tokens: %w", err)
		}
		var native []string
		for _, t := range tokens {
			if t.Native {
				native = append(native, t.ID)
			}
		}
		gone, err := w.DeleteTokens(ctx, a.ViewerID(), native...)
		if err != nil {
			return fmt.Errorf("revoking native tokens: %w", err)
		}
		// The order matters: the event must be written before the sockets close.
		if err := w.emitMain(ctx, a.ViewerID(), store.MainMyTokenRegenerated, nil); err != nil {
			return err
		}
		return w.emitInternal(ctx, store.InternalTokenRegenerated, store.Revocation{UserID: a.ViewerID(), TokenIDs: gone})
	})
}

// RevokeToken ends an app token of the actor, by its id, or, where that is
// empty, by itself, and the sessions that were opened with it. A token that is
// not theirs, or none, is passed over.
func (a *Actor) RevokeToken(ctx context.Context, id string, token *string) error {
	return a.transact(ctx, func(ctx context.Context, w *work) error {
		tokens, err := w.Tokens(ctx, a.ViewerID())
		if err != nil {
			return fmt.Errorf("listing tokens: %w", err)
		}
		at := slices.IndexFunc(tokens, func(t *store.AccessToken) bool {
			if t.Native {
				return false
			}
			return t.ID == id || id == "" && token != nil && t.Hash == store.HashToken(*token)
		})
		if at < 0 {
			return nil
		}
		gone, err := w.DeleteTokens(ctx, a.ViewerID(), tokens[at].ID)
		if err != nil {
			return fmt.Errorf("revoking a token: %w", err)
		}
		return w.emitInternal(ctx, store.InternalTokenRevoked, store.Revocation{UserID: a.ViewerID(), TokenIDs: gone})
	})
}

// NewAppToken is what an app token is made of.
type NewAppToken struct {
	Name, Description, IconURL string   // as the app describes itself
	Session                    string   // what the app asked with; empty: nothing
	Permissions                []string // unknown ones are kept, since they allow nothing
}

// CreateAppToken makes an app token of the actor and answers it.
func (a *Actor) CreateAppToken(ctx context.Context, in NewAppToken) (token string, err error) {
	token = store.NewAppToken()
	err = a.transact(ctx, func(ctx context.Context, w *work) error {
		err := w.CreateToken(ctx, &store.AccessToken{
			ID: a.newID(), UserID: a.ViewerID(), Hash: store.HashToken(token), CreatedAt: a.Now,
			Name: in.Name, Description: in.Description, IconURL: in.IconURL,
			Session: in.Session, Permissions: in.Permissions,
		})
		if err != nil {
			return fmt.Errorf("creating an app token: %w", err)
		}
		return nil
	})
	return token, err
}
