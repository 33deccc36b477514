package action

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"notewire/api/mfm"
	trimming "notewire/api/text"
	"notewire/protocol"
	"notewire/store"
	"notewire/store/visibility"
)

// maxMentions is how many users one note may mention, Misskey's default.
const maxMentions = 20

// lastPollEnd is the end of the year 9999, in milliseconds since the epoch. What
// ends later, ends never: clients cannot read the date.
const lastPollEnd = 253402300799999

// maxNames bounds how many names in one note are looked up. Only existing
// users count as mentions, so a note may have more names than maxMentions.
const maxNames = 100

// post is a note in the making: what the rules need, and what comes of it.
type post struct {
	by     *Actor
	params PostParams

	note    store.Note
	files   []*store.File
	channel *store.CommunityChannel
	reply   *store.NoteBundle // as the author sees it; nil: none
	renote  *store.NoteBundle

	mentioned []*store.User // in the order in which they are told
}

// Post makes a note and answers it as its author gets it. It fails with one of
// the errors above that say why a note is not posted, with ErrNoSuchFile,
// ErrNoSuchChannel or ErrBlocked.
// Everything is read before the transaction, which only locks,
// writes and tells. The note's id is in what it tells, so that with an id that is
// taken all of it is made again.
func (a *Actor) Post(ctx context.Context, params PostParams) (note protocol.Note, err error) {
	err = a.withFreshIDs(ctx, func(ctx context.Context) (err error) {
		note, err = a.tryPost(ctx, params)
		return err
	})
	return note, err
}

func (a *Actor) tryPost(ctx context.Context, params PostParams) (protocol.Note, error) {
	p := &post{by: a, params: params}
	for _, step := range []func(context.Context) error{p.check, p.begin, p.addFiles, p.addRenote, p.addReply, p.addPoll, p.addChannel, p.addText, p.settleVisibility, p.addMentions} {
		if err := step(ctx); err != nil {
			return protocol.Note{}, err
		}
	}
	bundle := p.bundle()
	facts := bundle.Facts()
	v, err := a.Visibility(ctx, facts.Authors()...)
	if err != nil {
		return protocol.Note{}, err
	}
	if err := p.write(ctx, anybodys(bundle), facts); err != nil {
		return protocol.Note{}, err
	}
	return PresentNote(a.Packer(), v, bundle), nil
}

func (p *post) begin(context.Context) error {
	me := p.by.Viewer()
	p.note = store.Note{
		ID:        store.NoteID(p.by.newID()),
		CreatedAt: p.by.Now.Truncate(time.Millisecond),
		UserID:    me.ID, UserHost: me.Host,
		CW:                 p.params.CW,
		Visibility:         p.params.Visibility,
		LocalOnly:          p.params.LocalOnly,
		ReactionAcceptance: p.params.ReactionAcceptance,
	}
	p.note.ThreadID = p.note.ID
	return nil
}

// addFiles takes files of the author's own only.
func (p *post) addFiles(ctx context.Context) error {
	ids := p.params.FileIDs
	if len(ids) == 0 {
		return nil
	}
	files, err := p.by.Store().Files(ctx, ids)
	if err != nil {
		return fmt.Errorf("looking up files: %w", err)
	}
	if len(files) != len(ids) || slices.ContainsFunc(files, func(f *store.File) bool { return f.UserID != p.note.UserID }) {
		return ErrNoSuchFile
	}
	p.files, p.note.FileIDs = files, ids
	return nil
}

// target loads the note that is renoted or replied to, and what the author of
// the post has to do with its author; missing is the answer if there is none.
func (p *post) target(ctx context.Context, id store.NoteID, missing error) (*store.NoteBundle, visibility.Viewer, error) {
	b, err := p.by.bundle(ctx, id, p.note.UserID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, missing
	}
	if err != nil {
		return nil, nil, err
	}
	v, err := p.by.Visibility(ctx, b.Note.UserID)
	return b, v, err
}

func (p *post) addRenote(ctx context.Context) error {
	if p.params.RenoteID == "" {
		return nil
	}
	b, v, err := p.target(ctx, p.params.RenoteID, ErrNoSuchRenote)
	if err != nil {
		return err
	}
	n := b.Note
	mine := n.UserID == p.note.UserID
	switch {
	case n.IsPureRenote():
		return ErrRenoteOfPureRenote
	case !mine && v.BlockedBy(n.UserID):
		return ErrBlocked
	case n.Visibility == store.Specified, n.Visibility == store.Followers && !mine:
		return ErrRenoteVisibility
	}
	if n.ChannelID != "" && n.ChannelID != p.params.ChannelID {
		if b.Channel == nil {
			return ErrNoSuchChannel
		}
		if !b.Channel.AllowRenoteToExtern {
			return ErrRenoteOutsideOfChannel
		}
	}
	p.renote, p.note.RenoteID, p.note.RenoteUserID = b, n.ID, n.UserID
	return nil
}

func (p *post) addReply(ctx context.Context) error {
	if p.params.ReplyID == "" {
		return nil
	}
	b, v, err := p.target(ctx, p.params.ReplyID, ErrNoSuchReply)
	if err != nil {
		return err
	}
	n := b.Note
	audience := n.Audience()
	switch {
	case n.IsPureRenote():
		return ErrReplyToPureRenote
	case !visibility.MaySee(v, &audience):
		return ErrReplyToInvisible
	case n.Visibility == store.Specified && p.params.Visibility != store.Specified:
		return ErrReplyExtendsVisibility
	case n.UserID != p.note.UserID && v.BlockedBy(n.UserID):
		return ErrBlocked
	}
	p.reply, p.note.ReplyID, p.note.ReplyUserID, p.note.ThreadID = b, n.ID, n.UserID, n.ThreadID
	return nil
}

