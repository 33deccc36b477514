package securitytest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"notewire/cmd/notewire/app"
	"notewire/store"
	"notewire/store/relational"
)

// fleets are the ways to run the server: one node on SQLite, two on PostgreSQL.
// The first node is where calls are made, the last where clients are.
func fleets(t *testing.T, f func(t *testing.T, here, there *node)) {
	t.Run("sqlite", func(t *testing.T) {
		n := startNode(t, onSQLite(t), nil)
		f(t, n, n)
	})
	t.Run("postgres, two nodes", func(t *testing.T) {
		on := onPostgres(t)
		f(t, startNode(t, on, nil), startNode(t, on, nil))
	})
}

// tell appends an event of the server's own, as another node might.
func (n *node) tell(typ string, body any) {
	n.Helper()
	e, err := store.Internal(typ, body)
	if err != nil {
		n.Fatal(err)
	}
	err = n.db.Queries().InTx(n.Context(), func(ctx context.Context, tx *relational.Tx) error { return tx.AppendEvents(ctx, e) })
	if err != nil {
		n.Fatal(err)
	}
}

// Exactly those sessions end, with 1008, on whatever node they are.
func TestRevocation(t *testing.T) {
	fleets(t, func(t *testing.T, here, there *node) {
		root := here.signUp("root") // the first one is the administrator
		for i, c := range []struct {
			name   string
			revoke func(bob person, app string)
			// which sessions end: of the first native token, of another, of the
			// app token, of another app token
			native, second, app, other bool
		}{
			{"suspended", func(bob person, _ string) {
				here.must(root.token, "admin/suspend-user", map[string]any{"userId": bob.id})
			}, true, true, true, true},
			{"deleted by an administrator", func(bob person, _ string) {
				here.must(root.token, "admin/accounts/delete", map[string]any{"userId": bob.id})
			}, true, true, true, true},
			{"deleted by themself", func(bob person, _ string) {
				here.must(bob.token, "i/delete-account", map[string]any{"password": password})
			}, true, true, true, true},
			{"tokens regenerated", func(bob person, _ string) {
				here.must(bob.token, "i/regenerate-token", map[string]any{"password": password})
			}, true, true, false, false},
			{"app token revoked", func(bob person, app string) {
				here.must(bob.token, "i/revoke-token", map[string]any{"token": app})
			}, false, false, true, false},
			{"password changed", func(bob person, _ string) {
				here.must(bob.token, "i/change-password", map[string]any{"currentPassword": password, "newPassword": "another"})
			}, false, false, false, false},
			// Of a suspension that was over before they came.
			{"unsuspended", func(bob person, _ string) {
				here.tell(store.InternalSuspended, store.Revocation{UserID: bob.id, Gone: false})
			}, false, false, false, false},
		} {
			t.Run(c.name, func(t *testing.T) {
				bob := here.signUp(fmt.Sprintf("bob%d", i))
				second := str(here.must("", "signin", map[string]any{"username": bob.name, "password": password})["i"])
				app, other := here.appToken(bob, "read:account"), here.appToken(bob, "read:account", "write:notes")
				sessions := map[string]struct {
					conn *client
					ends bool
				}{
					"native": {there.open(bob.token), c.native}, "native again": {there.open(bob.token), c.native},
					"second": {there.open(second), c.second}, "app": {there.open(app), c.app}, "other app": {there.open(other), c.other},
					"somebody else": {there.open(root.token), false}, "nobody": {there.open(""), false},
				}
				for name, s := range sessions {
					if name != "nobody" {
						s.conn.join("main", "m", nil)
					}
					s.conn.join("localTimeline", "l", nil)
				}
				start := time.Now()
				c.revoke(bob, app)
				for name, s := range sessions {
					if !s.ends {
						continue
					}
					if code := s.conn.closed(); code != 1008 {
						t.Errorf("%s was closed with %d", name, code)
					}
					told := false
					for _, f := range s.conn.seen() {
						told = told || f.brief() == "channel m myTokenRegenerated"
					}
					if told != (c.name == "tokens regenerated") {
						t.Errorf("%s: myTokenRegenerated came: %v", name, told)
					}
				}
				t.Logf("closed after %v", time.Since(start).Round(time.Millisecond))
				// Who was sent what came afterwards, was not closed by what came before.
				fence, _ := here.must(root.token, "notes/create", map[string]any{"text": c.name})["createdNote"].(map[string]any)
				for _, s := range sessions {
					if !s.ends {
						waitNote(s.conn, "l", str(fence["id"]))
						s.conn.alive()
					}
				}
			})
		}
	})
}

// What was revoked cannot come back in: the handshake is refused as Misskey
// refuses it, on both nodes, and unsuspending lets in again.
func TestRevokedStayOut(t *testing.T) {
	fleets(t, func(t *testing.T, here, there *node) {
		root, bob, eve, joe := here.signUp("root"), here.signUp("bob"), here.signUp("eve"), here.signUp("joe")
		app := here.appToken(joe, "read:account")
		here.must(root.token, "admin/suspend-user", map[string]any{"userId": bob.id})
		here.must(root.token, "admin/accounts/delete", map[string]any{"userId": eve.id})
		here.must(joe.token, "i/revoke-token", map[string]any{"token": app})
		for _, c := range []struct {
			name, token string
			want        int
		}{
			{"suspended", bob.token, http.StatusForbidden},
			{"deleted", eve.token, http.StatusUnauthorized},
			{"revoked", app, http.StatusUnauthorized},
		} {
			for _, n := range []*node{here, there} {
				if conn, status := n.tryOpen(c.token); conn != nil || status != c.want {
					t.Errorf("%s: got %d", c.name, status)
				}
			}
		}
		here.must(root.token, "admin/unsuspend-user", map[string]any{"userId": bob.id})
		here.open(bob.token).alive()
		here.open(joe.token).alive()
	})
}

