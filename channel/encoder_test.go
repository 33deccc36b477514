package channel

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"notewire/protocol"
	"notewire/protocol/wire"
	"notewire/store"
	"notewire/store/feed"
	"notewire/store/visibility"
)

// statusEncoder is a second protocol, which has what Misskey's has not: notes in a
// form of its own, inside a string; a subscription that is told what happens to
// notes; captures that are sent the whole note; and events that it has no words for.
type statusEncoder struct {
	form *protocol.Form

	mu     sync.Mutex
	made   map[string]int // how often each frame was built
	bodies map[string]int // how often each body was written
}

func newStatusEncoder() *statusEncoder {
	e := &statusEncoder{made: map[string]int{}, bodies: map[string]int{}}
	e.form = &protocol.Form{Name: "status", Write: e.write}
	return e
}

// count notes that something was made, and answers how often it was now.
func (e *statusEncoder) count(in map[string]int, what string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	in[what]++
}

// take answers what was made since it was last asked.
func (e *statusEncoder) take() (frames, bodies map[string]int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	frames, bodies = e.made, e.bodies
	e.made, e.bodies = map[string]int{}, map[string]int{}
	return frames, bodies
}

func (e *statusEncoder) write(typ string, body []byte, attached any) ([]byte, error) {
	var n struct {
		ID   string
		Text *string
		Note *struct{ ID string }
	}
	if err := json.Unmarshal(body, &n); err != nil {
		return nil, err
	}
	if strings.Contains(string(body), "text of secret") {
		return nil, fmt.Errorf("was shown what is hidden: %s", body)
	}
	e.count(e.bodies, typ+" "+n.ID)
	switch {
	case n.Note != nil:
		return json.Marshal(map[string]any{"about": n.Note.ID})
	case n.Text == nil:
		return json.Marshal(map[string]any{"id": n.ID, "by": attached})
	default:
		return json.Marshal(map[string]any{"id": n.ID, "content": "* " + *n.Text, "by": attached})
	}
}

func (e *statusEncoder) Form() *protocol.Form { return e.form }
func (e *statusEncoder) WholeNotes() bool     { return true }

func (e *statusEncoder) frame(id protocol.EncodedID, event, payload, cursor string) *wire.Frame {
	e.count(e.made, event+" "+string(id))
	b, err := json.Marshal(map[string]any{"stream": json.RawMessage(id), "event": event, "payload": payload, "cursor": cursor != ""})
	if err != nil {
		panic(err)
	}
	return wire.NewFrame(0, b)
}

func (e *statusEncoder) Event(id protocol.EncodedID, typ string, body *protocol.Payload, cursor string) *wire.Frame {
	switch typ {
	case store.EventNote:
		return e.frame(id, "update", string(body.JSON()), cursor)
	case store.MainNotification:
		return e.frame(id, "notification", string(body.JSON()), cursor)
	default:
		return nil
	}
}

func (e *statusEncoder) Joined(id protocol.EncodedID, cursor string) *wire.Frame {
	return e.frame(id, "joined", "", cursor)
}

func (e *statusEncoder) Gap(id protocol.EncodedID, reason, cursor string) *wire.Frame {
	return e.frame(id, "gap", reason, cursor)
}

func (e *statusEncoder) NoteChanged(id protocol.EncodedID, c protocol.NoteChange, cursor string) *wire.Frame {
	if id == "" {
		id = "null"
	}
	switch {
	case c.Type == store.NoteDeleted:
		return e.frame(id, "delete", string(c.Note), cursor)
	case c.Whole != nil:
		return e.frame(id, "status.update", string(c.Whole.JSON()), cursor)
	default:
		return nil
	}
}

func (e *statusEncoder) Broadcast(typ string, _ *protocol.Payload) *wire.Frame {
	if typ != store.BroadcastAnnouncementCreated {
		return nil
	}
	return e.frame("null", "announcement", "", "")
}

// statusTimeline is a kind of the second protocol, which Misskey's clients cannot
// name.
var statusTimeline = &Kind{
	Name: "status timeline",
	Open: func(store.UserID, protocol.Params) (Filter, bool) {
		return Filter{
			Interests: []Interest{{Source: FromLocal}, {Source: FromFollowing}, {FromAuthor, "ann"}},
			Note:      visibility.Deliver,
			Changed:   func(visibility.Viewer, *NoteChangeEvent) bool { return true },
		}, true
	},
}

