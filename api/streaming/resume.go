package streaming

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"notewire/api/socket"
	"notewire/channel"
	"notewire/store"
	"notewire/store/feed"
)

// EventLog is read to replay what a client has missed. Both engines are one.
type EventLog interface {
	// Read is feed.Source's.
	Read(ctx context.Context, after int64, skipped []feed.Range, limit int) (feed.Read, error)
	// Identity is feed.Source's.
	Identity(ctx context.Context) (feed.Identity, error)
	// EventFloor answers the id of the n-th newest event at or below through; 0
	// if there are fewer.
	EventFloor(ctx context.Context, through int64, n int) (int64, error)
}

const (
	// replayPage is how many events are in memory for one client at a time.
	replayPage = 100
	// replaysAtOnce is how many clients' reads are under way at a time. The
	// others wait, so that a restart does not take all of the database.
	replaysAtOnce = 4
	// maxReplayRanges is how many ranges of ids one read asks for, and how many
	// may wait for one connection: past it the client is not read.
	maxReplayRanges = 8192
)

// closeBehind ends a connection that cannot be resumed now: the client comes
// back with the last cursor that it got.
var closeBehind = socket.CloseReason{
	Code: socket.CodeRestart, Text: "resuming failed, connect again with the last cursor", Label: socket.LabelGap,
}

// run makes rounds until there is nothing to do.
func (r *resumer) run() {
	for round := r.nextRound(); round != nil; round = r.nextRound() {
		for which := firstRound; len(round) > 0; which = laterRound {
			if which != firstRound {
				r.session.server.cfg.Stats.ReplayRounds.Add(1)
			}
			var err error
			if round, err = r.round(round, which); err != nil {
				r.failed(err)
				r.cancel() // so that resume does not wait for room
				return
			}
		}
	}
}

// failed ends the connection, since nobody can tell what it missed. A replay that
// failed because the connection had ended is no failure.
func (r *resumer) failed(err error) {
	if r.ctx.Err() != nil || errors.Is(err, channel.ErrLeft) || errors.Is(err, channel.ErrStopped) {
		return
	}
	s := r.session
	s.server.log.LogAttrs(r.ctx, slog.LevelWarn, "resuming a client failed; it is sent away to try again",
		slog.String("conn", s.id), slog.Any("error", err))
	s.socket.Close(closeBehind)
}

// roundNumber says whether a round is the first for its cursors.
type roundNumber int

const (
	firstRound roundNumber = iota
	laterRound
)

// round replays to all cursors from one reading of the log. It answers those that
// need another round, because too much came by meanwhile to be held.
func (r *resumer) round(all []resuming, which roundNumber) ([]resuming, error) {
	cursors := make([]*channel.Cursor, len(all))
	notes := make(map[*channel.Cursor]store.NoteID, len(all))
	for i, q := range all {
		cursors[i], notes[q.cursor] = q.cursor, q.note
	}
	if err := r.waitFlushed(); err != nil {
		return nil, err
	}
	through, open, covers, err := r.session.member.Hold(r.ctx, cursors)
	if err != nil {
		return nil, err
	}
	p := plan{through: through, cursors: open, covers: covers}
	if err := r.dropHopeless(&p, which); err != nil {
		return nil, err
	}
	if len(p.cursors) > 0 && !p.isEmpty() {
		if err := r.replay(&p, notes); err != nil {
			return nil, err
		}
	}
	if err := r.waitFlushed(); err != nil {
		return nil, err
	}
	cursors, err = r.session.member.Release(r.ctx, through, p.cursors)
	if err != nil {
		return nil, err
	}
	again := make([]resuming, len(cursors))
	for i, c := range cursors {
		again[i] = resuming{cursor: c, note: notes[c]}
	}
	return again, nil
}

// plan is what a round has to replay.
type plan struct {
	through feed.Position
	cursors []*channel.Cursor
	covers  []feed.Position // of each cursor
}

// isEmpty says whether no cursor misses anything.
func (p *plan) isEmpty() bool {
	for _, c := range p.covers {
		if !p.through.Within(c) {
			return false
		}
	}
	return true
}

// takeOut takes the cursors out of the plan for which bad is true, and answers them.
func (p *plan) takeOut(bad func(covers feed.Position) bool) (out []*channel.Cursor) {
	n := 0
	for i, c := range p.cursors {
		if bad(p.covers[i]) {
			out = append(out, c)
			continue
		}
		p.cursors[n], p.covers[n] = c, p.covers[i]
		n++
	}
	p.cursors, p.covers = p.cursors[:n], p.covers[:n]
	return out
}

// dropHopeless takes cursors out of the plan that are ahead of the log, or too far
// behind it, and tells their clients of a gap. (What has been pruned is noticed when
// the log is read.) A client that falls too far behind only after its first round is
// too slow: it is not told of a gap, since its cursor was good, but sent away.
func (r *resumer) dropHopeless(p *plan, which roundNumber) error {
	cfg := &r.session.server.cfg
	ctx, cancel := context.WithTimeout(r.ctx, cfg.ReplayTimeout)
	defer cancel()
	highest := p.through.Highest()
	ahead, behind := false, false
	for _, c := range p.covers {
		ahead = ahead || c.Highest() > highest
		behind = behind || highest-c.Highest() > int64(cfg.ReplayEvents)
	}
	if ahead {
		// This node may be behind the one that gave the cursor; but no node can
		// have seen an id that has not been drawn.
		id, err := cfg.Log.Identity(ctx)
		if err != nil {
			return fmt.Errorf("identifying the event log: %w", err)
		}
		if err := r.giveUp(feed.GapOtherLog, p.takeOut(func(c feed.Position) bool { return c.Highest() > id.LastID })); err != nil {
			return err
		}
	}
	var floor int64
	if behind {
		var err error
		if floor, err = cfg.Log.EventFloor(ctx, highest, cfg.ReplayEvents+1); err != nil {
			return err
		}
	}
	far := p.takeOut(func(c feed.Position) bool {
		// Ids that are open here too are not replayed.
		open := c.Union(p.through).UpTo(c.Highest()).Missing()
		return c.Highest() < floor || c.Missing()-open > int64(cfg.ReplayEvents)
	})
	if len(far) > 0 && which != firstRound {
		return errTooSlow
	}
	return r.giveUp(feed.GapTooFar, far)
}

