package api

import (
	"fmt"
	"strings"
	"testing"

	"notewire/api/endpoint"
	"notewire/store"
)

// names are the values of one member of each object, joined; ids of users are
// their names.
func names(list []map[string]any, member string) string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = fmt.Sprint(o[member])
		if strings.HasSuffix(member, "Id") {
			out[i] = strings.TrimRight(out[i], "x")
		}
	}
	return strings.Join(out, " ")
}

func TestFollowersAndFollowing(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "cat", "dan", "rem@r.example")
	for _, name := range []string{"bob", "cat", "dan"} {
		w.follow("ann", name, false)
		w.follow(name, "rem", false)
	}
	w.follow("bob", "ann", false)

	following := w.list(w.call("", "users/following", to("ann")))
	if got := names(following, "followeeId"); got != "dan cat bob" {
		t.Errorf("following: %s", got)
	}
	if f := following[0]; at(f["followee"], "username") != "dan" || f["follower"] != nil || f["followerId"] != string(userID("ann")) {
		t.Errorf("a follow: %v", f)
	}
	if got := names(w.list(w.call("bob", "users/following", params{"userId": userID("ann"), "limit": 1, "untilId": following[1]["id"]})), "followeeId"); got != "bob" {
		t.Errorf("the last page: %s", got)
	}
	followers := w.list(w.call("ann", "users/followers", params{"username": "ANN", "host": nil}))
	if len(followers) != 1 || at(followers[0]["follower"], "username") != "bob" || at(followers[0]["follower"], "isFollowed") != true || followers[0]["followee"] != nil {
		t.Errorf("followers: %v", followers)
	}
	if got := names(w.list(w.call("", "users/followers", params{"username": "rem", "host": "R.example"})), "followerId"); got != "dan cat bob" {
		t.Errorf("followers of a remote user: %s", got)
	}

	born := func(name, day string) { w.change(name, func(u *store.User) { u.Settings.Birthday = day }) }
	born("bob", "1990-02-29")
	born("dan", "2001-02-29")
	born("cat", "2001-03-29")
	if got := names(w.list(w.call("ann", "users/following", params{"userId": userID("ann"), "birthday": "2024-02-29"})), "followeeId"); got != "dan bob" {
		t.Errorf("born on that day: %s", got)
	}
	if got := names(w.list(w.call("ann", "users/following", params{"userId": userID("ann"), "birthday": "2024-02-29", "sinceId": "0", "limit": 1})), "followeeId"); got != "bob" {
		t.Errorf("the first who was born on that day: %s", got)
	}

	w.refuses("ann", "users/following", params{"userId": "nobody"}, errFollowingNoSuchUser)
	w.refuses("ann", "users/followers", params{"username": "nobody", "host": "x.example"}, errFollowersNoSuchUser)
	w.refuses("ann", "users/followers", params{"username": "ann"}, endpoint.ErrInvalidParam)
	w.refuses("ann", "users/following", params{"userId": userID("ann"), "birthday": "today"}, endpoint.ErrInvalidParam)
}

// Whoever may not know, is told nothing.
func TestFollowersAreShownToWhoMay(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob", "cat", "mod")
	w.follow("bob", "ann", false)
	w.change("mod", func(u *store.User) { u.IsModerator = true })
	for _, c := range []struct {
		setting string
		may     string
	}{{"public", "- ann bob cat mod"}, {"followers", "ann bob mod"}, {"private", "ann mod"}} {
		w.change("ann", func(u *store.User) {
			u.Settings.FollowersVisibility, u.Settings.FollowingVisibility = c.setting, c.setting
		})
		for _, who := range []string{"", "ann", "bob", "cat", "mod"} {
			name := who
			if who == "" {
				name = "-"
			}
			if strings.Contains(c.may, name) {
				w.call(who, "users/followers", to("ann"))
				w.call(who, "users/following", to("ann"))
			} else {
				w.refuses(who, "users/followers", to("ann"), errFollowersForbidden)
				w.refuses(who, "users/following", to("ann"), errFollowingForbidden)
			}
		}
	}
}

func TestCommunityChannelLists(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.guarded(map[string]string{"channels/owned": "read:channels", "channels/followed": "read:channels", "drive/files": "read:drive"}, params{})
	made := map[string]any{}
	for _, name := range []string{"one", "two"} {
		made[name] = w.object(w.call("ann", "channels/create", params{"name": name}))["id"]
	}
	for _, name := range []string{"two", "one"} {
		w.call("bob", "channels/follow", params{"channelId": made[name]})
	}
	if got := names(w.list(w.call("ann", "channels/owned", nil)), "name"); got != "two one" {
		t.Errorf("owned: %s", got)
	}
	followed := w.list(w.call("bob", "channels/followed", nil))
	if got := names(followed, "name"); got != "one two" || followed[0]["isFollowing"] != true {
		t.Errorf("followed: %v", followed)
	}
	if got := names(w.list(w.call("ann", "channels/followed", nil)), "name"); got != "" {
		t.Errorf("followed by ann: %s", got)
	}

	w.posts("ann", params{"text": "first", "channelId": made["one"]})
	w.posts("bob", params{"text": "second", "channelId": made["one"]})
	w.posts("bob", params{"text": "elsewhere", "channelId": made["two"]})
	w.says("bob", "nowhere")
	one := params{"channelId": made["one"]}
	if got := texts(w.notes("", "channels/timeline", one)); got != "second first" {
		t.Errorf("timeline: %s", got)
	}
	w.mute("ann", "bob")
	if got := texts(w.notes("ann", "channels/timeline", one)); got != "first" {
		t.Errorf("timeline without the muted: %s", got)
	}
	w.refuses("", "channels/timeline", params{"channelId": "none"}, errNoTimelineOfChannel)
	w.refuses("", "channels/timeline", params{}, endpoint.ErrInvalidParam)
}

func TestDriveFiles(t *testing.T) {
	w := newNoteWorld(t, "ann", "bob")
	w.uploads("ann", "c.png", picture(t, "png"))
	w.uploads("ann", "a.gif", picture(t, "gif"))
	w.uploads("ann", "b.txt", []byte("t"))
	w.uploads("bob", "d.txt", []byte("t"))
	for _, c := range []struct {
		p    params
		want string
	}{
		{nil, "b.txt a.gif c.png"},
		{params{"type": "image/*"}, "a.gif c.png"},
		{params{"type": "image/png"}, "c.png"},
		{params{"sort": "-name"}, "a.gif b.txt c.png"},
		{params{"sort": "+name"}, "c.png b.txt a.gif"},
		{params{"sort": "-createdAt", "limit": 1}, "c.png"},
		{params{"folderId": "f"}, ""},
	} {
		if got := names(w.list(w.call("ann", "drive/files", c.p)), "name"); got != c.want {
			t.Errorf("%v: %s, want %s", c.p, got, c.want)
		}
	}
	w.refuses("ann", "drive/files", params{"sort": "name"}, endpoint.ErrInvalidParam)
	w.refuses("ann", "drive/files", params{"type": "image/png;"}, endpoint.ErrInvalidParam)
}