// A client that was authenticated before the revocation and joins after it is
// not let in, or is closed at once: nobody slips through between the two.
func TestHandshakeAgainstRevocation(t *testing.T) {
	for name, open := range map[string]func(testing.TB) engine{"sqlite": onSQLite, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) {
			on := open(t)
			held := &heldAccess{found: make(chan struct{}), pass: make(chan struct{})}
			slow := func(cfg *app.Config) { cfg.Hooks.Access = held.around }
			here := startNode(t, on, nil)
			there := startNode(t, on, slow)
			root := here.signUp("root")
			witness := make(chan *client, 1)
			go func() { witness <- there.open(root.token) }()
			<-held.found
			held.pass <- struct{}{}
			watch := <-witness
			watch.join("main", "m", nil)
			for _, c := range []struct {
				name   string
				revoke func(bob person, app string)
			}{
				{"suspended", func(bob person, _ string) {
					here.must(root.token, "admin/suspend-user", map[string]any{"userId": bob.id})
				}},
				{"deleted", func(bob person, _ string) {
					here.must(root.token, "admin/accounts/delete", map[string]any{"userId": bob.id})
				}},
				{"revoked", func(bob person, app string) { here.must(bob.token, "i/revoke-token", map[string]any{"token": app}) }},
			} {
				bob := here.signUp(c.name)
				app := here.appToken(bob, "read:account")
				type result struct {
					conn   *client
					status int
				}
				opened := make(chan result, 1)
				go func() {
					conn, status := there.tryOpen(app)
					opened <- result{conn, status}
				}()
				<-held.found // who it is was read before the revocation
				c.revoke(bob, app)
				// The revocation went by on that node when what was written after it did.
				here.must(root.token, "i/update", map[string]any{"name": c.name})
				watch.wait("channel m meUpdated")
				held.pass <- struct{}{}
				r := <-opened
				if r.conn != nil {
					if code := r.conn.closed(); code != 1008 {
						t.Errorf("%s: was let in and closed with %d", c.name, code)
					}
				} else if r.status != http.StatusUnauthorized {
					t.Errorf("%s: refused with %d", c.name, r.status)
				}
			}
		})
	}
}

// Mutes, blocks and unfollows count for the very next note, whatever node the
// viewer is on: the note comes right after the change, and is not sent.
func TestRelationsCountForTheNextEvent(t *testing.T) {
	fleets(t, func(t *testing.T, here, there *node) {
		here.signUp("root")
		me, bob, marker := here.signUp("me"), here.signUp("bob"), here.signUp("marker")
		follow := func(p person) { here.must(me.token, "following/create", map[string]any{"userId": p.id}) }
		follow(bob)
		follow(marker)
		conn := there.open(me.token)
		conn.join("homeTimeline", "h", nil)
		conn.join("localTimeline", "l", nil)
		post := func(p person, text string) string {
			note, _ := here.must(p.token, "notes/create", map[string]any{"text": text})["createdNote"].(map[string]any)
			return str(note["id"])
		}
		captured := post(bob, "to be captured")
		conn.say("subNote", map[string]any{"id": captured})
		conn.join("globalTimeline", "g", nil)
		for i, c := range []struct {
			name  string
			on    func()
			off   func()
			local bool // the local timeline still has the note
		}{
			{"mute", func() { here.must(me.token, "mute/create", map[string]any{"userId": bob.id}) },
				func() { here.must(me.token, "mute/delete", map[string]any{"userId": bob.id}) }, false},
			{"block", func() { here.must(bob.token, "blocking/create", map[string]any{"userId": me.id}) },
				func() { here.must(bob.token, "blocking/delete", map[string]any{"userId": me.id}); follow(bob) }, false},
			{"unfollow", func() { here.must(me.token, "following/delete", map[string]any{"userId": bob.id}) },
				func() { follow(bob) }, true},
		} {
			from := len(conn.seen())
			c.on()
			hidden := post(bob, c.name+" on")
			here.post(bob.token, "notes/reactions/create", map[string]any{"noteId": captured, "reaction": "👍"})
			here.must(bob.token, "notes/reactions/delete", map[string]any{"noteId": captured})
			fence := post(marker, "fence")
			waitNote(conn, "h", fence)
			c.off()
			shown := post(bob, c.name+" off")
			waitNote(conn, "h", shown)
			for _, f := range conn.seen()[from:] {
				if strings.Contains(string(f.raw), hidden) && (f.Body.ID == "h" || !c.local) {
					t.Errorf("%d %s: %s got the next note", i, c.name, f.Body.ID)
				}
				if f.Type == "noteUpdated" && c.name == "mute" {
					t.Errorf("%s: %s", c.name, f.raw)
				}
			}
		}
	})
}

// waitNote waits until a channel has sent a note.
func waitNote(c *client, channel, note string) {
	c.Helper()
	for {
		f := c.wait("channel " + channel + " note")
		if strings.Contains(string(f.Body.Body), note) {
			return
		}
	}
}
