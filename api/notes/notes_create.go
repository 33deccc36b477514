package notes

import (
	"context"
	"time"

	"notewire/api/action"
	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

// noteParams are the params of notes/create.
type noteParams struct {
	Visibility         store.Visibility `json:"visibility"`
	VisibleUserIDs     []store.UserID   `json:"visibleUserIds"`
	CW                 *string          `json:"cw"`
	LocalOnly          bool             `json:"localOnly"`
	ReactionAcceptance string           `json:"reactionAcceptance"`
	NoExtractMentions  bool             `json:"noExtractMentions"`
	NoExtractHashtags  bool             `json:"noExtractHashtags"`
	NoExtractEmojis    bool             `json:"noExtractEmojis"`
	ReplyID            store.NoteID     `json:"replyId"`
	RenoteID           store.NoteID     `json:"renoteId"`
	ChannelID          string           `json:"channelId"`
	Text               *string          `json:"text"`
	FileIDs            []string         `json:"fileIds"`
	MediaIDs           []string         `json:"mediaIds"` // what fileIds was called once
	Poll               *pollParams      `json:"poll"`
}

type pollParams struct {
	Choices      []string `json:"choices"`
	Multiple     bool     `json:"multiple"`
	ExpiresAt    *int64   `json:"expiresAt"`    // milliseconds since the epoch
	ExpiredAfter *int64   `json:"expiredAfter"` // milliseconds from now
}

type createdNote struct {
	CreatedNote protocol.Note `json:"createdNote"`
}

// notesCreate posts a note, renotes, quotes or replies.
func notesCreate() endpoint.Endpoint {
	text := func() *schema.Schema { return schema.String().NotEmpty().MaxLength(action.MaxNoteTextLength) }
	files := func() *schema.Schema { return schema.Array(schema.ID()).Unique().Items(1, 16) }
	acceptance := schema.String().OrNull().Enum("likeOnly", "likeOnlyForRemote", "nonSensitiveOnly", "nonSensitiveOnlyForLocalLikeOnlyForRemote")
	return endpoint.Define(endpoint.Meta{
		Name: "notes/create", Credential: true, Permission: "write:notes",
		Limit: &endpoint.Limit{Duration: time.Hour, Max: 300},
		Params: schema.Object(
			schema.Prop("visibility", schema.String().Enum("public", "home", "followers", "specified").Default("public")),
			schema.Prop("visibleUserIds", schema.Array(schema.ID()).Unique()),
			schema.Prop("cw", schema.String().NotEmpty().MaxLength(100).OrNull()),
			schema.Prop("localOnly", schema.Boolean().Default(false)),
			schema.Prop("reactionAcceptance", acceptance),
			schema.Prop("noExtractMentions", schema.Boolean().Default(false)),
			schema.Prop("noExtractHashtags", schema.Boolean().Default(false)),
			schema.Prop("noExtractEmojis", schema.Boolean().Default(false)),
			schema.Prop("replyId", schema.ID().OrNull()),
			schema.Prop("renoteId", schema.ID().OrNull()),
			schema.Prop("channelId", schema.ID().OrNull()),
			schema.Prop("text", text().OrNull()),
			schema.Prop("fileIds", files()),
			schema.Prop("mediaIds", files()),
			schema.Prop("poll", schema.Object(
				schema.Prop("choices", schema.Array(schema.String().NotEmpty().MaxLength(50)).Unique().Items(2, 10)),
				schema.Prop("multiple", schema.Boolean()),
				schema.Prop("expiresAt", schema.Integer().OrNull()),
				schema.Prop("expiredAfter", schema.Integer().AtLeast(1).OrNull()),
			).Require("choices").OrNull()),
		).IfThen(
			// Where there is nothing else, there has to be a text.
			schema.Object(schema.Prop("renoteId", schema.Null()), schema.Prop("fileIds", schema.Null()), schema.Prop("mediaIds", schema.Null()), schema.Prop("poll", schema.Null())),
			schema.Object(schema.Prop("text", text().Pattern(`[^\s]+`))).Require("text"),
		),
		Errors: []*endpoint.Error{
			errNoSuchRenoteTarget, errRenoteOfPureRenote, errRenoteVisibility, errNoSuchReplyTarget, errReplyToInvisible,
			errReplyToPureRenote, errReplyExtendsVisibility, errPollExpiredAlready, errNoSuchChannel, errBlockedByNoteAuthor,
			errNoSuchFile, errRenoteOutsideOfChannel, errTooManyMentions, errNothingToPost,
		},
	}, func(ctx context.Context, c *endpoint.Call, p noteParams) (createdNote, error) {
		n, err := c.Post(ctx, p.post(c.Now))
		return createdNote{n}, err
	})
}

// post is what the action makes a note of.
func (p *noteParams) post(now time.Time) action.PostParams {
	out := action.PostParams{
		Text: p.Text, CW: p.CW, Visibility: p.Visibility, VisibleUserIDs: p.VisibleUserIDs, LocalOnly: p.LocalOnly,
		ReactionAcceptance: p.ReactionAcceptance, ReplyID: p.ReplyID, RenoteID: p.RenoteID, ChannelID: p.ChannelID,
		FileIDs:    p.FileIDs,
		NoMentions: p.NoExtractMentions, NoHashtags: p.NoExtractHashtags, NoEmojis: p.NoExtractEmojis,
	}
	if len(out.FileIDs) == 0 {
		out.FileIDs = p.MediaIDs
	}
	if in := p.Poll; in != nil {
		out.Poll = &action.PollParams{Choices: in.Choices, Multiple: in.Multiple}
		switch {
		case in.ExpiresAt != nil:
			out.Poll.ExpiresAt = time.UnixMilli(*in.ExpiresAt)
		case in.ExpiredAfter != nil:
			out.Poll.ExpiresAt = time.UnixMilli(now.UnixMilli() + *in.ExpiredAfter)
		}
	}
	return out
}
