package securitytest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The channels that every viewer joins, by the id under which they are joined.
var joined = []struct {
	id, channel, timeline string
	params                map[string]any
	options               options
	needsAccount          bool
}{
	{"home", "homeTimeline", "home", nil, options{true, false}, true},
	{"home-", "homeTimeline", "home", map[string]any{"withRenotes": false}, options{false, false}, true},
	{"hybrid", "hybridTimeline", "hybrid", nil, options{true, false}, true},
	{"hybrid+", "hybridTimeline", "hybrid", map[string]any{"withReplies": true}, options{true, true}, true},
	{"local", "localTimeline", "local", nil, options{true, false}, false},
	{"local+", "localTimeline", "local", map[string]any{"withReplies": true, "withRenotes": false}, options{false, true}, false},
	{"global", "globalTimeline", "global", nil, options{true, false}, false},
}

// leaks is one run: people at random, and everything that they are told.
type leaks struct {
	*node
	truth
	rng      *rand.Rand
	people   []person // who take part and look on
	authors  []person // the people, and some who look on at nothing, since they are suspended now and then
	root     person   // a moderator
	marker   person   // whose notes say that everything before has arrived
	viewers  []*viewer
	channels []string // community channels
	rounds   int
	saw      map[seeing]int // the last round in which it was so

	checked struct{ frames, embedded, hidden, captured, answers, answered int }
}

// viewer is one connection and what it was told.
type viewer struct {
	person
	conn *client
	list string
	read int                // frames that were checked
	sent map[string][]*told // notes of the last round, by id of the channel
}

// TestNobodySeesTooMuch lets random people do random things and holds everything
// that anybody is told, by any channel, capture or endpoint, against the oracle.
// NOTEWIRE_TEST_SEED repeats a run.
func TestNobodySeesTooMuch(t *testing.T) {
	seeds := []uint64{rand.Uint64(), rand.Uint64()}
	if s := os.Getenv("NOTEWIRE_TEST_SEED"); s != "" {
		seed, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seeds = []uint64{seed}
	}
	for _, seed := range seeds {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			// A world in which hardly anything happens to be hidden tries next to
			// nothing; then another one is tried.
			for attempt := range uint64(3) {
				w := newLeaks(t, seed+attempt)
				for range 16 {
					w.round()
				}
				w.endpoints()
				t.Logf("notes %d, %+v", len(w.inOrder), w.checked)
				if c := w.checked; c.frames >= 100 && c.embedded >= 20 && c.hidden > 0 && c.captured > 0 && c.answered >= 100 {
					return
				}
			}
			t.Error("no run tried more than next to nothing")
		})
	}
}

func newLeaks(t *testing.T, seed uint64) *leaks {
	t.Helper()
	w := &leaks{node: startNode(t, onSQLite(t), nil), rng: rand.New(rand.NewPCG(seed, 1))}
	w.byID, w.everMarked, w.sensitive = map[string]*post{}, map[string]*post{}, map[string]bool{}
	w.root = w.signUp("root") // administrators may do more; nobody here is one
	w.marker = w.signUp("marker")
	for _, name := range []string{"ann", "bob", "cat", "dan", "eve", "fox@one.example", "gil@two.example"} {
		w.people = append(w.people, w.signUp(name))
	}
	w.authors = append(slices.Clone(w.people), w.signUp("hal"), w.signUp("ida@three.example"))
	for i := range 2 {
		made := w.must(w.people[i].token, "channels/create", map[string]any{"name": fmt.Sprint("topic ", i), "isSensitive": i == 1})
		w.channels = append(w.channels, str(made["id"]))
	}
	w.sensitive[w.channels[1]] = true
	for _, p := range w.people {
		v := &viewer{person: p, conn: w.open(p.token), list: str(w.must(p.token, "users/lists/create", map[string]any{"name": "list"})["id"])}
		v.conn.join("main", "main", nil)
		w.viewers = append(w.viewers, v)
	}
	w.viewers = append(w.viewers, &viewer{conn: w.open("")})
	for _, v := range w.viewers {
		for _, j := range joined {
			if v.token != "" || !j.needsAccount {
				v.conn.join(j.channel, j.id, j.params)
			}
		}
	}
	return w
}

