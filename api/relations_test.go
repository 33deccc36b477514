package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"notewire/api/endpoint"
	"notewire/store"
	"notewire/store/relational"
)

// change changes somebody's account behind the server's back.
func (w *noteWorld) change(name string, change func(*store.User)) {
	w.Helper()
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		u, err := tx.UserForUpdate(ctx, userID(name))
		if err != nil {
			return err
		}
		change(u)
		return tx.UpdateUser(ctx, u)
	})
}

func locked(u *store.User) { u.IsLocked = true }

// to is the params for what is done to somebody.
func to(name string) params { return params{"userId": userID(name)} }

// counts demands how many follow somebody and how many they follow.
func (w *noteWorld) counts(name string, followers, following int) {
	w.Helper()
	u, err := w.db.User(w.Context(), userID(name))
	if err != nil {
		w.Fatal(err)
	}
	if u.FollowersCount != followers || u.FollowingCount != following {
		w.Errorf("%s: %d followers, follows %d, want %d and %d", name, u.FollowersCount, u.FollowingCount, followers, following)
	}
}

// bodies are the bodies of the events of one type since the log was last read,
// with the topics they were sent on.
func (w *noteWorld) bodies(typ string) (topics []string, bodies []map[string]any) {
	w.Helper()
	for _, e := range w.log() {
		if e.Type != typ {
			continue
		}
		var b map[string]any
		w.decode(e.Body, &b)
		topics, bodies = append(topics, e.Topic), append(bodies, b)
	}
	return topics, bodies
}

// change1 demands one relation change of that type, with this body.
func (w *noteWorld) change1(typ string, want store.RelationChange) {
	w.Helper()
	var got []store.RelationChange
	for _, e := range w.log() {
		if e.Topic != store.TopicInternal || e.Type != typ {
			continue
		}
		var c store.RelationChange
		w.decode(e.Body, &c)
		got = append(got, c)
	}
	if len(got) != 1 || got[0].Actor != want.Actor || got[0].Target != want.Target || got[0].WithReplies != want.WithReplies ||
		got[0].ListID != want.ListID || got[0].ChannelID != want.ChannelID {
		w.Errorf("changes %s: got %+v, want %+v", typ, got, want)
	}
}

// keep are the values of the named members of an object.
func keep(o map[string]any, names ...string) string {
	out := make([]string, len(names))
	for i, n := range names {
		b, err := json.Marshal(o[n])
		if err != nil {
			return err.Error()
		}
		out[i] = n + "=" + string(b)
	}
	return strings.Join(out, " ")
}

func (w *noteWorld) object(b []byte) map[string]any {
	w.Helper()
	var o map[string]any
	w.decode(b, &o)
	return o
}

func (w *noteWorld) list(b []byte) []map[string]any {
	w.Helper()
	var l []map[string]any
	w.decode(b, &l)
	return l
}

// relationEndpoints is what an app needs to call each of them, as Misskey
// documents it; empty: endpoint.Nothing, and a credential is not needed either.
var relationEndpoints = map[string]string{
	"following/create": "write:following", "following/delete": "write:following", "following/update": "write:following",
	"following/invalidate": "write:following", "following/requests/accept": "write:following",
	"following/requests/reject": "write:following", "following/requests/cancel": "write:following",
	"following/requests/list": "read:following",
	"blocking/create":         "write:blocks", "blocking/delete": "write:blocks", "blocking/list": "read:blocks",
	"mute/create": "write:mutes", "mute/delete": "write:mutes", "mute/list": "read:mutes",
	"renote-mute/create": "write:mutes", "renote-mute/delete": "write:mutes", "renote-mute/list": "read:mutes",
}

func TestRelationEndpointsAreGuarded(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateToken(ctx, &store.AccessToken{ID: "app", UserID: userID("ann"), Hash: store.HashToken("t-app"), Permissions: []string{"read:account"}, LastUsedAt: w.now})
	})
	for name, permission := range relationEndpoints {
		e, known := w.pipeline.Registry().Find(name)
		if !known {
			t.Errorf("%s is not registered", name)
			continue
		}
		if e.Permission != permission || !e.Credential {
			t.Errorf("%s: credential %v, permission %q, want one and %q", name, e.Credential, e.Permission, permission)
		}
		w.refuses("", name, to("bob"), endpoint.ErrCredentialRequired)
		w.refuses("app", name, to("bob"), endpoint.ErrPermissionDenied)
		if !strings.HasSuffix(name, "/list") {
			w.refuses("ann", name, params{}, endpoint.ErrInvalidParam)
			w.refuses("ann", name, params{"userId": 5}, endpoint.ErrInvalidParam)
		}
	}
	w.tells("")
}

