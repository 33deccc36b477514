package chaostest

import (
	"fmt"

	"notewire/store"
	"notewire/store/feed"
	"notewire/store/visibility"
)

// verdict is what the oracle found.
type verdict struct {
	expected int // deliveries that the rules demand
	lost     int // committed, allowed, and not received
	doubled  int // received more than once
	leaked   int // received and not allowed, embedded notes included
	phantoms int // received and never committed
	disorder int // an effect before its cause, an author's later note first
	cursors  int // cursors that do not say what was received
	details  []string
}

const mostDetails = 40

func (v *verdict) note(count *int, format string, args ...any) {
	*count++
	if len(v.details) < mostDetails {
		v.details = append(v.details, fmt.Sprintf(format, args...))
	}
}

// clean says whether nothing was found.
func (v *verdict) clean() bool {
	return v.lost+v.doubled+v.leaked+v.phantoms+v.disorder+v.cursors == 0
}

// oracle judges viewers by the truth.
type oracle struct {
	*verdict
	truth *truth
	// relations are those of before the run.
	relations map[store.UserID]*store.Relations
	attempts  [][]attempt // of each author, in their order; notes resolved
	// written is the last event of the writers; end that of the sentinel. The
	// server itself writes on after the writers, and after the sentinel nobody
	// waits.
	written, end int64
}

// judge judges everything that a viewer received.
func (o *oracle) judge(v *viewer) {
	seer := visibility.Of(o.relations[v.who.id])
	for _, s := range v.subs {
		who := fmt.Sprintf("%s/%s", v.who.name, s.id)
		if s.channel == "main" {
			o.judgeMain(who, seer, v.who.id, s)
			continue
		}
		o.judgeNotes(who, seer, s)
	}
	for _, c := range v.captures {
		o.judgeCapture(v.who.name, seer, c)
	}
}

// accepts is the rule of the channel.
func accepts(s *subscription, v visibility.Viewer, f *store.NoteFacts) bool {
	p := visibility.DefaultParams()
	if with, ok := s.params["withReplies"].(bool); ok {
		p.WithReplies = with
	}
	switch s.channel {
	case "homeTimeline":
		return visibility.Home(v, f, p)
	case "localTimeline":
		return visibility.Local(v, f, p)
	default:
		panic("no rule for " + s.channel)
	}
}

func (o *oracle) judgeNotes(who string, seer visibility.Viewer, s *subscription) {
	start, err := feed.ParseCursor(s.first)
	if err != nil {
		o.note(&o.cursors, "%s: first cursor %q: %v", who, s.first, err)
	}
	want := map[store.NoteID]bool{}
	for _, id := range o.truth.order {
		if f := o.truth.facts[id]; !start.Covers(o.truth.posted[id]) && f != nil && accepts(s, seer, f) {
			want[id] = true
		}
	}
	o.expected += len(want)
	at := map[store.NoteID]int{}
	for i, r := range s.received {
		id := store.NoteID(r.object)
		_, again := at[id]
		switch {
		case r.kind != "note":
			o.note(&o.phantoms, "%s: an event of type %s", who, r.kind)
		case o.truth.posted[id] == 0:
			o.note(&o.phantoms, "%s: note %s was never committed", who, id)
		case again:
			o.note(&o.doubled, "%s: note %s (event %d) again", who, id, o.truth.posted[id])
		case !want[id]:
			o.note(&o.leaked, "%s: note %s (event %d) is not for them", who, id, o.truth.posted[id])
		}
		if !again {
			at[id] = i
		}
		o.judgeShown(who, seer, r)
		o.judgeCursor(who, r, o.truth.posted[id])
	}
	for id := range want {
		if _, ok := at[id]; !ok {
			o.note(&o.lost, "%s: note %s (event %d, %q) did not come", who, id, o.truth.posted[id], o.truth.text[id])
		}
	}
	o.judgeOrder(who, at)
}

// judgeOrder: never a reply or renote before what it is about, and nobody's
// note before one that they had finished when they began it.
func (o *oracle) judgeOrder(who string, at map[store.NoteID]int) {
	for id, i := range at {
		if j, ok := at[o.truth.parent[id]]; ok && j > i {
			o.note(&o.disorder, "%s: note %s before %s, which it is about", who, id, o.truth.parent[id])
		}
	}
	for _, attempts := range o.attempts {
		last := -1
		for _, a := range attempts {
			i, ok := at[a.note]
			if !ok || a.note == "" {
				continue
			}
			if i < last {
				o.note(&o.disorder, "%s: note %s before one that its author had finished by then", who, a.note)
			}
			if a.acked {
				last = max(last, i)
			}
		}
	}
}

