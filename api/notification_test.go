package api

import (
	"encoding/json"
	"fmt"
	"testing"

	"notewire/store"
)

// notify tells somebody of somebody.
func (w *world) notify(from, to person, typ store.NotificationType) {
	w.Helper()
	if err := w.actor(from).Notify(w.Context(), store.Notification{UserID: to.ID, NotifierID: from.ID, Type: typ}, nil); err != nil {
		w.Fatal(err)
	}
}

func TestNotifications(t *testing.T) {
	w := newWorld(t, nil)
	alice, bob := w.signUp("alice"), w.signUp("bob")
	w.events()
	main := "mainStream:" + string(alice.ID)

	w.notify(bob, alice, store.NotifyFollow)
	told := w.wantEvents(main + " notification")
	if b := told[0].Body; at(b, "type") != "follow" || at(b, "userId") != string(bob.ID) || at(b, "user", "username") != "bob" || at(b, "id") == nil || at(b, "createdAt") == nil {
		t.Errorf("got %v", b)
	}
	w.notify(bob, alice, store.NotifyFollowRequestAccepted)
	w.events()
	w.notify(alice, alice, store.NotifyFollow)
	w.wantEvents() // nobody is told of themself
	if me := w.must(alice.Token, "i", map[string]any{}); at(me, "hasUnreadNotification") != true || at(me, "unreadNotificationsCount") != 2.0 || at(me, "hasUnreadMentions") != false {
		t.Errorf("i: %v", me)
	}

	listed := func(params map[string]any) (types []any) {
		w.Helper()
		for _, n := range list(w.must(alice.Token, "i/notifications", params)) {
			types = append(types, at(n, "type"))
		}
		return types
	}
	for _, c := range []struct {
		name string
		ask  map[string]any
		want string
	}{
		{"all", map[string]any{"markAsRead": false}, `["followRequestAccepted","follow"]`},
		{"limit", map[string]any{"markAsRead": false, "limit": 1}, `["followRequestAccepted"]`},
		{"include", map[string]any{"markAsRead": false, "includeTypes": []any{"follow"}}, `["follow"]`},
		{"include none", map[string]any{"markAsRead": false, "includeTypes": []any{}}, `null`},
		{"exclude", map[string]any{"markAsRead": false, "excludeTypes": []any{"follow"}}, `["followRequestAccepted"]`},
		{"both", map[string]any{"markAsRead": false, "includeTypes": []any{"follow"}, "excludeTypes": []any{"follow"}}, `null`},
		{"since", map[string]any{"markAsRead": false, "sinceId": at(told[0].Body, "id")}, `["followRequestAccepted"]`},
		{"oldest first", map[string]any{"markAsRead": false, "sinceId": "0"}, `["follow","followRequestAccepted"]`},
	} {
		got, err := json.Marshal(listed(c.ask))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	w.wantEvents()

	listed(map[string]any{})
	if told := w.wantEvents(main + " readAllNotifications"); told[0].Body != nil {
		t.Errorf("got %v", told)
	}
	listed(map[string]any{})
	w.wantEvents() // nothing was unread any more
	w.must(alice.Token, "notifications/mark-all-as-read", map[string]any{})
	w.wantEvents(main + " readAllNotifications") // this one always tells
	if me := w.must(alice.Token, "i", map[string]any{}); at(me, "hasUnreadNotification") != false {
		t.Errorf("i: %v", me)
	}

	w.fails("", "i/notifications", map[string]any{}, 401, "CREDENTIAL_REQUIRED")
	w.fails(w.appToken(alice, "read:account"), "i/notifications", map[string]any{}, 403, "PERMISSION_DENIED")
	w.fails(alice.Token, "i/notifications", map[string]any{"includeTypes": []any{"x"}}, 400, "INVALID_PARAM")
	w.fails(w.appToken(alice, "read:notifications"), "notifications/mark-all-as-read", map[string]any{}, 403, "PERMISSION_DENIED")
}

// A page is filled from what lies behind those that are left out, since clients
// take a short one for the end.
func TestPagesOfNotificationsAreFull(t *testing.T) {
	w := newWorld(t, nil)
	alice, bob, carol := w.signUp("alice"), w.signUp("bob"), w.signUp("carol")
	for range 3 {
		w.notify(carol, alice, store.NotifyFollow)
		for range 12 {
			w.notify(bob, alice, store.NotifyFollow)
		}
	}
	w.must(alice.Token, "mute/create", map[string]any{"userId": bob.ID})
	for _, c := range []struct {
		page map[string]any
		want int
	}{{map[string]any{"limit": 2}, 2}, {map[string]any{"limit": 5}, 3}, {map[string]any{"limit": 2, "sinceId": "0"}, 2}, {map[string]any{"limit": 100}, 3}} {
		got := list(w.must(alice.Token, "i/notifications", c.page))
		for i, n := range got {
			if at(n, "userId") != string(carol.ID) {
				t.Errorf("%v: got %v", c.page, n)
			}
			if i > 0 && (fmt.Sprint(at(got[i-1], "id")) < fmt.Sprint(at(n, "id"))) != (c.page["sinceId"] != nil) {
				t.Errorf("%v: not in order", c.page)
			}
		}
		if len(got) != c.want {
			t.Errorf("%v: %d notifications, want %d", c.page, len(got), c.want)
		}
	}
}

func TestReadingByFrame(t *testing.T) {
	w := newWorld(t, nil)
	alice, bob := w.signUp("alice"), w.signUp("bob")
	w.notify(bob, alice, store.NotifyFollow)
	who, err := w.Authenticate(t.Context(), alice.Token)
	if err != nil {
		t.Fatal(err)
	}
	w.events()
	for _, want := range [][]string{{"mainStream:" + string(alice.ID) + " readAllNotifications"}, nil} {
		if err := w.MarkAllNotificationsRead(t.Context(), *who); err != nil {
			t.Fatal(err)
		}
		w.wantEvents(want...)
	}
}

func TestNotifyKeepsStill(t *testing.T) {
	w := newWorld(t, nil)
	alice, bob := w.signUp("alice"), w.signUp("bob")
	remote := w.must("", "signup", map[string]any{"username": "dave", "password": "x", "host": "other.example"})
	dave := person{ID: store.UserID(text(at(remote, "id"))), Token: text(at(remote, "token"))}
	setting := func(typ string) {
		w.must(alice.Token, "i/update", map[string]any{"notificationRecieveConfig": map[string]any{"follow": map[string]any{"type": typ}}})
	}
	hears := func(name string, from person, want bool) {
		t.Helper()
		w.events()
		w.notify(from, alice, store.NotifyFollow)
		if got := len(w.events()) > 0; got != want {
			t.Errorf("%s: told %v, want %v", name, got, want)
		}
	}
	hears("by default", bob, true)
	hears("of a remote user", dave, true)
	setting("never")
	hears("never", bob, false)
	for _, s := range []string{"following", "follower", "mutualFollow", "followingOrFollower"} {
		setting(s)
		hears(s, bob, false)
	}
	setting("all")
	hears("all", bob, true)

	list := w.must(alice.Token, "users/lists/create", map[string]any{"name": "friends"})
	w.must(alice.Token, "i/update", map[string]any{"notificationRecieveConfig": map[string]any{
		"follow": map[string]any{"type": "list", "userListId": at(list, "id")},
	}})
	hears("not in the list", bob, false)
	w.must(alice.Token, "users/lists/push", map[string]any{"listId": at(list, "id"), "userId": bob.ID})
	hears("in the list", bob, true)
	setting("all")
	w.must(alice.Token, "mute/create", map[string]any{"userId": bob.ID})
	hears("muted", bob, false)
	w.must(alice.Token, "mute/delete", map[string]any{"userId": bob.ID})

	w.must(alice.Token, "i/update", map[string]any{"mutedInstances": []any{"other.example"}})
	hears("of a muted instance", dave, false)
	w.events()
	w.notify(alice, dave, store.NotifyFollow)
	w.wantEvents() // nobody reads for a remote user
	w.change(bob, func(u *store.User) { u.IsSuspended = true })
	w.events()
	w.notify(alice, bob, store.NotifyFollow)
	w.wantEvents()
}
