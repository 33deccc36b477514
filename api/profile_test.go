package api

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"notewire/api/storage"
	"notewire/store"
)

func TestMe(t *testing.T) {
	w := newWorld(t, nil)
	alice := w.signUp("alice")
	me := w.must(alice.Token, "i", map[string]any{})
	// What the strictest client needs of MeDetailed, and what only a native token reads.
	for _, key := range []string{
		"id", "username", "avatarUrl", "url", "isFollowing?", "createdAt", "isBot", "isCat", "isLocked", "isSilenced", "isSuspended", "followersCount", "followingCount",
		"notesCount", "publicReactions", "avatarId", "twoFactorEnabled", "usePasswordLessLogin", "securityKeys", "isModerator", "isAdmin", "injectFeaturedNote",
		"receiveAnnouncementEmail", "alwaysMarkNsfw", "autoSensitive", "carefulBot", "autoAcceptFollowed", "noCrawle", "isExplorable", "isDeleted",
		"hideOnlineStatus", "hasUnreadSpecifiedNotes", "hasUnreadMentions", "hasUnreadAnnouncement", "hasUnreadAntenna", "hasUnreadChannel",
		"hasUnreadNotification", "hasPendingReceivedFollowRequest", "mutedWords", "mutedInstances", "emailNotificationTypes", "achievements", "loggedInDays", "policies", "email",
	} {
		if there, want := has(me, key), key != "isFollowing?"; there != want {
			t.Errorf("member %s: there %v, want %v", key, there, want)
		}
	}
	app := w.appToken(alice, "read:account")
	if has(w.must(app, "i", map[string]any{}), "email") {
		t.Error("an app's token reads secrets")
	}
	w.fails(w.appToken(alice, "write:notes"), "i", map[string]any{}, 403, "PERMISSION_DENIED")
	w.fails("", "i", map[string]any{}, 401, "CREDENTIAL_REQUIRED")
}

func TestUpdateMe(t *testing.T) {
	w := newWorld(t, nil)
	alice := w.signUp("alice")
	w.events()
	main := "mainStream:" + string(alice.ID)

	me := w.must(alice.Token, "i/update", map[string]any{
		"name": " New Name ", "description": "d", "location": "l", "birthday": "2000-01-02", "lang": "de-DE", "followedMessage": "hi",
		"fields":   []any{map[string]any{"name": "a", "value": "b"}, map[string]any{"name": " ", "value": "x"}},
		"isLocked": true, "isBot": true, "isCat": true, "hideOnlineStatus": true, "carefulBot": true, "autoAcceptFollowed": false, "noCrawle": true,
		"preventAiLearning": false, "isExplorable": false, "publicReactions": false, "injectFeaturedNote": false, "receiveAnnouncementEmail": false,
		"alwaysMarkNsfw": true, "autoSensitive": true, "followingVisibility": "private", "followersVisibility": "followers",
		"mutedWords": []any{[]any{"a", "b"}, "/c.d/i"}, "hardMutedWords": []any{"x"}, "emailNotificationTypes": []any{},
		"notificationRecieveConfig": map[string]any{"mention": map[string]any{"type": "following"}}, "alsoKnownAs": []any{}, "pinnedPageId": nil,
	})
	for key, want := range map[string]any{
		"name": "New Name", "description": "d", "location": "l", "birthday": "2000-01-02", "lang": "de-DE", "followedMessage": "hi",
		"fields":   []any{map[string]any{"name": "a", "value": "b"}},
		"isLocked": true, "isBot": true, "isCat": true, "hideOnlineStatus": true, "carefulBot": true, "autoAcceptFollowed": false, "noCrawle": true,
		"preventAiLearning": false, "isExplorable": false, "publicReactions": false, "injectFeaturedNote": false, "receiveAnnouncementEmail": false,
		"alwaysMarkNsfw": true, "autoSensitive": true, "followingVisibility": "private", "followersVisibility": "followers",
		"mutedWords": []any{[]any{"a", "b"}, "/c.d/i"}, "hardMutedWords": []any{"x"}, "emailNotificationTypes": []any{},
		"notificationRecieveConfig": map[string]any{"mention": map[string]any{"type": "following"}},
	} {
		if got := at(me, key); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", key, got, want)
		}
	}
	if at(me, "updatedAt") == nil {
		t.Error("updatedAt is null")
	}
	if !reflect.DeepEqual(me, w.must(alice.Token, "i", map[string]any{})) {
		t.Error("i answers something else than i/update")
	}
	told := w.wantEvents(main + " meUpdated")
	if !has(told[0].Body, "email") || at(told[0].Body, "name") != "New Name" {
		t.Errorf("meUpdated: %v", told[0].Body)
	}
	w.must(w.appToken(alice, "write:account"), "i/update", map[string]any{"isCat": true})
	if told := w.wantEvents(main + " meUpdated"); has(told[0].Body, "email") {
		t.Errorf("an app's meUpdated has secrets: %v", told[0].Body)
	}

	// What is absent stays, null and white space take away.
	me = w.must(alice.Token, "i/update", map[string]any{"name": nil, "location": "  ", "lang": nil})
	if at(me, "name") != nil || at(me, "location") != nil || at(me, "lang") != nil || at(me, "description") != "d" || at(me, "isLocked") != true {
		t.Errorf("got %v", me)
	}
	w.wantEvents(main + " meUpdated")

	w.must(alice.Token, "i/update", map[string]any{"mutedInstances": []any{"Bad.Example", "bad.example", ""}})
	told = w.wantEvents(main+" meUpdated", "internal muteInstances")
	if b := told[1].Body; at(b, "actorId") != string(alice.ID) || !reflect.DeepEqual(at(b, "hosts"), []any{"bad.example"}) {
		t.Errorf("muteInstances: %v", b)
	}
}

