package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"notewire/api/endpoint"
	"notewire/store"
	"notewire/store/relational"
)

// noteWorld is a world with people who are known by their first names.
type noteWorld struct {
	*world
	clock sync.Mutex // guards the world's clock: calls may run at once
	known int64      // the newest event that log has answered
}

// newNoteWorld makes a world of local people; a name with a host, as in
// "dan@d.example", is a remote one. Everybody's id is their name, padded with
// x, and their token is "t-" and their name.
func newNoteWorld(t *testing.T, names ...string) *noteWorld {
	t.Helper()
	w := &noteWorld{}
	w.world = newWorld(t, func(c *Config) {
		tick := c.Now
		c.Now = func() time.Time {
			w.clock.Lock()
			defer w.clock.Unlock()
			return tick()
		}
	})
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		// The first account becomes administrator, who may do more than others.
		for _, name := range append([]string{"root"}, names...) {
			username, host, _ := strings.Cut(name, "@")
			u := &store.User{ID: userID(username), Username: username, Host: host, CreatedAt: w.now, Settings: store.DefaultUserSettings()}
			if err := tx.CreateUser(ctx, u, ""); err != nil {
				return err
			}
			if err := tx.CreateToken(ctx, &store.AccessToken{ID: "t" + string(u.ID), UserID: u.ID, Hash: store.HashToken("t-" + username), Native: true, LastUsedAt: w.now.Add(time.Hour)}); err != nil {
				return err
			}
		}
		return nil
	})
	return w
}

// userID is the id of somebody of the world.
func userID(name string) store.UserID {
	return store.UserID(name + strings.Repeat("x", 16-len(name)))
}

// write changes the database behind the server's back.
func (w *noteWorld) write(do func(ctx context.Context, tx *relational.Tx) error) {
	w.Helper()
	if err := w.db.DB.InTx(w.Context(), do); err != nil {
		w.Fatal(err)
	}
}

// id makes an id.
func (w *noteWorld) id() string { return w.config.IDs.New(w.config.Now()) }

func (w *noteWorld) follow(follower, followee string, withReplies bool) {
	w.Helper()
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateFollow(ctx, &store.Follow{ID: w.id(), FollowerID: userID(follower), FolloweeID: userID(followee), WithReplies: withReplies})
	})
}

func (w *noteWorld) block(blocker, blockee string) {
	w.Helper()
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateBlock(ctx, &store.Block{ID: w.id(), BlockerID: userID(blocker), BlockeeID: userID(blockee)})
	})
}

func (w *noteWorld) mute(muter, mutee string) {
	w.Helper()
	w.write(func(ctx context.Context, tx *relational.Tx) error {
		return tx.CreateMute(ctx, &store.Mute{ID: w.id(), MuterID: userID(muter), MuteeID: userID(mutee)})
	})
}

// params are what a call is sent; who is signed in is added.
type params map[string]any

