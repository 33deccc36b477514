package action

import (
	"context"

	"notewire/store"
)

// NoteTokenUse notes that a token was used, at most once in touchAfter. A failure is
// logged only: nobody's call fails for it.
func (s *Service) NoteTokenUse(ctx context.Context, who *store.Identity) {
	now := s.config.Now()
	if now.Sub(who.Token.LastUsedAt) < touchAfter {
		return
	}
	if err := s.config.Store.TouchToken(ctx, who.Token.ID, now); err != nil {
		s.log.Warn("noting the use of a token failed", "tokenId", who.Token.ID, "err", err)
	}
}