func TestUpdateMePictures(t *testing.T) {
	w := newWorld(t, nil)
	alice, bob := w.signUp("alice"), w.signUp("bob")
	w.transact(func(ctx context.Context, work storage.Tx) error {
		files, ok := work.(fileCreator)
		if !ok {
			return errors.New("the engine makes no files")
		}
		for i, f := range []store.File{{UserID: alice.ID, Type: "image/png"}, {UserID: alice.ID, Type: "text/plain"}, {UserID: bob.ID, Type: "image/png"}} {
			f.ID, f.Name, f.Key = fmt.Sprintf("f%d", i), "x", fmt.Sprintf("key%d", i)
			if err := files.CreateFile(ctx, &f); err != nil {
				return err
			}
		}
		return nil
	})
	me := w.must(alice.Token, "i/update", map[string]any{"avatarId": "f0", "bannerId": "f0"})
	if at(me, "avatarId") != "f0" || at(me, "avatarUrl") != "http://nw.example:3000/files/key0" || at(me, "bannerUrl") != "http://nw.example:3000/files/key0" {
		t.Errorf("got %v", me)
	}
	if got := w.must("", "users/show", map[string]any{"userId": alice.ID}); at(got, "avatarUrl") != "http://nw.example:3000/files/key0" {
		t.Errorf("others see %v", at(got, "avatarUrl"))
	}
	w.fails(alice.Token, "i/update", map[string]any{"avatarId": "f1"}, 400, "AVATAR_NOT_AN_IMAGE")
	w.fails(alice.Token, "i/update", map[string]any{"avatarId": "f2"}, 400, "NO_SUCH_AVATAR")
	w.fails(alice.Token, "i/update", map[string]any{"bannerId": "f9"}, 400, "NO_SUCH_BANNER")
	w.fails(alice.Token, "i/update", map[string]any{"bannerId": "f1"}, 400, "BANNER_NOT_AN_IMAGE")
	me = w.must(alice.Token, "i/update", map[string]any{"avatarId": nil, "bannerId": nil})
	if at(me, "avatarId") != nil || at(me, "avatarUrl") != "http://nw.example:3000/identicon/alice@nw.example:3000" || at(me, "bannerUrl") != nil {
		t.Errorf("got %v", me)
	}
}

// fileCreator is what the test needs of the engine beyond Tx.
type fileCreator interface {
	CreateFile(ctx context.Context, f *store.File) error
}

