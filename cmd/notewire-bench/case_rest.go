//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// The authors of the case rest, by their numbers: the busy ones write nearly all
// notes, the silent ones wrote one each, before anybody else.
const (
	restBusy     = 1000
	restSilent   = 1000
	restFewBusy  = 20
	restCalls    = 60 // of each list
	restMostTime = 20 * time.Minute
)

// restSizes are how many notes there are, one after the other.
func (b *bench) restSizes() []int {
	if b.quick {
		return []int{10_000, 50_000}
	}
	return []int{10_000, 100_000, 1_000_000}
}

// restViewer is somebody who asks, and whom they follow.
type restViewer struct {
	name     string
	follows  int
	from     int // the number of the first one that they follow
	followed string
}

var restViewers = []restViewer{
	{"nobody followed", 0, 0, ""},
	{"20 busy followed", restFewBusy, 0, "busy"},
	{"20 silent followed", 20, restBusy, "silent"},
	{"1000 busy followed", restBusy, 0, "busy"},
	{"1000 silent followed", restSilent, restBusy, "silent"},
}

// restList is a list that is asked for.
type restList struct {
	name     string
	endpoint string
	params   map[string]any
}

func (w *world) restViewer(i int) int { return w.people - 1 - i }

// restLists are the lists of the case: timelines for each viewer, everything else
// for the one who follows twenty.
func (w *world) restLists() []restList {
	var lists []restList
	for i, v := range restViewers {
		for _, endpoint := range []string{"notes/timeline", "notes/hybrid-timeline"} {
			lists = append(lists, restList{endpoint + ", " + v.name, endpoint, map[string]any{"i": token(w.restViewer(i)), "limit": 20}})
		}
	}
	me, hot := token(w.restViewer(1)), restNoteID(0)
	for _, l := range []restList{
		{"", "notes/local-timeline", nil},
		{"", "notes/global-timeline", nil},
		{"", "notes/user-list-timeline", map[string]any{"listId": "9restlist0000000"}},
		{"", "notes/mentions", nil},
		{"", "notes/replies", map[string]any{"noteId": hot}},
		{"", "notes/children", map[string]any{"noteId": hot}},
		{"", "notes/renotes", map[string]any{"noteId": hot}},
		{"", "notes/reactions", map[string]any{"noteId": hot}},
		{"", "channels/timeline", map[string]any{"channelId": "9restchannel0000"}},
		{"users/notes, busy", "users/notes", map[string]any{"userId": userID(0)}},
		{"users/notes, silent", "users/notes", map[string]any{"userId": userID(restBusy)}},
		{"notes/timeline, with files", "notes/timeline", map[string]any{"withFiles": true}},
		{"notes/global-timeline, with files", "notes/global-timeline", map[string]any{"withFiles": true}},
		{"", "i/notifications", map[string]any{"markAsRead": false}},
		{"", "users/followers", map[string]any{"userId": userID(0)}},
		{"", "users/following", map[string]any{"userId": userID(w.restViewer(3))}},
		{"", "blocking/list", nil},
		{"", "mute/list", nil},
	} {
		if l.name == "" {
			l.name = l.endpoint
		}
		params := map[string]any{"i": me, "limit": 20}
		maps.Copy(params, l.params)
		lists = append(lists, restList{l.name, l.endpoint, params})
	}
	return lists
}

func restNoteID(i int) string { return fmt.Sprintf("9rest%011d", i) }

// rest measures every list of the HTTP API on a database that grows.
func rest(ctx context.Context, b *bench, e *engine) (err error) {
	if err := e.restPeople(ctx); err != nil {
		return err
	}
	node, err := e.node(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, node.stop()) }()
	api, err := dialAPI(ctx, node.port)
	if err != nil {
		return err
	}
	defer api.close()
	sizes, lists := b.restSizes(), e.world.restLists()
	medians := map[string][]float64{}
	have := 0
	for _, size := range sizes {
		began := time.Now()
		if err := e.restNotes(ctx, have, size); err != nil {
			return err
		}
		have = size
		fmt.Fprintf(b.out, "  %d notes (filled in %s)\n", size, time.Since(began).Round(time.Second/10))
		largest := size == sizes[len(sizes)-1]
		for _, l := range lists {
			took, err := restTimes(ctx, api, l)
			if err != nil {
				return err
			}
			medians[l.name] = append(medians[l.name], took.median())
			p50 := result{Case: "rest", Name: fmt.Sprintf("%s, %d notes, p50", l.name, size), Engine: e.name, Unit: "ms", Value: took.median()}
			p99 := result{Case: "rest", Name: fmt.Sprintf("%s, %d notes, p99", l.name, size), Engine: e.name, Unit: "ms", Value: took.at(0.99)}
			if largest {
				p50.Bar, p99.Bar = 3, 10
			}
			b.add(p50)
			b.add(p99)
		}
	}
	for _, l := range lists {
		m := medians[l.name]
		b.add(result{
			Case: "rest", Name: fmt.Sprintf("%s, growth from %d to %d notes", l.name, sizes[len(sizes)-2], sizes[len(sizes)-1]), Engine: e.name, Unit: "×",
			Value: m[len(m)-1] / m[len(m)-2], Bar: 1.5, Goal: 1.1,
		})
	}
	return nil
}

// restTimes asks for a list again and again, after a first time that does not
// count.
func restTimes(ctx context.Context, api *apiClient, l restList) (samples, error) {
	var took samples
	for i := range restCalls + 1 {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		began := time.Now()
		_, at, err := api.call(l.endpoint, l.params)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			took = append(took, float64(at.Sub(began))/float64(time.Millisecond))
		}
	}
	return slices.Clip(took), nil
}