// judgeShown: embedded notes can be read by those who may see them.
func (o *oracle) judgeShown(who string, seer visibility.Viewer, r receipt) {
	for _, id := range r.shown {
		if f := o.truth.facts[id]; f == nil || !visibility.MaySee(seer, &f.Audience) {
			o.note(&o.leaked, "%s: note %s, within %s %s", who, id, r.kind, r.object)
		}
	}
}

// judgeCursor: the cursor of a frame covers the frame's own event.
func (o *oracle) judgeCursor(who string, r receipt, event int64) {
	if r.cursor == "" || event == 0 {
		return
	}
	if p, err := feed.ParseCursor(r.cursor); err != nil || !p.Covers(event) {
		o.note(&o.cursors, "%s: the cursor of event %d does not cover it: %v", who, event, err)
	}
}

func (o *oracle) judgeMain(who string, seer visibility.Viewer, user store.UserID, s *subscription) {
	key := func(kind, object string) string { return kind + " " + object }
	start, err := feed.ParseCursor(s.first)
	if err != nil {
		o.note(&o.cursors, "%s: first cursor %q: %v", who, s.first, err)
	}
	want := map[string]int{}
	optional := map[string]bool{}
	for _, row := range o.truth.main[user] {
		switch {
		case start.Covers(row.id):
		case row.id > o.end, row.id > o.written && row.kind == "unreadNotification":
			optional[key(row.kind, row.object)] = true
		default:
			want[key(row.kind, row.object)]++
			o.expected++
		}
	}
	told := map[store.NoteID]bool{} // that a mention, reply or renote has come
	announced := map[string]string{}
	for _, row := range o.truth.main[user] {
		if row.note == "" {
			announced[row.object] = row.kind
		}
	}
	for _, r := range s.received {
		k := key(r.kind, r.object)
		n, known := want[k]
		switch {
		case !known && optional[k]:
			delete(optional, k)
		case !known:
			o.note(&o.phantoms, "%s: %s was never committed", who, k)
		case n == 0:
			o.note(&o.doubled, "%s: %s again", who, k)
		default:
			want[k]--
		}
		switch r.kind {
		case "mention", "reply", "renote":
			told[store.NoteID(r.object)] = true
			if f := o.truth.facts[store.NoteID(r.object)]; f == nil || !visibility.MaySee(seer, &f.Audience) {
				o.note(&o.leaked, "%s: %s", who, k)
			}
		case "notification":
			if kind, ok := announced[string(r.note)]; ok && !told[r.note] {
				o.note(&o.disorder, "%s: the notification of %s before its %s", who, r.note, kind)
			}
		}
		o.judgeShown(who, seer, r)
	}
	for k, n := range want {
		for range n {
			o.note(&o.lost, "%s: %s did not come", who, k)
		}
	}
}

// judgeCapture: everything that happened to the note between the capture's
// beginning and its last cursor came once; while it lives, everything after,
// too.
func (o *oracle) judgeCapture(who string, seer visibility.Viewer, c *capture) {
	from, err1 := feed.ParseCursor(c.from)
	until, err2 := feed.ParseCursor(c.cursor)
	f := o.truth.facts[c.note]
	if err1 != nil || err2 != nil || f == nil {
		o.note(&o.cursors, "%s: capture of %s from %q until %q", who, c.note, c.from, c.cursor)
		return
	}
	may := visibility.MaySee(seer, &f.Audience)
	want := map[string]int{}
	optional := map[string]bool{}
	for _, row := range o.truth.change[c.note] {
		switch {
		case !may, from.Covers(row.id):
		case c.live || until.Covers(row.id):
			want[row.key]++
			o.expected++
		default:
			optional[row.key] = true
		}
	}
	for _, key := range c.received {
		n, known := want[key]
		switch {
		case optional[key]:
			delete(optional, key)
		case !known && !may:
			o.note(&o.leaked, "%s: capture of %s: %s", who, c.note, key)
		case !known:
			o.note(&o.phantoms, "%s: capture of %s: %s", who, c.note, key)
		case n == 0:
			o.note(&o.doubled, "%s: capture of %s: %s again", who, c.note, key)
		default:
			want[key]--
		}
	}
	for key, n := range want {
		for range n {
			o.note(&o.lost, "%s: capture of %s: %s did not come", who, c.note, key)
		}
	}
}