func TestUpdateMeRefuses(t *testing.T) {
	w := newWorld(t, nil)
	alice := w.signUp("alice")
	w.signUp("bob")
	w.fails("", "i/update", map[string]any{"name": "x"}, 401, "CREDENTIAL_REQUIRED")
	w.fails(w.appToken(alice, "read:account"), "i/update", map[string]any{"name": "x"}, 403, "PERMISSION_DENIED")
	for _, c := range []struct {
		name string
		send map[string]any
		code string
		at   any
	}{
		{"type", map[string]any{"name": 5}, "INVALID_PARAM", "#/properties/name/type"},
		{"too short", map[string]any{"name": ""}, "INVALID_PARAM", "#/properties/name/minLength"},
		{"birthday", map[string]any{"birthday": "1 January"}, "INVALID_PARAM", "#/properties/birthday/pattern"},
		{"lang", map[string]any{"lang": "xx-YY"}, "INVALID_PARAM", "#/properties/lang/enum"},
		{"field", map[string]any{"fields": []any{map[string]any{"name": "a"}}}, "INVALID_PARAM", "#/properties/fields/items/required"},
		{"muted words", map[string]any{"mutedWords": []any{5}}, "INVALID_PARAM", "#/properties/mutedWords/items/oneOf/0/type"},
		{"config", map[string]any{"notificationRecieveConfig": map[string]any{"follow": map[string]any{"type": "list"}}}, "INVALID_PARAM", "#/properties/notificationRecieveConfig/properties/follow/oneOf/0/properties/type/enum"},
		{"page", map[string]any{"pinnedPageId": "x"}, "NO_SUCH_PAGE", nil},
		{"regexp", map[string]any{"mutedWords": []any{"/(/"}}, "INVALID_REGEXP", nil},
		{"many words", map[string]any{"hardMutedWords": []any{strings.Repeat("x", 200)}}, "TOO_MANY_MUTED_WORDS", nil},
		{"alias of nobody", map[string]any{"alsoKnownAs": []any{"@nobody@other.example"}}, "NO_SUCH_USER", nil},
		{"alias of myself", map[string]any{"alsoKnownAs": []any{"@alice@nw.example:3000"}}, "FORBIDDEN_TO_SET_YOURSELF", nil},
		{"alias of another", map[string]any{"alsoKnownAs": []any{"@bob"}}, "URI_NULL", nil},
	} {
		status, body := w.post(alice.Token, "i/update", c.send)
		if status != 400 || at(body, "error", "code") != c.code || at(body, "error", "info", "param") != c.at {
			t.Errorf("%s: got %d %v", c.name, status, body)
		}
	}
}

