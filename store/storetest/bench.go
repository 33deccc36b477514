package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"notewire/store"
	"notewire/store/relational"
)

// BenchmarkConnect measures what a connect asks the database for: what a token
// opens, and the relations of somebody with 200 follows.
func BenchmarkConnect(b *testing.B, db *relational.DB) {
	const users, follows = 1000, 200
	id := func(i int) store.UserID { return store.UserID(fmt.Sprintf("user%012d", i%users)) }
	hash := func(i int) store.TokenHash { return store.HashToken(string(id(i))) }
	if err := db.InTx(b.Context(), func(ctx context.Context, tx *relational.Tx) error {
		for i := range users {
			u := &store.User{ID: id(i), Username: string(id(i)), Settings: store.DefaultUserSettings()}
			t := &store.AccessToken{ID: "token" + string(id(i)), UserID: u.ID, Hash: hash(i), Permissions: []string{"read:account", "write:notes"}}
			if err := errors.Join(tx.CreateUser(ctx, u, ""), tx.CreateToken(ctx, t)); err != nil {
				return err
			}
		}
		for i := range users / 10 {
			for n := range follows {
				f := &store.Follow{ID: fmt.Sprint(i, "f", n), FollowerID: id(i), FolloweeID: id(i + 1 + n*4), WithReplies: n%2 == 0, Notify: "none"}
				if err := tx.CreateFollow(ctx, f); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	b.Run("access", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := db.AccessByTokenHash(b.Context(), hash(i)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("relations", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if l, err := db.RelationLists(b.Context(), id(i%(users/10))); err != nil || len(l.Following) != follows {
				b.Fatal(err)
			}
		}
	})
}