func (w *leaks) somebody() person    { return w.people[w.rng.IntN(len(w.people))] }
func (w *leaks) anybody() person     { return w.authors[w.rng.IntN(len(w.authors))] }
func (w *leaks) once(outOf int) bool { return w.rng.IntN(outOf) == 0 }

// round changes some relations, then posts, reacts and deletes, waits until all
// of it has arrived, and checks it. It answers the notes that were made.
func (w *leaks) round() (made []*post) {
	w.Helper()
	w.rounds++
	for range 12 {
		w.relate()
	}
	w.suspend()
	w.load(w.node)
	for range 8 {
		if p := w.write(); p != nil {
			made = append(made, p)
		}
	}
	var changes []change
	for range 6 {
		changes = append(changes, w.change()...)
	}
	w.fence()
	w.look()
	for _, v := range w.viewers {
		w.checkFrames(v, made, changes)
	}
	for _, v := range w.viewers { // from now on
		for _, p := range made {
			v.conn.say("subNote", map[string]any{"id": p.ID})
		}
		v.conn.join("localTimeline", "fence", nil) // everything said before was read
		v.conn.say("disconnect", map[string]any{"id": "fence"})
	}
	for _, p := range made { // deletions only after everybody was told of the note
		if w.once(12) && !p.gone {
			w.must(w.tokenOf(p.UserID), "notes/delete", map[string]any{"noteId": p.ID})
			w.deleted(p)
			w.fence()
			for _, v := range w.viewers {
				w.checkFrames(v, nil, []change{{p, "deleted", ""}})
			}
			break
		}
	}
	return made
}

func (w *leaks) tokenOf(id string) string {
	i := slices.IndexFunc(w.authors, func(p person) bool { return string(p.id) == id })
	return w.authors[i].token
}

// suspend suspends some of those who look on at nothing, and takes it back.
func (w *leaks) suspend() {
	w.Helper()
	for _, p := range w.authors[len(w.people):] {
		endpoint := "admin/unsuspend-user"
		if w.once(3) {
			endpoint = "admin/suspend-user"
		}
		w.must(w.root.token, endpoint, map[string]any{"userId": p.id})
	}
}

// deleted marks a note, and its pure renotes, which go with it. What stays no longer
// embeds them, and its rules change with what is left of it: the oracle leaves it
// alone, and write does not embed it in anything new.
func (w *leaks) deleted(p *post) {
	removed := map[*post]bool{p: true}
	for _, q := range w.inOrder {
		if q.renote == p && q.pureRenote() {
			removed[q] = true
		}
	}
	for _, q := range w.inOrder {
		r := q.renote
		if removed[q] || removed[q.reply] || removed[r] || r != nil && (removed[r.reply] || removed[r.renote]) {
			q.gone = true
		}
	}
}

// relate changes how two people stand. What is refused is refused.
func (w *leaks) relate() {
	w.Helper()
	me, other := w.somebody(), w.anybody()
	list := w.viewers[slices.IndexFunc(w.viewers, func(v *viewer) bool { return v.id == me.id })].list
	to := map[string]any{"userId": other.id}
	calls := []struct {
		endpoint string
		params   map[string]any
	}{
		{"following/create", map[string]any{"userId": other.id, "withReplies": w.once(2)}},
		{"following/create", map[string]any{"userId": other.id, "withReplies": w.once(2)}},
		{"following/create", to},
		{"following/delete", to},
		{"following/update", map[string]any{"userId": other.id, "withReplies": w.once(2)}},
		{"mute/create", to},
		{"mute/delete", to},
		{"mute/delete", to},
		{"blocking/create", to},
		{"blocking/delete", to},
		{"blocking/delete", to},
		{"renote-mute/create", to},
		{"renote-mute/delete", to},
		{"i/update", map[string]any{"mutedInstances": [][]string{{}, {}, {"one.example"}, {"two.example", "one.example"}}[w.rng.IntN(4)]}},
		{"channels/follow", map[string]any{"channelId": w.channels[w.rng.IntN(len(w.channels))]}},
		{"channels/unfollow", map[string]any{"channelId": w.channels[w.rng.IntN(len(w.channels))]}},
		{"users/lists/push", map[string]any{"listId": list, "userId": other.id}},
		{"users/lists/push", map[string]any{"listId": list, "userId": other.id}},
		{"users/lists/pull", map[string]any{"listId": list, "userId": other.id}},
		{"users/lists/update-membership", map[string]any{"listId": list, "userId": other.id, "withReplies": w.once(2)}},
	}
	c := calls[w.rng.IntN(len(calls))]
	if status, body := w.post(me.token, c.endpoint, c.params); status >= http.StatusInternalServerError {
		w.Errorf("%s answered %d %s", c.endpoint, status, body)
	}
}