// restPeople gives the viewers their follows, and makes a list, a community
// channel, blocks and mutes.
func (e *engine) restPeople(ctx context.Context) error {
	now := time.Now().UnixMilli()
	w := e.world
	const numbers = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) `
	statements := []string{}
	for i, v := range restViewers {
		me := userID(w.restViewer(i))
		statements = append(statements, fmt.Sprintf("DELETE FROM following WHERE follower_id = '%s'", me))
		if v.follows > 0 {
			statements = append(statements, fmt.Sprintf(`INSERT INTO following (id, created_at, follower_id, followee_id, with_replies, notify) `+numbers+
				`SELECT '9restfollow%d' || (10000 + i), %d, '%s', '9bench00' || (10000000 + %d + i), FALSE, 'none' FROM n`, v.follows-1, i, now, me, v.from))
		}
	}
	me := userID(w.restViewer(1))
	statements = append(statements,
		fmt.Sprintf("INSERT INTO user_list (id, created_at, user_id, name, is_public) VALUES ('9restlist0000000', %d, '%s', 'list', FALSE)", now, me),
		fmt.Sprintf(`INSERT INTO user_list_member (id, created_at, list_id, user_id, with_replies) `+numbers+
			`SELECT '9restmember' || (10000 + i), %d, '9restlist0000000', '9bench00' || (10000000 + i), FALSE FROM n`, restFewBusy-1, now),
		fmt.Sprintf(`INSERT INTO community_channel (id, created_at, last_noted_at, user_id, name, description, banner_url, pinned_note_ids, color, is_archived, is_sensitive, allow_renote_to_extern)
			VALUES ('9restchannel0000', %d, 0, '%s', 'channel', '', '', '[]', '', FALSE, FALSE, TRUE)`, now, me),
		fmt.Sprintf(`INSERT INTO blocking (id, created_at, blocker_id, blockee_id) `+numbers+
			`SELECT '9restblock0' || (10000 + i), %d, '%s', '9bench00' || (10000000 + %d + i) FROM n`, 49, now, me, restBusy),
		fmt.Sprintf(`INSERT INTO muting (id, created_at, muter_id, mutee_id, expires_at) `+numbers+
			`SELECT '9restmute00' || (10000 + i), %d, '%s', '9bench00' || (10000000 + %d + i), 0 FROM n`, 49, now, me, restBusy+100))
	for _, s := range statements {
		if _, err := e.db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("making people who ask for lists: %w", err)
		}
	}
	return nil
}

// restNotes makes the notes from a number to another one. The first are those of
// the silent, whom nobody hears of again. Of the others, one in 50 is in the
// community channel, one in 100 a reply to the first note or a renote of it, one in
// 200 has a file, and one in 1,000 mentions who asks and notifies them.
func (e *engine) restNotes(ctx context.Context, from, to int) error {
	const chunk = 50_000
	me := userID(e.world.restViewer(1))
	now := time.Now().UnixMilli()
	for ; from < to; from += chunk {
		upTo := min(to, from+chunk)
		numbers := fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, from, upTo-1)
		noteID := "'9rest' || substr('00000000000' || i, -11)"
		if e.name == "postgres" {
			noteID = "'9rest' || lpad(i::text, 11, '0')"
		}
		author := fmt.Sprintf("'9bench00' || (10000000 + CASE WHEN i < %d THEN %d + i ELSE i %% %d END)", restSilent, restBusy, restBusy)
		for _, sql := range []string{
			`INSERT INTO note (id, created_at, user_id, user_host, text, visibility, local_only, reaction_acceptance, channel_id, reply_id, reply_user_id, renote_id, renote_user_id,
				thread_id, mentions, visible_user_ids, file_ids, tags, emojis, reactions, uri, url) ` + numbers + fmt.Sprintf(`SELECT %[1]s, %[2]d + i, %[3]s, '',
				'note ' || i || ' says something of a usual length, as notes do, and a little more', 'public', FALSE, '',
				CASE WHEN i %% 50 = 7 THEN '9restchannel0000' END,
				CASE WHEN i %% 100 = 11 THEN '%[4]s' END, CASE WHEN i %% 100 = 11 THEN '%[5]s' END,
				CASE WHEN i %% 100 = 12 THEN '%[4]s' END, CASE WHEN i %% 100 = 12 THEN '%[5]s' END,
				%[1]s, '[]', '[]', CASE WHEN i %% 200 = 13 THEN '["9restfile0000000"]' ELSE '[]' END, '[]', '[]', '{}', '', '' FROM n`,
				noteID, now-int64(to), author, restNoteID(0), userID(restBusy)),
			`INSERT INTO note_addressee (user_id, note_id) ` + numbers + fmt.Sprintf(`SELECT '%s', %s FROM n WHERE i %% 1000 = 17`, me, noteID),
			`INSERT INTO notification (id, created_at, user_id, type, notifier_id, note_id, reaction, message, header, icon) ` + numbers +
				fmt.Sprintf(`SELECT %[1]s, %[2]d + i, '%[3]s', 'mention', %[4]s, %[1]s, '', '', '', '' FROM n WHERE i %% 1000 = 17`, noteID, now-int64(to), me, author),
			`INSERT INTO reaction (id, created_at, note_id, user_id, reaction) ` + numbers +
				fmt.Sprintf(`SELECT %s, %d + i, '%s', '9bench00' || (10000000 + i), '👍' FROM n WHERE i < %d`, noteID, now, restNoteID(0), min(restBusy, e.world.people)),
		} {
			if _, err := e.db.ExecContext(ctx, sql); err != nil {
				return fmt.Errorf("making notes: %w", err)
			}
		}
	}
	if e.name == "postgres" {
		if _, err := e.db.ExecContext(ctx, "VACUUM ANALYZE"); err != nil {
			return fmt.Errorf("analysing: %w", err)
		}
	}
	return nil
}