func (p *post) addPoll(context.Context) error {
	in := p.params.Poll
	if in == nil {
		return nil
	}
	poll := &store.Poll{Choices: in.Choices, Votes: make([]int, len(in.Choices)), Multiple: in.Multiple}
	if !in.ExpiresAt.IsZero() {
		if in.ExpiresAt.UnixMilli() < p.by.Now.UnixMilli() {
			return ErrPollOver
		}
		if in.ExpiresAt.UnixMilli() <= lastPollEnd {
			poll.ExpiresAt = in.ExpiresAt.UTC()
		}
	}
	p.note.Poll = poll
	return nil
}

// addChannel puts the note into the channel that was asked for. An answer
// stays where the conversation is, whatever was asked for.
func (p *post) addChannel(ctx context.Context) error {
	id := p.params.ChannelID
	if id != "" {
		channel, err := p.openChannel(ctx, id)
		if err != nil {
			return err
		}
		p.channel = channel
	}
	if p.reply != nil && p.reply.Note.ChannelID != id {
		p.channel = p.reply.Channel
	}
	if p.channel != nil {
		p.note.ChannelID = p.channel.ID
	}
	return nil
}

func (p *post) openChannel(ctx context.Context, id string) (*store.CommunityChannel, error) {
	channel, err := p.by.Store().CommunityChannel(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNoSuchChannel
	}
	if err != nil {
		return nil, fmt.Errorf("looking up a channel: %w", err)
	}
	if channel.IsArchived {
		return nil, ErrNoSuchChannel
	}
	return channel, nil
}

// addText trims the text as JavaScript does. What then is empty is no text, and
// has to stand beside something else. NUL characters, which nothing can keep, count
// for a text until then.
func (p *post) addText(context.Context) error {
	if p.params.Text == nil {
		return nil
	}
	trimmed := trimming.Trim(*p.params.Text)
	if trimmed != "" {
		p.note.Text = &trimmed
	} else if n := &p.note; n.RenoteID == "" && len(n.FileIDs) == 0 && n.Poll == nil {
		return ErrNothingToPost
	}
	return nil
}

// settleVisibility lowers what the author asked for to what the rules allow:
// docs/protocol.md, "Making a note".
func (p *post) settleVisibility(context.Context) error {
	n := &p.note
	if p.channel != nil {
		n.Visibility, n.LocalOnly = store.Public, true
	}
	if p.renote != nil {
		switch r := p.renote.Note; {
		case r.Visibility == store.Home && n.Visibility == store.Public:
			n.Visibility = store.Home
		case r.Visibility == store.Followers && n.Visibility != store.Specified: // one's own
			n.Visibility = store.Followers
		}
		n.LocalOnly = n.LocalOnly || p.renote.Note.LocalOnly
	}
	if p.reply != nil {
		if p.reply.Note.Visibility != store.Public && n.Visibility == store.Public {
			n.Visibility = store.Home
		}
		n.LocalOnly = n.LocalOnly || p.reply.Note.LocalOnly
	}
	return nil
}

// addMentions finds who is addressed: in the text, by replying, and by name in
// a specified note; and hashtags and emojis on the way.
func (p *post) addMentions(ctx context.Context) error {
	n := &p.note
	texts := make([]string, 0, 2)
	if n.Text != nil {
		texts = append(texts, *n.Text)
	}
	if n.CW != nil {
		texts = append(texts, *n.CW)
	}
	if n.Poll != nil {
		texts = append(texts, n.Poll.Choices...)
	}
	found := mfm.Extract(texts...)
	if !p.params.NoHashtags {
		n.Tags = found.Tags
	}
	if !p.params.NoEmojis {
		n.Emojis = found.Emojis
	}
	if !p.params.NoMentions {
		for i, name := range found.Mentions {
			if i == maxNames {
				break
			}
			u, err := p.by.named(ctx, name)
			if err != nil {
				return err
			}
			p.mention(u)
		}
	}
	if p.reply != nil && p.reply.Note.UserID != n.UserID {
		p.mention(p.reply.User)
	}
	if n.Visibility == store.Specified {
		visible, err := p.by.Store().Users(ctx, p.params.VisibleUserIDs)
		if err != nil {
			return fmt.Errorf("looking up visible users: %w", err)
		}
		for _, u := range visible {
			p.mention(u)
			addOnce(&n.VisibleUserIDs, u.ID)
		}
		if p.reply != nil {
			addOnce(&n.VisibleUserIDs, p.reply.Note.UserID)
		}
	}
	if len(p.mentioned) > maxMentions {
		return ErrTooManyMentions
	}
	for _, u := range p.mentioned {
		n.Mentions = append(n.Mentions, u.ID)
	}
	return nil
}

// mention adds a user once; nil is nobody.
func (p *post) mention(u *store.User) {
	if u != nil && !slices.ContainsFunc(p.mentioned, func(m *store.User) bool { return m.ID == u.ID }) {
		p.mentioned = append(p.mentioned, u)
	}
}

// named is the user that a text names; nil: there is none. Without a host the
// name is taken to be of the author's own.
func (a *Actor) named(ctx context.Context, name mfm.Mention) (*store.User, error) {
	host := name.Host
	switch host {
	case "":
		host = a.Viewer().Host
	case strings.ToLower(a.Host()):
		host = ""
	}
	u, err := a.Store().UserByName(ctx, name.Username, host)
	if errors.Is(err, store.ErrNotFound) || err == nil && u.IsDeleted {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking up who is mentioned: %w", err)
	}
	return u, nil
}

// addOnce appends a value that is not in the list.
func addOnce[T comparable](list *[]T, v T) {
	if !slices.Contains(*list, v) {
		*list = append(*list, v)
	}
}