// write makes a note of a random kind; nil if it was refused.
func (w *leaks) write() *post {
	w.Helper()
	by := w.anybody()
	marker := fmt.Sprintf("Mk%dx", len(w.everMarked))
	params := map[string]any{
		"visibility": []string{"public", "public", "home", "followers", "followers", "followers", "specified"}[w.rng.IntN(7)],
	}
	if params["visibility"] == "specified" {
		params["visibleUserIds"] = []any{w.somebody().id, w.somebody().id}
	}
	if len(w.inOrder) > 0 {
		// Of the newest, so that chains grow, and mostly of what not everybody sees.
		about := w.inOrder[max(0, len(w.inOrder)-1-w.rng.IntN(15))]
		if about.Visibility != "followers" {
			about = w.inOrder[max(0, len(w.inOrder)-1-w.rng.IntN(15))]
		}
		kind := w.rng.IntN(7)
		if about.gone {
			kind = -1
		}
		switch kind {
		case 0, 1, 4:
			params["replyId"] = about.ID
		case 2:
			params["renoteId"] = about.ID
		case 3:
			params["renoteId"], marker = about.ID, ""
		}
	}
	if w.once(8) {
		params["channelId"] = w.channels[w.rng.IntN(len(w.channels))]
	}
	if marker != "" {
		params["text"] = marker + " hello"
		if w.once(3) {
			params["text"] = marker + " hello @" + w.somebody().name
		}
		if w.once(4) {
			params["cw"] = marker + " beware"
		}
		if w.once(6) {
			params["poll"] = map[string]any{"choices": []string{marker + " one", marker + " two"}}
		}
	}
	status, body := w.post(by.token, "notes/create", params)
	if status != http.StatusOK {
		if status >= http.StatusInternalServerError {
			w.Errorf("notes/create answered %d %s", status, body)
		}
		return nil
	}
	var made struct {
		CreatedNote post `json:"createdNote"`
	}
	if err := json.Unmarshal(body, &made); err != nil {
		w.Fatal(err)
	}
	p := &made.CreatedNote
	p.reply, p.renote, p.marker, p.seq = w.byID[p.ReplyID], w.byID[p.RenoteID], marker, len(w.inOrder)
	w.byID[p.ID] = p
	w.inOrder = append(w.inOrder, p)
	if marker != "" {
		w.everMarked[marker] = p
	}
	return p
}

// change is what happened to a note.
type change struct {
	post  *post
	typ   string
	actor string
}

// change lets somebody react, take a reaction back or vote.
func (w *leaks) change() []change {
	w.Helper()
	if len(w.inOrder) == 0 {
		return nil
	}
	by, p := w.somebody(), w.inOrder[w.rng.IntN(len(w.inOrder))]
	c := []struct {
		endpoint, typ string
		params        map[string]any
	}{
		{"notes/reactions/create", "reacted", map[string]any{"noteId": p.ID, "reaction": "👍"}},
		{"notes/reactions/create", "reacted", map[string]any{"noteId": p.ID, "reaction": "🎉"}},
		{"notes/reactions/delete", "unreacted", map[string]any{"noteId": p.ID}},
		{"notes/polls/vote", "pollVoted", map[string]any{"noteId": p.ID, "choice": w.rng.IntN(2)}},
	}[w.rng.IntN(4)]
	status, body := w.post(by.token, c.endpoint, c.params)
	switch {
	case status >= http.StatusInternalServerError:
		w.Errorf("%s answered %d %s", c.endpoint, status, body)
	case status/100 != 2:
		return nil
	case !w.maySee(string(by.id), p):
		w.Errorf("%s of a note that the caller may not see answered %d %s", c.endpoint, status, body)
	}
	return []change{{p, c.typ, string(by.id)}}
}