// Misskey has ids of their own for the same refusals of different endpoints.
func TestRelationEndpointsRefuse(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	for _, c := range []struct {
		endpoint                    string
		missing, self, nothingThere *endpoint.Error
		setUp                       string // endpoint that makes what is there already
		there                       *endpoint.Error
	}{
		{endpoint: "following/create", missing: errFollowNoSuchUser, self: errFollowYourself, setUp: "following/create", there: errAlreadyFollowing},
		{endpoint: "following/delete", missing: errUnfollowNoSuchUser, self: errUnfollowYourself, nothingThere: errNotFollowing},
		{endpoint: "following/update", missing: errFollowUpdateNoSuchUser, self: errFollowUpdateYourself, nothingThere: errFollowUpdateNotFollowing},
		{endpoint: "following/invalidate", missing: errInvalidateNoSuchUser, self: errInvalidateYourself, nothingThere: errNotFollowed},
		{endpoint: "following/requests/accept", missing: errAcceptNoSuchUser, nothingThere: errNoFollowRequest},
		{endpoint: "following/requests/reject", missing: errRejectNoSuchUser},
		{endpoint: "following/requests/cancel", missing: errCancelNoSuchUser, nothingThere: errFollowRequestNotFound},
		{endpoint: "blocking/create", missing: errBlockNoSuchUser, self: errBlockYourself, setUp: "blocking/create", there: errAlreadyBlocking},
		{endpoint: "blocking/delete", missing: errUnblockNoSuchUser, self: errUnblockYourself, nothingThere: errNotBlocking},
		{endpoint: "mute/create", missing: errMuteNoSuchUser, self: errMuteYourself, setUp: "mute/create", there: errAlreadyMuting},
		{endpoint: "mute/delete", missing: errUnmuteNoSuchUser, self: errUnmuteYourself, nothingThere: errNotMuting},
		{endpoint: "renote-mute/create", missing: errRenoteMuteNoSuchUser, self: errRenoteMuteYourself, setUp: "renote-mute/create", there: errAlreadyRenoteMuting},
		{endpoint: "renote-mute/delete", missing: errRenoteUnmuteNoSuchUser, self: errRenoteUnmuteYourself, nothingThere: errNotRenoteMuting},
	} {
		w.refuses("ann", c.endpoint, params{"userId": "nobody"}, c.missing)
		if c.self != nil {
			w.refuses("ann", c.endpoint, to("ann"), c.self)
		}
		if c.nothingThere != nil {
			w.refuses("ann", c.endpoint, to("bob"), c.nothingThere)
		}
		w.tells("")
		if c.there == nil {
			continue
		}
		w.call("ann", c.setUp, to("bob"))
		w.told()
		w.refuses("ann", c.endpoint, to("bob"), c.there)
		w.tells("")
		w.call("ann", strings.Replace(c.setUp, "/create", "/delete", 1), to("bob"))
		w.told()
	}
	w.counts("ann", 0, 0)
	w.counts("bob", 0, 0)
}

