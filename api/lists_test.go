package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"notewire/api/endpoint"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/relational"
)

// newList makes a list and answers its id.
func (w *noteWorld) newList(who, name string) string {
	w.Helper()
	id, _ := w.object(w.call(who, "users/lists/create", params{"name": name}))["id"].(string)
	if id == "" {
		w.Fatal("a list without id")
	}
	return id
}

// guarded demands that endpoints need a credential and a permission.
func (w *noteWorld) guarded(endpoints map[string]string, p params) {
	w.Helper()
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateToken(ctx, &store.AccessToken{ID: "app", UserID: userID("ann"), Hash: store.HashToken("t-app"), Permissions: []string{"read:nothing"}, LastUsedAt: w.now})
	})
	for name, permission := range endpoints {
		e, known := w.pipeline.Registry().Find(name)
		if !known {
			w.Errorf("%s is not registered", name)
			continue
		}
		if e.Permission != permission {
			w.Errorf("%s: permission %q, want %q", name, e.Permission, permission)
		}
		if e.Credential {
			w.refuses("", name, p, endpoint.ErrCredentialRequired)
		}
		w.refuses("app", name, p, endpoint.ErrPermissionDenied)
	}
}

func TestListEndpointsAreGuarded(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.guarded(map[string]string{
		"users/lists/create": "write:account", "users/lists/push": "write:account", "users/lists/pull": "write:account",
		"users/lists/list": "read:account", "users/lists/show": "read:account", "users/lists/update": "write:account",
		"users/lists/update-membership": "write:account", "users/lists/delete": "write:account",
	}, params{})
	for _, name := range []string{"push", "pull", "show", "update", "update-membership", "delete", "create"} {
		w.refuses("ann", "users/lists/"+name, params{}, endpoint.ErrInvalidParam)
	}
	w.refuses("ann", "users/lists/create", params{"name": strings.Repeat("a", 101)}, endpoint.ErrInvalidParam)
	w.refuses("", "users/lists/list", params{}, errListsOfNobody)
}

func TestLists(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "rem@r.example")
	l := w.newList("ann", "friends")
	in := func(u string) params { return params{"listId": l, "userId": userID(u)} }
	me := store.RelationChange{Actor: userID("ann"), Target: userID("bob"), ListID: l}

	w.call("ann", "users/lists/push", in("bob"))
	events := w.log()
	w.known = 0
	w.tells("internal userListMember, userListStream:" + l + " userAdded")
	if b := w.object(events[1].Body); b["id"] != string(userID("bob")) || b["username"] != "bob" || b["isFollowing"] != nil {
		t.Errorf("userAdded %v", b)
	}
	w.refuses("ann", "users/lists/push", in("bob"), errAlreadyAdded)
	w.tells("")

	w.call("ann", "users/lists/update-membership", params{"listId": l, "userId": userID("bob"), "withReplies": true})
	withReplies := me
	withReplies.WithReplies = true
	w.change1(store.InternalListMember, withReplies)

	want := fmt.Sprintf(`name="friends" isPublic=false userIds=["%s"]`, userID("bob"))
	if got := keep(w.object(w.call("ann", "users/lists/show", params{"listId": l})), "name", "isPublic", "userIds"); got != want {
		t.Errorf("shown %s, want %s", got, want)
	}
	if lists := w.list(w.call("ann", "users/lists/list", nil)); len(lists) != 1 || keep(lists[0], "name", "isPublic", "userIds") != want {
		t.Errorf("lists: %v", lists)
	}

	// Private: nobody else knows of it.
	ofAnn := params{"userId": userID("ann")}
	w.refuses("bob", "users/lists/show", params{"listId": l}, errListShowNoSuchList)
	w.refuses("", "users/lists/show", params{"listId": l}, errListShowNoSuchList)
	w.refuses("ann", "users/lists/show", params{"listId": l, "forPublic": true}, errListShowNoSuchList)
	if lists := w.list(w.call("bob", "users/lists/list", ofAnn)); len(lists) != 0 {
		t.Errorf("private lists: %v", lists)
	}
	for name, missing := range map[string]*endpoint.Error{
		"push": errPushNoSuchList, "pull": errPullNoSuchList, "update-membership": errPullNoSuchList,
		"update": errListUpdateNoSuchList, "delete": errListDeleteNoSuchList,
	} {
		w.refuses("bob", "users/lists/"+name, in("ann"), missing)
	}
	w.tells("")

	updated := w.object(w.call("ann", "users/lists/update", params{"listId": l, "isPublic": true}))
	if keep(updated, "name", "isPublic") != `name="friends" isPublic=true` {
		t.Errorf("updated %v", updated)
	}
	w.call("ann", "users/lists/update", params{"listId": l, "name": "foes"})
	shown := w.object(w.call("", "users/lists/show", params{"listId": l}))
	if keep(shown, "name", "isPublic", "likedCount") != `name="foes" isPublic=true likedCount=null` {
		t.Errorf("shown %v", shown)
	}
	if shown := w.object(w.call("bob", "users/lists/show", params{"listId": l, "forPublic": true})); keep(shown, "likedCount", "isLiked") != "likedCount=0 isLiked=false" {
		t.Errorf("shown to bob %v", shown)
	}
	if lists := w.list(w.call("", "users/lists/list", ofAnn)); len(lists) != 1 {
		t.Errorf("public lists: %v", lists)
	}
	w.refuses("ann", "users/lists/list", params{"userId": "nobody"}, errListsNoSuchUser)
	w.refuses("ann", "users/lists/list", params{"userId": userID("rem")}, errListsRemoteUser)

	w.call("ann", "users/lists/pull", in("bob"))
	w.tells("internal userListMemberRemoved, userListStream:" + l + " userRemoved")
	w.call("ann", "users/lists/pull", in("bob"))
	w.tells("")
	w.refuses("ann", "users/lists/update-membership", in("bob"), errPullNoSuchUser)
	w.refuses("ann", "users/lists/pull", params{"listId": l, "userId": "nobody"}, errPullNoSuchUser)
	w.refuses("ann", "users/lists/push", params{"listId": l, "userId": "nobody"}, errPushNoSuchUser)
	w.block("bob", "ann")
	w.refuses("ann", "users/lists/push", in("bob"), errPushBlocked)
	w.tells("")

	w.call("ann", "users/lists/delete", params{"listId": l})
	w.change1(store.InternalListGone, store.RelationChange{Actor: userID("ann"), ListID: l})
	w.refuses("ann", "users/lists/delete", params{"listId": l}, errListDeleteNoSuchList)
}