// giveUp lets cursors go on from now, and tells their clients of a gap.
func (r *resumer) giveUp(reason feed.GapReason, cursors []*channel.Cursor) error {
	if len(cursors) == 0 {
		return nil
	}
	r.session.server.cfg.Stats.Gaps.Add(int64(len(cursors)))
	return r.session.member.GiveUp(r.ctx, reason, cursors)
}

// replay reads the log page by page and offers what is in it.
func (r *resumer) replay(p *plan, notes map[*channel.Cursor]store.NoteID) error {
	base := p.covers[0]
	for _, c := range p.covers[1:] {
		base = base.Meet(c)
	}
	after, skipped := base.Highest(), base.UpTo(p.through.Highest()).Skipped()
	for first := true; ; first = false {
		read, events, err := r.readPage(after, skipped)
		if err != nil {
			return err
		}
		if first {
			pruned := p.takeOut(func(c feed.Position) bool { return c.First() <= read.PrunedThrough })
			if err := r.giveUp(feed.GapPruned, pruned); err != nil {
				return err
			}
		} else if next := feed.FirstOf(after, skipped); next <= read.PrunedThrough {
			return errPruned
		}
		n := 0
		for n < len(read.Events) && read.Events[n].ID <= after {
			n++
		}
		late, fresh := read.Events[:n], read.Events[n:]
		full := len(late) >= replayPage || len(fresh) >= replayPage
		if len(late) >= replayPage {
			// New ones have to wait for all that fill skipped ids.
			fresh = nil
			skipped = feed.Above(skipped, late[n-1].ID)
		} else {
			skipped = nil
			if len(fresh) > 0 {
				after = fresh[len(fresh)-1].ID
			}
		}
		if err := r.sendPage(p, notes, read.Events[:n+len(fresh)], events); err != nil {
			return err
		}
		if !full || after >= p.through.Highest() && len(skipped) == 0 {
			return nil
		}
	}
}

// Why a replay fails besides errors of the database.
var (
	errPruned  = errors.New("events were deleted while they were replayed")
	errTooSlow = errors.New("the client takes events more slowly than they come")
)

// readPage reads and prepares some events.
func (r *resumer) readPage(after int64, skipped []feed.Range) (feed.Read, []channel.Prepared, error) {
	s := r.session.server
	select {
	case s.replays <- struct{}{}:
		defer func() { <-s.replays }()
	case <-r.ctx.Done():
		return feed.Read{}, nil, r.ctx.Err()
	}
	ctx, cancel := context.WithTimeout(r.ctx, s.cfg.ReplayTimeout)
	defer cancel()
	read, err := s.cfg.Log.Read(ctx, after, skipped, replayPage)
	if err != nil {
		return feed.Read{}, nil, fmt.Errorf("reading events to replay: %w", err)
	}
	return read, s.prepare(r.ctx, read.Events, recipients{one: true, user: r.session.user}), nil
}

// sendPage hands a page's events to the shard, in portions that the connection's
// queue has room for.
func (r *resumer) sendPage(p *plan, notes map[*channel.Cursor]store.NoteID, events []store.Event, prepared []channel.Prepared) error {
	var channels []*channel.Cursor
	captures := map[store.NoteID][]*channel.Cursor{}
	for _, c := range p.cursors {
		if note := notes[c]; note != "" {
			captures[note] = append(captures[note], c)
		} else {
			channels = append(channels, c)
		}
	}
	limits := r.session.server.transport.Limits()
	var steps []channel.Step
	bytes, frames := 0, 0
	for i, e := range events {
		if !p.through.Covers(e.ID) {
			continue // it comes by
		}
		var to []*channel.Cursor
		switch e := prepared[i].(type) {
		case *channel.NoteEvent, *channel.TopicEvent:
			to = channels
		case *channel.NoteChangeEvent:
			to = captures[e.Change.ID]
		}
		if len(to) == 0 {
			continue
		}
		size := len(to) * (len(e.Body) + 256)
		if len(steps) > 0 && (bytes+size > limits.QueueBytes/4 || frames+len(to) > limits.QueueFrames/4) {
			if err := r.sendPortion(p, steps); err != nil {
				return err
			}
			steps, bytes, frames = nil, 0, 0
		}
		steps = append(steps, channel.Step{Event: prepared[i], ID: e.ID, To: to})
		bytes, frames = bytes+size, frames+len(to)
	}
	if len(steps) == 0 {
		return nil
	}
	return r.sendPortion(p, steps)
}

// sendPortion hands events to the shard once the client has taken those before.
func (r *resumer) sendPortion(p *plan, steps []channel.Step) error {
	if err := r.waitFlushed(); err != nil {
		return err
	}
	r.session.server.cfg.Stats.Replayed.Add(int64(len(steps)))
	return r.session.member.Replay(r.ctx, p.through, steps)
}

// waitFlushed waits until the client has taken what was sent.
func (r *resumer) waitFlushed() error {
	select {
	case <-r.session.socket.Flushed():
		return r.ctx.Err()
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}
