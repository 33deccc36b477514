package api

import (
	"context"
	"time"

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
func notesCreate() endpoint {
	text := func() *schema { return str().upTo(maxNoteTextLength) }
	files := func() *schema { return array(id()).noTwice().count(1, 16) }
	acceptance := str().orNull().or(nil)
	acceptance.enum = []any{nil, "likeOnly", "likeOnlyForRemote", "nonSensitiveOnly", "nonSensitiveOnlyForLocalLikeOnlyForRemote"}
	return define(meta{
		name: "notes/create", credential: true, permission: "write:notes",
		limit: &limit{duration: time.Hour, max: 300},
		params: object(
			field("visibility", str().oneOfStrings("public", "home", "followers", "specified").or("public")),
			field("visibleUserIds", array(id()).noTwice()),
			field("cw", str().upTo(100).orNull()),
			field("localOnly", boolean().or(false)),
			field("reactionAcceptance", acceptance),
			field("noExtractMentions", boolean().or(false)),
			field("noExtractHashtags", boolean().or(false)),
			field("noExtractEmojis", boolean().or(false)),
			field("replyId", id().orNull()),
			field("renoteId", id().orNull()),
			field("channelId", id().orNull()),
			field("text", text().orNull()),
			field("fileIds", files()),
			field("mediaIds", files()),
			field("poll", object(
				field("choices", array(str().upTo(50)).noTwice().count(2, 10)),
				field("multiple", boolean()),
				field("expiresAt", integer().orNull()),
				field("expiredAfter", integer().atLeast(1).orNull()),
			).require("choices").orNull()),
		).ifThen(
			// Where there is nothing else, there has to be a text.
			object(field("renoteId", null()), field("fileIds", null()), field("mediaIds", null()), field("poll", null())),
			object(field("text", text().matching(`[^\s]+`))).require("text"),
		),
		errors: []*Error{
			errNoSuchRenoteTarget, errRenoteOfPureRenote, errRenoteVisibility, errNoSuchReplyTarget, errReplyToInvisible,
			errReplyToPureRenote, errReplyExtendsVisibility, errPollExpiredAlready, errNoSuchChannel, errBlockedByNoteAuthor,
			errNoSuchFile, errRenoteOutsideOfChannel, errTooManyMentions,
		},
	}, func(ctx context.Context, c *Call, p noteParams) (createdNote, error) {
		n, err := c.post(ctx, p)
		return createdNote{n}, err
	})
}