// joinWith brings a connection of another protocol in.
func (r *rig) joinWith(e Encoder, id store.UserID) (*Member, *testSink) {
	r.t.Helper()
	s := &testSink{}
	m, err := r.hub.Join(r.t.Context(), Connection{Access: who(id), Sink: s, Encoder: e})
	if err != nil {
		r.t.Fatalf("join: %v", err)
	}
	return m, s
}

// frameTexts are the frames that a sink was sent.
func frameTexts(s *testSink) (out []string) {
	for _, f := range s.take() {
		out = append(out, string(f.Payload()))
	}
	return out
}

// status is an update frame of the second protocol.
func status(id, event, payload string) string {
	b, err := json.Marshal(payload)
	if err != nil {
		panic(err)
	}
	return `{"cursor":false,"event":"` + event + `","payload":` + string(b) + `,"stream":` + id + `}`
}

// TestTwoProtocols: clients of two protocols watch the same people. Each gets a
// note in its own words, each form of a note is made once for all shards, each frame
// once for all who share it, and nothing is made that nobody wants.
func TestTwoProtocols(t *testing.T) {
	r := newRig(t, Config{Shards: 4})
	e := newStatusEncoder()
	var misskey, other []*testSink
	shards := map[int]bool{}
	for i := range 12 {
		m, s := r.join(store.UserID(fmt.Sprint("m", i)))
		m.Connect(connect("localTimeline", "1", ""))
		misskey = append(misskey, s)
	}
	r.flush()
	r.deliver(posted(noteFactsBy("n0", "ann")))
	r.flush()
	if frames, bodies := e.take(); len(frames)+len(bodies) != 0 {
		t.Errorf("made %v and %v for nobody", frames, bodies)
	}
	for i := range 12 {
		m, s := r.joinWith(e, store.UserID(fmt.Sprint("s", i)))
		m.Subscribe(Request{Kind: statusTimeline, ID: `["public"]`})
		shards[m.shard.number] = true
		other = append(other, s)
	}
	r.flush()
	for _, s := range misskey {
		s.take()
	}
	n := posted(noteFactsBy("n1", "ann"))
	n.Attach(e.form, "Ann")
	r.deliver(n)
	r.flush()
	packedNote := string(packed(noteFactsBy("n1", "ann")))
	for i, s := range misskey {
		expect(t, fmt.Sprint("Misskey's client ", i), frameTexts(s), `{"type":"channel","body":{"id":"1","type":"note","body":`+packedNote+`}}`)
	}
	seen := map[*wire.Frame]bool{}
	for i, s := range other {
		frames := s.take()
		if len(frames) != 1 {
			t.Fatalf("the other's client %d got %d frames", i, len(frames))
		}
		seen[frames[0]] = true
		if got, want := string(frames[0].Payload()), status(`["public"]`, "update", `{"by":"Ann","content":"* text of n1","id":"n1"}`); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	frames, bodies := e.take()
	if len(shards) < 2 || len(seen) != len(shards) || frames[`update ["public"]`] != len(shards) {
		t.Errorf("%d frames were sent and %v built in %d shards", len(seen), frames, len(shards))
	}
	if len(bodies) != 1 || bodies["note n1"] != 1 {
		t.Errorf("bodies were written %v times, want once", bodies)
	}
}

// TestFormsOfVariants: what is hidden from a viewer is hidden before another
// protocol writes the note, and each variant is written once.
func TestFormsOfVariants(t *testing.T) {
	r := newRig(t, Config{Shards: 2})
	e := newStatusEncoder()
	for _, u := range []store.UserID{"fan", "fan2"} {
		rel := store.NewRelations(u)
		rel.Following["ben"] = false
		r.loader.users[u] = rel
	}
	var sinks []*testSink
	for _, u := range []store.UserID{"a", "b", "c", "d", ""} {
		m, s := r.joinWith(e, u)
		m.Subscribe(Request{Kind: statusTimeline, ID: `"x"`})
		sinks = append(sinks, s)
	}
	m, own := r.join("fan") // the only one who sees all of it, in the other protocol
	m.Connect(connect("localTimeline", "1", ""))
	r.flush()
	quote := noteFactsBy("quote", "ann")
	quote.RenoteID, quote.Renote = "secret", noteFactsBy("secret", "ben")
	quote.Renote.Visibility = store.Followers
	r.deliver(posted(quote))
	r.flush()
	for i, s := range sinks {
		expect(t, fmt.Sprint("client ", i), frameTexts(s), status(`"x"`, "update", `{"by":null,"content":"* text of quote","id":"quote"}`))
	}
	if got := frameTexts(own); len(got) != 1 || !strings.Contains(got[0], "text of secret") {
		t.Errorf("a follower got %q", got)
	}
	if _, bodies := e.take(); len(bodies) != 1 || bodies["note quote"] != 1 {
		t.Errorf("bodies were written %v times, want once", bodies)
	}
}

// TestFailedFormIsNotSent: where a body cannot be written, nothing stands in.
func TestFailedFormIsNotSent(t *testing.T) {
	r := newRig(t, Config{Shards: 1})
	m, s := r.joinWith(newStatusEncoder(), "me")
	m.Subscribe(Request{Kind: statusTimeline, ID: `"x"`})
	r.flush()
	r.deliver(NewNoteEvent(noteFactsBy("n", "ann"), protocol.RawPayload([]byte(`7`))))
	r.flush()
	expect(t, "after a note that cannot be written", frameTexts(s))
	if st, err := r.hub.Stats(t.Context()); err != nil || st.Unsendable != 1 {
		t.Errorf("stats %+v, %v", st, err)
	}
}

// TestChangesOfNotes: what happens to a note reaches a subscription that wants it as
// well as who captured the note, with the whole note as the viewer sees it; Misskey's
// clients get their noteUpdated and nothing else.
func TestChangesOfNotes(t *testing.T) {
	r := newRig(t, Config{Shards: 1})
	if r.hub.WantsWholeNotes() {
		t.Error("whole notes are wanted by nobody")
	}
	e := newStatusEncoder()
	rel := store.NewRelations("fan")
	rel.Following["ann"] = false
	r.loader.users["fan"] = rel
	fan, sf := r.joinWith(e, "fan")
	fan.Subscribe(Request{Kind: statusTimeline, ID: `"home"`})
	fan.Subscribe(Request{Kind: statusTimeline, ID: `"again"`})
	stranger, ss := r.joinWith(e, "stranger")
	stranger.Subscribe(Request{Kind: statusTimeline, ID: `"public"`})
	stranger.Capture("n")
	stranger.Capture("q")
	m, sm := r.join("misskey")
	m.Connect(connect("localTimeline", "1", ""))
	m.Capture("n")
	r.flush()
	if !r.hub.WantsWholeNotes() {
		t.Error("whole notes are not wanted")
	}

	change := func(typ string, f *store.NoteFacts) *NoteChangeEvent {
		c := NewNoteChangeEvent(typ, &store.NoteChange{ID: f.ID, Audience: f.Audience, Body: json.RawMessage(`{}`)})
		c.note.facts = f
		return c
	}
	public := noteFactsBy("n", "ann")
	c := change(store.NoteReacted, public)
	c.Whole = posted(public)
	r.deliver(c)
	r.flush()
	whole := `{"by":null,"content":"* text of n","id":"n"}`
	got := frameTexts(sf)
	slices.Sort(got)
	expect(t, "a follower", got, status(`"again"`, "status.update", whole), status(`"home"`, "status.update", whole))
	expect(t, "a stranger with a capture", frameTexts(ss), status("null", "status.update", whole), status(`"public"`, "status.update", whole))
	expect(t, "Misskey", frameTexts(sm), `{"type":"noteUpdated","body":{"id":"n","type":"reacted","body":{}}}`)
	if _, bodies := e.take(); len(bodies) != 1 || bodies["note n"] != 1 {
		t.Errorf("bodies were written %v times, want once", bodies)
	}

	// Without the whole note there is nothing to say about a reaction.
	r.deliver(change(store.NoteReacted, public))
	r.flush()
	expect(t, "a follower, of a reaction without its note", frameTexts(sf))
	sm.take()

	// Nobody hears of what they may not see, nor of what is not theirs.
	secret := noteFactsBy("n", "ann")
	secret.Visibility = store.Followers
	r.deliver(change(store.NoteDeleted, secret))
	remote := noteFactsBy("r", "ben")
	remote.UserHost = "far.example"
	r.deliver(change(store.NoteDeleted, remote))
	r.flush()
	got = frameTexts(sf)
	slices.Sort(got)
	expect(t, "a follower, of a deletion", got, status(`"again"`, "delete", "n"), status(`"home"`, "delete", "n"))
	expect(t, "a stranger, of a deletion", frameTexts(ss))
	expect(t, "Misskey, of a deletion", frameTexts(sm))

	// A whole note shows nothing that is hidden, and a pure renote of something
	// hidden is not shown.
	quote := noteFactsBy("q", "ann")
	quote.RenoteID, quote.Renote = "secret", noteFactsBy("secret", "ben")
	quote.Renote.Visibility = store.Followers
	renote := *quote
	renote.HasText = false
	for _, f := range []*store.NoteFacts{quote, &renote} {
		c := change(store.NoteReacted, f)
		c.Whole = posted(f)
		r.deliver(c)
	}
	r.flush()
	quoted := `{"by":null,"content":"* text of q","id":"q"}`
	expect(t, "a stranger, of a quote and a renote", frameTexts(ss), status("null", "status.update", quoted), status(`"public"`, "status.update", quoted))

	// Whoever mutes the author has no use for what happens to the note, unless they
	// captured this very note.
	stranger.Capture("n") // the deletion ended the first one
	r.deliver(relation(store.InternalMute, store.RelationChange{Actor: "stranger", Target: "ann"}))
	c = change(store.NoteReacted, public)
	c.Whole = posted(public)
	r.deliver(c)
	r.flush()
	expect(t, "who mutes the author", frameTexts(ss), status("null", "status.update", whole))

	stranger.Unsubscribe(`"public"`)
	fan.Leave()
	r.flush()
	if n := r.hub.shards[0].index.wantChanges; n != 0 {
		t.Errorf("%d subscriptions want changes after all have gone", n)
	}
	stranger.Leave()
	if r.hub.WantsWholeNotes() {
		t.Error("whole notes are wanted by somebody who has left")
	}
	r.flush()
	if n := len(r.hub.shards[0].frames.protocols); n != 1 {
		t.Errorf("the shard knows %d protocols, want the one of who is left", n)
	}
}

// incomparable is an encoder by which frames could not be shared.
type incomparable struct {
	protocol.Encoder
	_ []int
}

func TestEncodersAreCompared(t *testing.T) {
	r := newRig(t, Config{Shards: 1})
	if _, err := r.hub.Join(t.Context(), Connection{Access: who("me"), Sink: &testSink{}, Encoder: incomparable{}}); err == nil {
		t.Error("an encoder that cannot be compared was taken")
	}
}

// TestWordsOfTheOtherProtocol: the encoder has the last word on everything that a
// client is sent, and says nothing where its protocol has no words.
func TestWordsOfTheOtherProtocol(t *testing.T) {
	r := newRig(t, Config{Shards: 1})
	m, s := r.joinWith(newStatusEncoder(), "me")
	misskey, sm := r.join("me")
	misskey.Connect(connect("main", "m", ""))
	cursor, _ := m.Subscribe(Request{Kind: Find("main"), ID: `"user"`, Answer: true, Start: &Start{}})
	if cursor == nil {
		t.Fatal("no cursor")
	}
	if c, ok := m.Subscribe(Request{Kind: Find("main"), ID: `"user"`, Start: &Start{Given: "nonsense", Bad: true}}); c == nil || !ok {
		t.Fatal("no cursor where it replaces one")
	}
	r.deliver(
		mainEvent(store.MainMeUpdated, `{}`),
		mainEvent(store.MainNotification, `{"id":"x","note":{"id":"n"}}`),
		&BroadcastEvent{Type: store.BroadcastEmojiAdded}, &BroadcastEvent{Type: store.BroadcastAnnouncementCreated},
	)
	r.flush()
	withCursor := func(s string) string { return strings.Replace(s, `"cursor":false`, `"cursor":true`, 1) }
	expect(t, "the other protocol", frameTexts(s),
		withCursor(status(`"user"`, "joined", "")), withCursor(status(`"user"`, "gap", string(feed.GapMalformed))),
		withCursor(status(`"user"`, "notification", `{"about":"n"}`)), status("null", "announcement", ""))
	expect(t, "Misskey", sm.brief(t), "m meUpdated", "m notification x", "emojiAdded", "announcementCreated")
}