// answerOf calls an endpoint; who is "" for nobody. It may run in any
// goroutine.
func (w *noteWorld) answerOf(who, endpoint string, p params) (int, []byte) {
	send := params{}
	for k, v := range p {
		send[k] = v
	}
	if who != "" {
		send["i"] = "t-" + who
	}
	b, err := json.Marshal(send)
	if err != nil {
		w.Error(err)
		return 0, nil
	}
	r := httptest.NewRequest(http.MethodPost, "/api/"+endpoint, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	body, err := io.ReadAll(rec.Result().Body)
	if err != nil {
		w.Error(err)
	}
	return rec.Code, body
}

// call is answerOf, and demands success.
func (w *noteWorld) call(who, endpoint string, p params) []byte {
	w.Helper()
	status, body := w.answerOf(who, endpoint, p)
	if status != http.StatusOK && status != http.StatusNoContent {
		w.Fatalf("%s by %s %v: %d %s", endpoint, who, p, status, body)
	}
	return body
}

// refuses calls an endpoint and demands an error with this code and id.
func (w *noteWorld) refuses(who, endpoint string, p params, want *endpoint.Error) {
	w.Helper()
	status, body := w.answerOf(who, endpoint, p)
	var got struct {
		Error struct{ Code, ID string } `json:"error"`
	}
	if err := json.Unmarshal(body, &got); err != nil || status != want.HTTPStatus() || got.Error.ID != want.ID || got.Error.Code != want.Code {
		w.Errorf("%s by %s %v: %d %s, want %s %s", endpoint, who, p, status, body, want.Code, want.ID)
	}
}

// packed is what tests look at in a packed note.
type packed struct {
	ID             store.NoteID
	UserID         store.UserID
	Text, CW       *string
	Visibility     store.Visibility
	VisibleUserIDs []store.UserID
	LocalOnly      bool
	Mentions       []store.UserID
	Tags           []string
	RenoteCount    int
	RepliesCount   int
	Reactions      map[string]int
	MyReaction     string
	FileIDs        []string
	ReplyID        store.NoteID
	RenoteID       store.NoteID
	ChannelID      string
	Reply, Renote  *packed
	IsHidden       bool
	Poll           *struct {
		Multiple  bool
		ExpiresAt *string
		Choices   []struct {
			Text    string
			Votes   int
			IsVoted bool
		}
	}
}

// posts makes a note.
func (w *noteWorld) posts(who string, p params) packed {
	w.Helper()
	var answer struct{ CreatedNote packed }
	w.decode(w.call(who, "notes/create", p), &answer)
	return answer.CreatedNote
}

// says is posts for a text.
func (w *noteWorld) says(who, text string) packed {
	w.Helper()
	return w.posts(who, params{"text": text})
}

// notes calls an endpoint that answers a list of notes.
func (w *noteWorld) notes(who, endpoint string, p params) []packed {
	w.Helper()
	var list []packed
	w.decode(w.call(who, endpoint, p), &list)
	return list
}

// texts are the notes' texts, in order; "-" for none.
func texts(notes []packed) string {
	out := make([]string, len(notes))
	for i, n := range notes {
		out[i] = "-"
		if n.Text != nil {
			out[i] = *n.Text
		}
	}
	return strings.Join(out, " ")
}

func (w *noteWorld) decode(b []byte, to any) {
	w.Helper()
	if err := json.Unmarshal(b, to); err != nil {
		w.Fatalf("%v in %s", err, b)
	}
}

// log answers the events since it was last called.
func (w *noteWorld) log() []store.Event {
	w.Helper()
	rows, err := w.db.Querier().Query(w.Context(), "SELECT id, topic, type, body, facts FROM event WHERE id > $1 ORDER BY id", w.known)
	if err != nil {
		w.Fatal(err)
	}
	defer rows.Close()
	var out []store.Event
	for rows.Next() {
		var (
			e     store.Event
			body  string
			facts *string
		)
		if err := rows.Scan(&e.ID, &e.Topic, &e.Type, &body, &facts); err != nil {
			w.Fatal(err)
		}
		e.Body = json.RawMessage(body)
		if facts != nil {
			e.Facts = json.RawMessage(*facts)
		}
		w.known = e.ID
		out = append(out, e)
	}
	if err := rows.Err(); err != nil {
		w.Fatal(err)
	}
	return out
}

// told is what happened since it was last asked, in short: "main:bob mention",
// "notes note", "note reacted". Topics of notes go without the id.
func (w *noteWorld) told() string {
	w.Helper()
	var out []string
	for _, e := range w.log() {
		topic := e.Topic
		switch {
		case topic == store.TopicNotes:
			topic = "notes"
		case strings.HasPrefix(topic, store.PrefixMain):
			topic = "main:" + strings.TrimRight(strings.TrimPrefix(topic, store.PrefixMain), "x")
		case strings.HasPrefix(topic, store.PrefixNote):
			topic = "note"
		}
		what := e.Type
		if what == "notification" || what == "unreadNotification" {
			var n struct{ Type string }
			w.decode(e.Body, &n)
			what += "(" + n.Type + ")"
		}
		out = append(out, topic+" "+what)
	}
	return strings.Join(out, ", ")
}

// tells demands what happened since it was last asked.
func (w *noteWorld) tells(want string) {
	w.Helper()
	if got := w.told(); got != want {
		w.Errorf("told\n     %s\nwant %s", got, want)
	}
}

// serveWith goes on with a server of another configuration over the same
// database.
func (w *noteWorld) serveWith(change func(*Config)) {
	w.Helper()
	c := w.config
	change(&c)
	s, err := New(c)
	if err != nil {
		w.Fatal(err)
	}
	w.Server = s
}