// fence waits until everything before has come to every viewer: the events of
// one connection keep their order.
func (w *leaks) fence() {
	w.Helper()
	note, _ := w.must(w.marker.token, "notes/create", map[string]any{"text": "fence"})["createdNote"].(map[string]any)
	for _, v := range w.viewers {
		waitNote(v.conn, "local", str(note["id"]))
	}
}

// marked finds the markers. They have a capital letter, which no id has.
var marked = regexp.MustCompile(`Mk\d+x`)

// checkBytes finds what was written by anybody in what somebody is told, by its
// markers, and whether they may see it.
// late says that it may have been told before relations changed: a reminder
// comes two seconds after its note, whatever happens then.
func (w *leaks) checkBytes(me string, what string, raw []byte, late bool) {
	w.Helper()
	for _, m := range marked.FindAllString(string(raw), -1) {
		if p := w.everMarked[m]; p != nil && !w.maySee(me, p) && !(late && w.sawLately(me, p)) {
			w.Errorf("LEAK: %s tells %q of %s's %s note %s: %s", what, me, p.UserID, p.Visibility, m, raw)
			return
		}
	}
}

// seeing is somebody and a note.
type seeing struct{ who, note string }

// reminded is for how many rounds reminders may come; most take a second.
const reminded = 4

// look notes who may see what by now.
func (w *leaks) look() {
	if w.saw == nil {
		w.saw = map[seeing]int{}
	}
	for _, v := range w.viewers {
		for _, p := range w.inOrder {
			if w.maySee(string(v.id), p) {
				w.saw[seeing{string(v.id), p.ID}] = w.rounds
			}
		}
	}
}

func (w *leaks) sawLately(me string, p *post) bool {
	round, ok := w.saw[seeing{me, p.ID}]
	return ok && w.rounds-round <= reminded
}

// told is a note inside of what somebody is told.
type told struct {
	post
	Reply    *told `json:"reply"`
	Renote   *told `json:"renote"`
	IsHidden bool  `json:"isHidden"`

	Files   []any    `json:"files"`
	FileIDs []string `json:"fileIds"`
}

// checkNote checks a note and all that it embeds: hidden where it must be, and
// whole where it need not be.
func (w *leaks) checkNote(me, what string, n *told, raw []byte) {
	w.Helper()
	p := w.byID[n.ID]
	if p == nil {
		return // a fence
	}
	w.checked.embedded++
	if !w.maySee(me, p) {
		w.checked.hidden++
		if n.Text != nil || n.CW != nil || n.Files == nil || len(n.Files) > 0 || len(n.FileIDs) > 0 || len(n.Poll) > 0 || n.VisibleUserIDs != nil || !n.IsHidden {
			w.Errorf("%s: a note is not hidden from %q: %s", what, me, raw)
		}
	} else if n.IsHidden || p.marker != "" && (n.Text == nil || !strings.HasPrefix(*n.Text, p.marker)) || (len(n.Poll) > 0) != (len(p.Poll) > 0) {
		w.Errorf("%s: a note that %q may see is not whole: %s", what, me, raw)
	}
	for _, below := range []*told{n.Reply, n.Renote} {
		if below != nil {
			w.checkNote(me, what, below, raw)
		}
	}
}