func TestShowUsers(t *testing.T) {
	w := newWorld(t, nil)
	alice, bob, carol := w.signUp("alice"), w.signUp("Bob"), w.signUp("carol") // alice is the administrator
	remote := w.must("", "signup", map[string]any{"username": "dave", "password": "x", "host": "other.example"})

	for _, c := range []struct {
		name string
		ask  map[string]any
		want any
	}{
		{"by id", map[string]any{"userId": bob.ID}, string(bob.ID)},
		{"by name", map[string]any{"username": "bOB"}, string(bob.ID)},
		{"by name and null host", map[string]any{"username": "bob", "host": nil}, string(bob.ID)},
		{"by name and own host", map[string]any{"username": "bob", "host": "nw.example:3000"}, string(bob.ID)},
		{"remote", map[string]any{"username": "dave", "host": "OTHER.example"}, at(remote, "id")},
	} {
		if got := w.must("", "users/show", c.ask); at(got, "id") != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
	if has(w.must("", "users/show", map[string]any{"userId": bob.ID}), "isFollowing") {
		t.Error("nobody's relation is told")
	}
	if got := w.must(carol.Token, "users/show", map[string]any{"userId": bob.ID}); at(got, "isFollowing") != false || at(got, "isMuted") != false {
		t.Errorf("carol sees %v", got)
	}
	if got := w.must(carol.Token, "users/show", map[string]any{"userId": carol.ID}); at(got, "policies") == nil {
		t.Errorf("carol sees of herself %v", got)
	}
	ids := func(body any) (out []string) {
		for _, u := range list(body) {
			out = append(out, text(at(u, "username")))
		}
		return out
	}
	many := map[string]any{"userIds": []any{carol.ID, "nope", bob.ID}}
	if got := ids(w.must("", "users/show", many)); !slices.Equal(got, []string{"carol", "Bob"}) {
		t.Errorf("several: got %v", got)
	}
	if got := w.must("", "users/show", map[string]any{"userIds": []any{}}); len(list(got)) != 0 {
		t.Errorf("none: got %v", got)
	}

	w.change(bob, func(u *store.User) { u.IsSuspended = true })
	w.fails(carol.Token, "users/show", map[string]any{"userId": bob.ID}, 404, "NO_SUCH_USER")
	if got := w.must(alice.Token, "users/show", map[string]any{"userId": bob.ID}); at(got, "isSuspended") != true {
		t.Errorf("a moderator sees %v", got)
	}
	if got := ids(w.must(carol.Token, "users/show", many)); !slices.Equal(got, []string{"carol"}) {
		t.Errorf("with a suspended one: got %v", got)
	}
	w.fails("", "users/show", map[string]any{"username": "nobody"}, 404, "NO_SUCH_USER")
	w.fails("", "users/show", map[string]any{"username": "nobody", "host": "other.example"}, 500, "FAILED_TO_RESOLVE_REMOTE_USER")
	w.fails("", "users/show", map[string]any{}, 400, "INVALID_PARAM")
	w.fails("", "users/show", map[string]any{"userIds": []any{"a", "a"}}, 400, "INVALID_PARAM")
}

func TestUsersRelation(t *testing.T) {
	w := newWorld(t, nil)
	alice, bob, carol := w.signUp("alice"), w.signUp("bob"), w.signUp("carol")
	one := w.must(alice.Token, "users/relation", map[string]any{"userId": bob.ID})
	if at(one, "id") != string(bob.ID) || at(one, "isFollowing") != false || has(one, "notify") {
		t.Errorf("got %v", one)
	}
	many := w.must(alice.Token, "users/relation", map[string]any{"userId": []any{carol.ID, bob.ID}})
	if at(many, 0, "id") != string(carol.ID) || at(many, 1, "id") != string(bob.ID) {
		t.Errorf("got %v", many)
	}
	w.fails("", "users/relation", map[string]any{"userId": bob.ID}, 401, "CREDENTIAL_REQUIRED")
	w.fails(w.appToken(alice), "users/relation", map[string]any{"userId": bob.ID}, 403, "PERMISSION_DENIED")
	status, body := w.post(alice.Token, "users/relation", map[string]any{"userId": 5})
	if status != 400 || at(body, "error", "info", "param") != "#/properties/userId/anyOf/0/type" {
		t.Errorf("got %d %v", status, body)
	}
}

func TestUnlockingLetsIn(t *testing.T) {
	w := newWorld(t, nil)
	alice, bob, carol := w.signUp("alice"), w.signUp("bob"), w.signUp("carol")
	w.must(alice.Token, "i/update", map[string]any{"isLocked": true})
	for _, p := range []person{bob, carol} {
		w.must(p.Token, "following/create", map[string]any{"userId": alice.ID})
	}
	if me := w.must(alice.Token, "i", map[string]any{}); at(me, "followersCount") != 0.0 || at(me, "hasPendingReceivedFollowRequest") != true {
		t.Fatalf("locked: %v", me)
	}
	w.must(alice.Token, "i/update", map[string]any{"isLocked": false})
	if me := w.must(alice.Token, "i", map[string]any{}); at(me, "followersCount") != 2.0 || at(me, "hasPendingReceivedFollowRequest") != false {
		t.Errorf("unlocked: %v", me)
	}
}

// Texts are trimmed as JavaScript trims them.
func TestUpdateMeTrims(t *testing.T) {
	w := newWorld(t, nil)
	alice := w.signUp("alice")
	for given, want := range map[string]any{
		"\t\u3000 Alice\u00a0B \ufeff\n": "Alice\u00a0B", "\u3000\ufeff\t": nil,
	} {
		if me := w.must(alice.Token, "i/update", map[string]any{"name": given}); at(me, "name") != want {
			t.Errorf("%+q became %+q, want %+q", given, at(me, "name"), want)
		}
	}
}
