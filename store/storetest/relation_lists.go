package storetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"notewire/store"
	"notewire/store/relational"
)

// oddIDs have every character that an id may have: all but control characters.
// Servers draw letters and digits only; other programs write rows, too.
func oddIDs() []string {
	ids := []string{"é木🎉", "\u00a0", "NULL", "null", "0", "00", "1", "", " "}
	for c := ' '; c <= '~'; c++ {
		ids = append(ids, string(c)+"x", "x"+string(c), "x"+string(c)+"y")
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// related makes somebody who follows, mutes and so on everybody of the ids:
// each relation with some of them. It answers what is to be read.
func (w *world) related(me *store.User, ids []string) *store.Relations {
	w.Helper()
	want := store.NewRelations(me.ID)
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		for i, s := range ids {
			u := &store.User{ID: store.UserID(s), Username: fmt.Sprintf("%s%d", me.Username, i), Host: "odd.example", CreatedAt: w.now}
			if err := tx.CreateUser(ctx, u, ""); err != nil {
				return err
			}
			id := fmt.Sprint(me.Username, i)
			var err error
			switch i % 7 {
			case 0, 1, 2:
				want.Following[u.ID] = i%7 == 1
				err = tx.CreateFollow(ctx, &store.Follow{ID: id, FollowerID: me.ID, FolloweeID: u.ID, WithReplies: i%7 == 1, Notify: "none"})
			case 3:
				m := &store.Mute{ID: id, MuterID: me.ID, MuteeID: u.ID}
				switch i % 3 {
				case 0:
					m.ExpiresAt = time.Now().Add(-time.Second)
				case 1:
					m.ExpiresAt = time.Now().Add(time.Hour)
					fallthrough
				default:
					want.Muting[u.ID] = struct{}{}
				}
				err = tx.CreateMute(ctx, m)
			case 4:
				want.RenoteMuting[u.ID] = struct{}{}
				err = tx.CreateRenoteMute(ctx, &store.RenoteMute{ID: id, MuterID: me.ID, MuteeID: u.ID})
			case 5:
				want.BlockedBy[u.ID] = struct{}{}
				err = tx.CreateBlock(ctx, &store.Block{ID: id, BlockerID: u.ID, BlockeeID: me.ID})
			case 6:
				want.FollowedChannels[s] = struct{}{}
				if err = tx.CreateCommunityChannel(ctx, &store.CommunityChannel{ID: s, UserID: me.ID, Name: id}); err == nil {
					err = tx.FollowChannel(ctx, &store.ChannelFollow{ID: id, UserID: me.ID, ChannelID: s})
				}
			}
			if err != nil {
				return fmt.Errorf("%q: %w", s, err)
			}
		}
		return nil
	})
	return want
}

// Lists come whole, however long, whatever is in them.
func testRelationLists(w *world) {
	odd := w.user("odd", func(u *store.User) {
		u.Settings.MutedInstances = []string{"xn--fiq.example", "木.example", "a,b", `"`, "", "a.example", "a.example"}
	})
	many := w.user("many", func(u *store.User) { u.Settings.Description = `the word "mutedInstances":["x"] in a text` })
	long := make([]string, 5000)
	for i := range long {
		long[i] = fmt.Sprintf("long%012d", i)
	}
	want := map[*store.User]*store.Relations{odd: w.related(odd, oddIDs()), many: w.related(many, long)}
	for _, host := range odd.Settings.MutedInstances {
		want[odd].MutedInstances[host] = struct{}{}
	}
	for u, r := range want {
		l := ok(w.db.RelationLists(w.Context(), u.ID))(w)
		same(w, u.Username, *l.Relations(), *r)
		same(w, u.Username+"'s counts",
			[]int{len(l.Following), len(l.Muting), len(l.RenoteMuting), len(l.BlockedBy), len(l.FollowedChannels)},
			[]int{len(r.Following), len(r.Muting), len(r.RenoteMuting), len(r.BlockedBy), len(r.FollowedChannels)})
	}
	sameIDs(w, "muted instances", ok(w.db.RelationLists(w.Context(), odd.ID))(w).MutedInstances, odd.Settings.MutedInstances...)
}

// An id that would be read as two is an error, and never somebody else.
func testRelationListsNotConfused(w *world) {
	alice, bob := w.user("alice"), w.user("bob")
	forged := w.user("forged", func(u *store.User) { u.ID = "a\x1f" + bob.ID })
	w.mute(alice, forged, time.Time{})
	if l, err := w.db.RelationLists(w.Context(), alice.ID); err == nil {
		w.Errorf("read as %+v", l)
	}
}