// checkFrames checks what a viewer was told since it was last asked: by the
// channels, of the notes that were made; by the captures, of the changes.
func (w *leaks) checkFrames(v *viewer, made []*post, changes []change) {
	w.Helper()
	me := string(v.id)
	got := map[string][]string{} // by id of the channel
	if made != nil {
		v.sent = map[string][]*told{}
	}
	var heard []string
	all := v.conn.seen()
	for _, f := range all[v.read:] {
		w.checked.frames++
		w.checkBytes(me, f.brief(), f.raw, f.Type == "channel" && f.Body.Type == "unreadNotification")
		switch {
		case f.Type == "noteUpdated":
			var b struct {
				UserID string `json:"userId"`
			}
			if err := json.Unmarshal(f.Body.Body, &b); err != nil {
				w.Fatal(err)
			}
			heard = append(heard, f.Body.Type+" "+f.Body.ID+" "+b.UserID)
		case f.Type == "channel" && f.Body.Type == "note":
			var n told
			if err := json.Unmarshal(f.Body.Body, &n); err != nil {
				w.Fatal(err)
			}
			if n.UserID != string(w.marker.id) {
				got[f.Body.ID] = append(got[f.Body.ID], n.ID)
				v.sent[f.Body.ID] = append(v.sent[f.Body.ID], &n)
				w.checkNote(me, f.brief(), &n, f.raw)
			}
		}
	}
	v.read = len(all)
	for _, j := range joined {
		if v.token == "" && j.needsAccount {
			continue
		}
		var want []string
		for _, p := range made {
			if w.sends(j.timeline, me, "", j.options, p) {
				want = append(want, p.ID)
			}
		}
		if !slices.Equal(got[j.id], want) {
			w.Errorf("round %d: %s of %q sent %v, want %v%s", w.rounds, j.id, me, got[j.id], want, w.explain(me, got[j.id], want))
		}
	}
	var want []string
	for _, c := range changes {
		// Captured are the notes of earlier rounds; a reaction is kept from who mutes its author.
		if slices.Contains(made, c.post) || !w.maySee(me, c.post) {
			continue
		}
		if (c.typ == "reacted" || c.typ == "unreacted") && me != "" && w.mutes[[2]string{me, c.actor}] {
			continue
		}
		want = append(want, c.typ+" "+c.post.ID+" "+c.actor)
		w.checked.captured++
	}
	// A new reaction in place of an old one is an unreacted before it; the oracle
	// does not keep books of who has reacted how.
	heard = slices.DeleteFunc(heard, func(h string) bool {
		return strings.HasPrefix(h, "unreacted") && !slices.Contains(want, h) && slices.Contains(want, "reacted"+strings.TrimPrefix(h, "unreacted"))
	})
	if changes != nil && changes[0].typ == "deleted" {
		heard = slices.DeleteFunc(heard, func(h string) bool { return !slices.Contains(want, h) && w.goneRenote(h, me) })
	}
	if !slices.Equal(heard, want) {
		w.Errorf("round %d: captures of %q told %v, want %v", w.rounds, me, heard, want)
	}
}

// goneRenote says whether a capture told of a pure renote that went with the
// note that was deleted, and that the viewer may see.
func (w *leaks) goneRenote(heard, me string) bool {
	parts := strings.Fields(heard)
	p := w.byID[parts[1]]
	return parts[0] == "deleted" && p != nil && p.gone && p.pureRenote() && w.maySee(me, p)
}

// explain prints the notes that are in one list and not in the other.
func (w *leaks) explain(me string, got, want []string) string {
	var b strings.Builder
	for _, id := range append(slices.Clone(got), want...) {
		if slices.Contains(got, id) != slices.Contains(want, id) {
			p := w.byID[id]
			fmt.Fprintf(&b, "\n\t%+v by %s, reply %+v, renote %+v; seen %v", *p, p.UserID, p.reply, p.renote, w.maySee(me, p))
		}
	}
	return b.String()
}

