package main

import (
	"context"
	"fmt"
	"sort"
	"strings"
)

// What is joined, by the id that the connection gets.
var joined = []string{"main", "homeTimeline", "localTimeline", "hybridTimeline", "globalTimeline"}

// runStreamBodies has two users do what makes events, and validates every body that comes.
func runStreamBodies(ctx context.Context, w *world) {
	b := &bodies{scene: scene{ctx: ctx, w: w}}
	b.me = b.someone()
	b.other = b.someone()
	if b.err == nil {
		b.stream, b.err = w.open(ctx, "stream", b.me.token)
	}
	for _, channel := range joined {
		if b.err == nil {
			b.err = b.stream.join(ctx, channel, channel, nil)
		}
	}
	if b.err == nil {
		_, b.err = w.settle(ctx, []*stream{b.stream})
	}
	if b.err != nil {
		w.report.fail("stream/joins", "%v", b.err)
		return
	}
	b.cases()
	b.unread()
	b.regenerated()
}

// bodies is the scene with a connection of its caller.
type bodies struct {
	scene
	other  *account
	stream *stream
}

// expect does something and looks at what comes: exactly the wanted events, each with a body that holds its schema.
// The wanted are "channel type" or "noteUpdated kind", in any order; notifications are "main notification:kind".
func (b *bodies) expect(name string, do func(), wanted ...string) {
	name = "stream/" + name
	var complaints, events []string
	do()
	if b.err != nil {
		complaints = append(complaints, b.err.Error())
		b.err = nil // the next case stands for itself
	}
	got, err := b.w.settle(b.ctx, []*stream{b.stream})
	if err != nil {
		b.w.report.fail(name, "%v", err)
		return
	}
	for _, f := range got[b.stream] {
		if f.name == "unreadNotification" {
			continue // of earlier cases: two seconds late; see unread
		}
		event := f.id + " " + f.name
		if f.kind == "noteUpdated" {
			event = f.kind + " " + f.name
		}
		if f.name == "notification" {
			event += ":" + notificationType(f)
		}
		events = append(events, event)
		for _, complaint := range b.bodyComplaints(f) {
			complaints = append(complaints, event+" "+complaint)
		}
	}
	sort.Strings(events)
	sort.Strings(wanted)
	if strings.Join(events, "|") != strings.Join(wanted, "|") {
		complaints = append(complaints, fmt.Sprintf("got %v instead of %v", events, wanted))
	}
	b.w.report.verdict(name, "", complaints)
}

// bodyComplaints validates the body of one event.
func (b *bodies) bodyComplaints(f frame) []string {
	schema := eventSchemas[f.name]
	if schema == "" || f.kind != "channel" {
		return nil
	}
	value, err := decodeJSON(f.body)
	if err != nil {
		return []string{err.Error()}
	}
	complaints := b.w.valueComplaints(componentSchema(schema), value)
	if f.name == "note" && at(value, "reactionAndUserPairCache") == nil {
		complaints = append(complaints, "a streamed note has no reactionAndUserPairCache")
	}
	return complaints
}

// timelines are the events of a note that comes to all four timelines, and others.
func timelines(more ...string) []string {
	return append([]string{"homeTimeline note", "localTimeline note", "hybridTimeline note", "globalTimeline note"}, more...)
}