// The limits hold for calls at once.
func TestListLimits(t *testing.T) {
	names := []string{"ann"}
	policies := protocol.DefaultPolicies()
	for i := range policies.UserEachUserListsLimit + 2 {
		names = append(names, fmt.Sprintf("u%d", i))
	}
	w := newNoteWorld(t, names...)
	count := func(calls int, endpoint string, p func(i int) params, full *endpoint.Error) (made int) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		for i := range calls {
			wg.Go(func() {
				status, body := w.answerOf("ann", endpoint, p(i))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case status < http.StatusMultipleChoices:
					made++
				case !strings.Contains(string(body), full.ID):
					t.Errorf("%s: %d %s", endpoint, status, body)
				}
			})
		}
		wg.Wait()
		return made
	}
	if n := count(policies.UserListLimit+2, "users/lists/create", func(int) params { return params{"name": "l"} }, errTooManyLists); n != policies.UserListLimit {
		t.Errorf("%d lists were made", n)
	}
	l := w.list(w.call("ann", "users/lists/list", nil))[0]["id"]
	n := count(policies.UserEachUserListsLimit+2, "users/lists/push", func(i int) params {
		return params{"listId": l, "userId": userID(fmt.Sprintf("u%d", i))}
	}, errTooManyListMembers)
	if n != policies.UserEachUserListsLimit {
		t.Errorf("%d members were added", n)
	}
}

func TestCommunityChannelEndpoints(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.guarded(map[string]string{"channels/create": "write:channels", "channels/follow": "write:channels", "channels/unfollow": "write:channels"}, params{})
	made := w.object(w.call("ann", "channels/create", params{"name": "cats", "description": nil}))
	if got := keep(made, "name", "description", "color", "isSensitive", "allowRenoteToExternal", "isFollowing", "isFavorited", "userId", "bannerUrl"); got !=
		`name="cats" description=null color="#86b300" isSensitive=false allowRenoteToExternal=true isFollowing=false isFavorited=false userId="`+string(userID("ann"))+`" bannerUrl=null` {
		t.Errorf("made %s", got)
	}
	ch := params{"channelId": made["id"]}
	change := store.RelationChange{Actor: userID("bob"), ChannelID: fmt.Sprint(made["id"])}
	w.call("bob", "channels/follow", ch)
	w.change1(store.InternalFollowChannel, change)
	w.call("bob", "channels/follow", ch)
	w.tells("")
	if shown := w.object(w.call("bob", "channels/show", ch)); keep(shown, "isFollowing", "pinnedNotes") != "isFollowing=true pinnedNotes=[]" {
		t.Errorf("shown to bob %v", shown)
	}
	if _, there := w.object(w.call("", "channels/show", ch))["isFollowing"]; there {
		t.Error("nobody was told what they follow")
	}
	w.call("bob", "channels/unfollow", ch)
	w.change1(store.InternalUnfollowChannel, change)
	w.call("bob", "channels/unfollow", ch)
	w.tells("")
	for name, missing := range map[string]*endpoint.Error{
		"channels/show": errChannelShowNoSuchChannel, "channels/follow": errChannelFollowNoSuchChannel, "channels/unfollow": errChannelUnfollowNoSuchChannel,
	} {
		w.refuses("bob", name, params{"channelId": "none"}, missing)
		w.refuses("bob", name, params{}, endpoint.ErrInvalidParam)
	}
	for _, p := range []params{{}, {"name": ""}, {"name": "n", "description": ""}, {"name": "n", "color": strings.Repeat("#", 17)}} {
		w.refuses("ann", "channels/create", p, endpoint.ErrInvalidParam)
	}

	file := func(owner string) string {
		f := store.File{ID: w.id(), UserID: userID(owner), Name: "b.png", Type: "image/png", Key: "key-" + owner}
		w.write(func(ctx context.Context, tx *relational.Tx) error { return tx.CreateFile(ctx, &f) })
		return f.ID
	}
	w.refuses("ann", "channels/create", params{"name": "n", "bannerId": file("bob")}, errNoSuchChannelBanner)
	w.refuses("ann", "channels/create", params{"name": "n", "bannerId": "none"}, errNoSuchChannelBanner)
	if made := w.object(w.call("ann", "channels/create", params{"name": "n", "bannerId": file("ann")})); made["bannerUrl"] != "http://nw.example:3000/files/key-ann" {
		t.Errorf("banner %v", made["bannerUrl"])
	}
}