// endpoints asks everything that answers notes, as everybody.
func (w *leaks) endpoints() {
	w.Helper()
	w.load(w.node)
	for _, v := range w.viewers {
		for _, tl := range []struct {
			endpoint, timeline string
			needsAccount       bool
		}{
			{"notes/timeline", "home", true}, {"notes/hybrid-timeline", "hybrid", true}, {"notes/user-list-timeline", "list", true},
			{"notes/local-timeline", "local", false}, {"notes/global-timeline", "global", false},
		} {
			for _, o := range []options{{true, false}, {false, false}, {true, true}} {
				if v.token == "" && tl.needsAccount || o.withReplies && (tl.timeline != "hybrid" && tl.timeline != "local") {
					continue
				}
				params := map[string]any{"limit": 100, "withRenotes": o.withRenotes}
				if o.withReplies {
					params["withReplies"] = true
				}
				if tl.timeline == "list" {
					params["listId"] = v.list
				}
				w.checkList(v, tl.endpoint, params, func(p *post) bool { return w.sends(tl.timeline, string(v.id), v.list, o, p) })
			}
		}
		w.ask(v, "notes/mentions", map[string]any{"limit": 100})
		w.ask(v, "i/notifications", map[string]any{"limit": 100, "markAsRead": false})
		for _, other := range w.authors {
			w.checkList(v, "users/notes", map[string]any{"userId": other.id, "limit": 100, "withReplies": true, "withChannelNotes": true},
				func(p *post) bool { return p.UserID == string(other.id) && w.listed(string(v.id), p) })
			w.ask(v, "users/show", map[string]any{"userId": other.id})
		}
		for _, p := range w.inOrder {
			if w.once(3) { // all of them would take long and tell little more
				w.aboutNote(v, p)
			}
		}
	}
}

// aboutNote asks the endpoints that take a note.
func (w *leaks) aboutNote(v *viewer, p *post) {
	w.Helper()
	me, id := string(v.id), map[string]any{"noteId": p.ID}
	status, body := w.ask(v, "notes/show", id)
	if seen := w.maySee(me, p); !p.gone && (status == http.StatusOK && strings.Contains(string(body), p.marker)) != seen && p.marker != "" {
		w.Errorf("notes/show to %q: %d %s", me, status, body)
	}
	reactions, body := w.ask(v, "notes/reactions", id)
	if reactions == http.StatusOK && !w.maySee(me, p) && !p.gone {
		w.Errorf("notes/reactions tells %q of a note they may not see: %s", me, body)
	}
	w.ask(v, "notes/conversation", id)
	w.ask(v, "notes/state", id)
	all := map[string]any{"noteId": p.ID, "limit": 100}
	if p.gone {
		for _, endpoint := range []string{"notes/replies", "notes/children", "notes/renotes"} {
			w.ask(v, endpoint, all)
		}
		return
	}
	w.checkList(v, "notes/replies", all, func(q *post) bool { return q.reply == p && w.wanted(me, q) })
	w.checkList(v, "notes/children", all, func(q *post) bool {
		return (q.reply == p || q.renote == p && !q.pureRenote()) && w.wanted(me, q)
	})
	w.checkList(v, "notes/renotes", all, func(q *post) bool {
		return q.renote == p && w.wanted(me, q) && w.maySee(me, p)
	})
}

// ask calls an endpoint and looks for leaks in what it answers.
func (w *leaks) ask(v *viewer, endpoint string, params map[string]any) (int, []byte) {
	w.Helper()
	status, body := w.post(v.token, endpoint, params)
	if status >= http.StatusInternalServerError {
		w.Errorf("%s answered %d %s", endpoint, status, body)
	}
	w.checked.answers++
	w.checkBytes(string(v.id), endpoint, body, false)
	return status, body
}

// checkList asks for notes and compares with those for which want is true, the
// newest first.
func (w *leaks) checkList(v *viewer, endpoint string, params map[string]any, want func(*post) bool) {
	w.Helper()
	status, body := w.ask(v, endpoint, params)
	var notes []*told
	if status == http.StatusOK {
		if err := json.Unmarshal(body, &notes); err != nil {
			w.Fatalf("%s answered %s", endpoint, body)
		}
	}
	var got, expected []string
	for _, n := range notes {
		w.checked.answered++
		w.checkNote(string(v.id), endpoint, n, body)
		if p := w.byID[n.ID]; p != nil && !p.gone {
			got = append(got, n.ID)
		}
	}
	for _, p := range w.inOrder {
		if !p.gone && want(p) {
			expected = append(expected, p.ID)
		}
	}
	slices.Reverse(expected)
	if len(got) < 100 && !slices.Equal(got, expected) {
		w.Errorf("%s %v to %q answered %v, want %v%s", endpoint, params, string(v.id), got, expected, w.explain(string(v.id), got, expected))
	}
}