func TestFollow(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.change("bob", func(u *store.User) { u.Settings.FollowedMessage = "welcome" })
	lite := w.object(w.call("ann", "following/create", params{"userId": userID("bob"), "withReplies": true}))
	if lite["id"] != string(userID("bob")) || lite["isFollowing"] != nil {
		t.Errorf("answered %v, want bob, lite", lite)
	}
	events := w.log()
	w.known = 0
	w.tells("internal follow, main:ann notification(followRequestAccepted), main:bob followed, main:bob notification(follow), main:ann follow")
	for _, e := range events {
		var b map[string]any
		w.decode(e.Body, &b)
		var got, want string
		switch {
		case e.Topic == store.TopicInternal:
			got = keep(b, "actorId", "targetId", "withReplies")
			want = `actorId="` + string(userID("ann")) + `" targetId="` + string(userID("bob")) + `" withReplies=true`
		case e.Type == "followed":
			got, want = keep(b, "id", "isFollowing"), `id="`+string(userID("ann"))+`" isFollowing=null`
		case e.Type == "follow":
			got = keep(b, "id", "followersCount", "isFollowing", "withReplies", "notify", "followedMessage")
			want = `id="` + string(userID("bob")) + `" followersCount=1 isFollowing=true withReplies=true notify="none" followedMessage="welcome"`
		case b["type"] == "followRequestAccepted":
			got, want = keep(b, "userId", "message"), `userId="`+string(userID("bob"))+`" message="welcome"`
		default:
			got, want = keep(b, "userId", "type"), `userId="`+string(userID("ann"))+`" type="follow"`
		}
		if got != want {
			t.Errorf("%s %s: %s, want %s", e.Topic, e.Type, got, want)
		}
	}
	w.counts("ann", 0, 1)
	w.counts("bob", 1, 0)

	if me := w.object(w.call("ann", "following/update", params{"userId": userID("bob"), "withReplies": false, "notify": "normal"})); me["id"] != string(userID("ann")) {
		t.Errorf("following/update answered %v", me)
	}
	w.change1(store.InternalFollow, store.RelationChange{Actor: userID("ann"), Target: userID("bob")})
	w.call("ann", "following/update", to("bob"))
	w.told()

	if lite := w.object(w.call("ann", "following/delete", to("bob"))); lite["id"] != string(userID("bob")) {
		t.Errorf("following/delete answered %v", lite)
	}
	w.tells("internal unfollow, main:ann unfollow")
	w.counts("ann", 0, 0)
	w.counts("bob", 0, 0)

	w.call("ann", "following/create", to("bob"))
	w.told()
	if me := w.object(w.call("bob", "following/invalidate", to("ann"))); me["id"] != string(userID("bob")) {
		t.Errorf("following/invalidate answered %v", me)
	}
	topics, bodies := w.bodies("unfollow")
	if len(topics) != 2 || topics[1] != store.MainTopic(userID("ann")) || keep(bodies[1], "id", "isFollowing", "followersCount") !=
		`id="`+string(userID("bob"))+`" isFollowing=false followersCount=0` {
		t.Errorf("unfollow: %v %v", topics, bodies)
	}
	w.counts("bob", 0, 0)
}

func TestFollowRequests(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "cat")
	w.change("bob", locked)
	asked := "main:bob receiveFollowRequest, main:bob notification(receiveFollowRequest), main:bob meUpdated"
	ask := func() {
		t.Helper()
		w.call("ann", "following/create", params{"userId": userID("bob"), "withReplies": true})
		w.tells(asked)
	}
	ask()
	w.counts("bob", 0, 0)
	ask() // anew
	list := w.list(w.call("bob", "following/requests/list", nil))
	if len(list) != 1 || at(list[0]["follower"], "id") != string(userID("ann")) || at(list[0]["followee"], "id") != string(userID("bob")) {
		t.Errorf("requests: %v", list)
	}

	w.call("ann", "following/requests/cancel", to("bob"))
	w.tells("main:bob meUpdated")
	w.refuses("bob", "following/requests/accept", to("ann"), errNoFollowRequest)

	ask()
	w.call("bob", "following/requests/reject", to("ann"))
	w.tells("main:ann unfollow")
	w.call("bob", "following/requests/reject", to("ann")) // again is no error
	w.tells("")

	ask()
	w.call("bob", "following/requests/accept", to("ann"))
	events := w.log()
	w.known = events[0].ID - 1
	w.tells("internal follow, main:ann notification(followRequestAccepted), main:bob followed, main:bob notification(follow), main:bob meUpdated, main:ann follow")
	var change store.RelationChange
	if err := json.Unmarshal(events[0].Body, &change); err != nil || !change.WithReplies {
		t.Errorf("withReplies of the request was lost: %+v, %v", change, err)
	}
	w.counts("bob", 1, 0)
	if list := w.list(w.call("bob", "following/requests/list", nil)); len(list) != 0 {
		t.Errorf("requests after all: %v", list)
	}

	// Bob follows cat: she need not ask, unless he wants to be asked by all.
	w.follow("bob", "cat", false)
	w.call("cat", "following/create", to("bob"))
	w.counts("bob", 2, 1)
	w.call("cat", "following/delete", to("bob"))
	w.change("bob", func(u *store.User) { u.Settings.AutoAcceptFollowed = false })
	w.told()
	w.call("cat", "following/create", to("bob"))
	w.tells(asked)
	w.counts("bob", 1, 1)
}