// cases are what the two do.
func (b *bodies) cases() {
	var mine, theirs, poll string
	user := object{"userId": b.other.id}
	me := object{"userId": b.me.id}
	b.expect("own note", func() { mine = b.note(b.me, object{"text": "mine #tag", "cw": "careful"}) }, timelines()...)
	b.expect("note with a file", func() { b.note(b.me, object{"text": "file", "fileIds": []string{b.file()}}) }, timelines("main driveFileCreated")...)
	b.expect("note of a stranger", func() { theirs = b.note(b.other, object{"text": "theirs"}) },
		"localTimeline note", "hybridTimeline note", "globalTimeline note")
	b.expect("follow", func() { b.do(b.me, "following/create", user) }, "main follow", "main notification:followRequestAccepted")
	b.expect("followed", func() { b.do(b.other, "following/create", me) }, "main followed", "main notification:follow")
	b.expect("note of a friend", func() { b.note(b.other, object{"text": "friend"}) }, timelines()...)
	b.expect("home note", func() { b.note(b.other, object{"text": "home", "visibility": "home"}) }, "homeTimeline note", "hybridTimeline note")
	b.expect("followers note", func() { b.note(b.other, object{"text": "followers", "visibility": "followers"}) }, "homeTimeline note", "hybridTimeline note")
	b.expect("specified note", func() {
		b.note(b.other, object{"text": "one", "visibility": "specified", "visibleUserIds": []string{b.me.id}})
	}, "homeTimeline note", "hybridTimeline note", "main mention", "main notification:mention")
	b.expect("mention", func() { b.note(b.other, object{"text": "hello @" + b.me.username}) }, timelines("main mention", "main notification:mention")...)
	b.expect("reply", func() { b.note(b.other, object{"text": "re", "replyId": mine}) },
		timelines("main mention", "main reply", "main notification:reply")...)
	b.expect("renote", func() { b.note(b.other, object{"renoteId": mine}) }, timelines("main renote", "main notification:renote")...)
	b.expect("quote", func() { b.note(b.other, object{"renoteId": mine, "text": "quote"}) }, timelines("main renote", "main notification:quote")...)
	b.expect("capture", func() {
		b.err = b.stream.sendJSON(b.ctx, "subNote", object{"id": mine})
		if b.err == nil {
			b.err = b.stream.sendJSON(b.ctx, "s", object{"id": theirs})
		}
	})
	b.expect("reacted", func() { b.do(b.other, "notes/reactions/create", object{"noteId": mine, "reaction": "👍"}) },
		"main notification:reaction", "noteUpdated reacted")
	b.expect("unreacted", func() { b.do(b.other, "notes/reactions/delete", object{"noteId": mine}) }, "noteUpdated unreacted")
	b.expect("poll", func() {
		poll = b.note(b.other, object{"text": "poll", "poll": object{"choices": []string{"a", "b"}, "expiredAfter": 3600000}})
	}, timelines()...)
	b.expect("pollVoted", func() {
		if b.err = b.stream.sendJSON(b.ctx, "subNote", object{"id": poll}); b.err == nil {
			b.err = b.stream.flush(b.ctx)
		}
		b.do(b.me, "notes/polls/vote", object{"noteId": poll, "choice": 1})
	}, "noteUpdated pollVoted")
	b.expect("deleted", func() { b.do(b.other, "notes/delete", object{"noteId": theirs}) }, "noteUpdated deleted")
	b.expect("readAllNotifications", func() { b.do(b.me, "notifications/mark-all-as-read", object{}) }, "main readAllNotifications")
	b.expect("meUpdated", func() { b.do(b.me, "i/update", object{"name": "New Name", "isLocked": true}) }, "main meUpdated")
	b.expect("unfollow", func() { b.do(b.me, "following/delete", user) }, "main unfollow")
	b.expect("unfollowed", func() { b.do(b.other, "following/delete", me) })
	b.expect("receiveFollowRequest", func() { b.do(b.other, "following/create", me) },
		"main receiveFollowRequest", "main notification:receiveFollowRequest", "main meUpdated")
	b.expect("accepted", func() { b.do(b.me, "following/requests/accept", user) },
		"main followed", "main notification:follow", "main meUpdated")
	b.expect("note of a muted", func() {
		b.do(b.me, "mute/create", user)
		b.note(b.other, object{"text": "muted @" + b.me.username})
	})
	b.expect("note of an unmuted", func() {
		b.do(b.me, "mute/delete", user)
		b.note(b.other, object{"text": "unmuted"})
	}, "localTimeline note", "hybridTimeline note", "globalTimeline note")
	b.expect("note of who blocks me", func() {
		b.do(b.other, "blocking/create", me)
		b.note(b.other, object{"text": "blocking"})
	})
	b.expect("note of who blocks me no more", func() {
		b.do(b.other, "blocking/delete", me)
		b.note(b.other, object{"text": "not blocking"})
	}, "localTimeline note", "hybridTimeline note", "globalTimeline note")
}

// unread looks at unreadNotification: it comes two seconds after a notification, unless that was read before.
func (b *bodies) unread() {
	const name = "stream/unreadNotification"
	var first, second string
	isNotification := func(f frame) bool { return f.name == "notification" }
	from := len(b.stream.all())
	first = b.note(b.other, object{"text": "read soon @" + b.me.username})
	if b.err == nil {
		_, _, b.err = b.stream.awaitFrom(b.ctx, from, "notification", isNotification)
	}
	b.do(b.me, "notifications/mark-all-as-read", object{})
	from = len(b.stream.all())
	second = b.note(b.other, object{"text": "not read @" + b.me.username})
	if b.err != nil {
		b.w.report.fail(name, "%v", b.err)
		return
	}
	position, f, err := b.stream.awaitFrom(b.ctx, from, "unreadNotification", func(f frame) bool {
		return f.name == "unreadNotification" && strings.Contains(string(f.body), second)
	})
	if err != nil {
		b.w.report.fail(name, "%v", err)
		return
	}
	complaints := b.bodyComplaints(f)
	for _, f := range b.stream.all()[:position] {
		// Its two seconds ended before those of the second.
		if f.name == "unreadNotification" && strings.Contains(string(f.body), first) {
			complaints = append(complaints, "a notification that was read within two seconds came as unread")
		}
	}
	b.w.report.verdict(name, "", complaints)
}

// regenerated looks at what a connection sees when its token is made anew: the event, then a close with 1008.
func (b *bodies) regenerated() {
	const name = "stream/myTokenRegenerated"
	from := len(b.stream.all())
	b.do(b.me, "i/regenerate-token", object{"password": b.me.password})
	if b.err != nil {
		b.w.report.fail(name, "%v", b.err)
		return
	}
	var complaints []string
	code, err := b.stream.awaitClose(b.ctx)
	if err != nil {
		complaints = append(complaints, err.Error())
	} else if code != closePolicyViolation {
		complaints = append(complaints, fmt.Sprintf("closed with %d instead of %d", code, closePolicyViolation))
	}
	told := false
	for _, f := range b.stream.all()[from:] {
		told = told || f.id == "main" && f.name == "myTokenRegenerated"
	}
	if !told {
		complaints = append(complaints, "myTokenRegenerated did not come")
	}
	b.w.report.verdict(name, "", complaints)
}

const closePolicyViolation = 1008