func TestFollowNeedsNoAnswerOfUnlocked(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "rem@r.example")
	w.change("ann", func(u *store.User) { u.IsBot = true })
	w.change("bob", func(u *store.User) { u.Settings.CarefulBot = true })
	w.call("ann", "following/create", to("bob"))
	w.tells("main:bob receiveFollowRequest, main:bob notification(receiveFollowRequest), main:bob meUpdated")
	// Remote users are data: they are not told, and nobody waits for them.
	w.call("ann", "following/create", to("rem"))
	w.tells("internal follow, main:ann notification(followRequestAccepted), main:ann follow")
}

func TestFollowOfBlocked(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.block("ann", "bob")
	w.refuses("ann", "following/create", to("bob"), errFollowBlocking)
	w.refuses("bob", "following/create", to("ann"), errFollowBlocked)
	w.tells("")
}

// Whatever comes at once, there is one follow, and the counts agree with it.
func TestFollowAtOnce(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	const calls = 8
	var wg sync.WaitGroup
	begin, made := make(chan struct{}), make(chan int, calls)
	for range calls {
		wg.Go(func() {
			<-begin
			status, body := w.answerOf("ann", "following/create", to("bob"))
			if status != http.StatusOK && !strings.Contains(string(body), errAlreadyFollowing.ID) {
				t.Errorf("%d %s", status, body)
			}
			made <- status
		})
	}
	close(begin)
	wg.Wait()
	close(made)
	n := 0
	for status := range made {
		if status == http.StatusOK {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d follows were made", n)
	}
	w.counts("ann", 0, 1)
	w.counts("bob", 1, 0)
	w.tells("internal follow, main:ann notification(followRequestAccepted), main:bob followed, main:bob notification(follow), main:ann follow")
}

// A follow and a block at once never both remain.
func TestFollowAndBlockAtOnce(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	for range 5 {
		var wg sync.WaitGroup
		wg.Go(func() { w.answerOf("ann", "following/create", to("bob")) })
		wg.Go(func() { w.answerOf("bob", "blocking/create", to("ann")) })
		wg.Wait()
		w.counts("bob", 0, 0)
		w.call("bob", "blocking/delete", to("ann"))
	}
}

func TestBlock(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.follow("ann", "bob", false)
	w.follow("bob", "ann", false)
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		if err := tx.CreateList(ctx, &store.UserList{ID: "bobslist", UserID: userID("bob"), Name: "l"}); err != nil {
			return err
		}
		_, err := tx.CreateListMember(ctx, &store.ListMember{ID: "m", ListID: "bobslist", UserID: userID("ann")}, 10)
		return err
	})
	profile := w.object(w.call("ann", "blocking/create", to("bob")))
	if got := keep(profile, "id", "isBlocking", "isFollowing", "isFollowed", "followersCount"); got != `id="`+string(userID("bob"))+`" isBlocking=true isFollowing=false isFollowed=false followersCount=0` {
		t.Errorf("answered %s", got)
	}
	w.tells("internal unfollow, main:ann unfollow, internal unfollow, main:bob unfollow, " +
		"internal userListMemberRemoved, userListStream:bobslist userRemoved, internal blockingCreated")
	w.counts("ann", 0, 0)
	w.counts("bob", 0, 0)

	list := w.list(w.call("ann", "blocking/list", nil))
	if len(list) != 1 || list[0]["blockeeId"] != string(userID("bob")) || at(list[0]["blockee"], "isBlocking") != true {
		t.Errorf("blocks: %v", list)
	}
	if list := w.list(w.call("bob", "blocking/list", nil)); len(list) != 0 {
		t.Errorf("bob's blocks: %v", list)
	}

	if profile := w.object(w.call("ann", "blocking/delete", to("bob"))); profile["isBlocking"] != false {
		t.Errorf("answered %v", profile)
	}
	w.change1(store.InternalUnblock, store.RelationChange{Actor: userID("ann"), Target: userID("bob")})
}

func TestBlockEndsRequests(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.change("ann", locked)
	w.change("bob", locked)
	w.call("ann", "following/create", to("bob"))
	w.call("bob", "following/create", to("ann"))
	w.told()
	w.call("ann", "blocking/create", to("bob"))
	w.tells("main:bob meUpdated, main:ann unfollow, main:ann meUpdated, main:bob unfollow, internal blockingCreated")
	for _, who := range []string{"ann", "bob"} {
		if list := w.list(w.call(who, "following/requests/list", nil)); len(list) != 0 {
			t.Errorf("requests to %s: %v", who, list)
		}
	}
}
