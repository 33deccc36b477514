package notes

import (
	"notewire/api/action"
	"notewire/api/endpoint"
)

// The errors about notes, with Misskey's ids: one for each place that fails,
// even where code and message are the same.
var (
	errNoSuchRenoteTarget     = endpoint.ClientError("No such renote target.", "NO_SUCH_RENOTE_TARGET", "b5c90186-4ab0-49c8-9bba-a1f76c282ba4").For(action.ErrNoSuchRenote)
	errRenoteOfPureRenote     = endpoint.ClientError("You can not Renote a pure Renote.", "CANNOT_RENOTE_TO_A_PURE_RENOTE", "fd4cc33e-2a37-48dd-99cc-9b806eb2031a").For(action.ErrRenoteOfPureRenote)
	errRenoteVisibility       = endpoint.ClientError("You can not Renote due to target visibility.", "CANNOT_RENOTE_DUE_TO_VISIBILITY", "be9529e9-fe72-4de0-ae43-0b363c4938af").For(action.ErrRenoteVisibility)
	errRenoteOutsideOfChannel = endpoint.ClientError("Cannot renote outside of channel.", "CANNOT_RENOTE_OUTSIDE_OF_CHANNEL", "33510210-8452-094c-6227-4a6c05d99f00").For(action.ErrRenoteOutsideOfChannel)
	errNoSuchReplyTarget      = endpoint.ClientError("No such reply target.", "NO_SUCH_REPLY_TARGET", "749ee0f6-d3da-459a-bf02-282e2da4292c").For(action.ErrNoSuchReply)
	errReplyToInvisible       = endpoint.ClientError("You cannot reply to an invisible Note.", "CANNOT_REPLY_TO_AN_INVISIBLE_NOTE", "b98980fa-3780-406c-a935-b6d0eeee10d1").For(action.ErrReplyToInvisible)
	errReplyToPureRenote      = endpoint.ClientError("You can not reply to a pure Renote.", "CANNOT_REPLY_TO_A_PURE_RENOTE", "3ac74a84-8fd5-4bb0-870f-01804f82ce15").For(action.ErrReplyToPureRenote)
	errReplyExtendsVisibility = endpoint.ClientError("You cannot reply to a specified visibility note with extended visibility.",
		"CANNOT_REPLY_TO_SPECIFIED_VISIBILITY_NOTE_WITH_EXTENDED_VISIBILITY", "ed940410-535c-4d5e-bfa3-af798671e93c").For(action.ErrReplyExtendsVisibility)
	errPollExpiredAlready  = endpoint.ClientError("Poll is already expired.", "CANNOT_CREATE_ALREADY_EXPIRED_POLL", "04da457d-b083-4055-9082-955525eda5a5").For(action.ErrPollOver)
	errNoSuchChannel       = endpoint.ClientError("No such channel.", "NO_SUCH_CHANNEL", "b1653923-5453-4edc-b786-7c4f39bb0bbb").For(action.ErrNoSuchChannel)
	errBlockedByNoteAuthor = endpoint.ClientError("You have been blocked by this user.", "YOU_HAVE_BEEN_BLOCKED", "b390d7e1-8a5e-46ed-b625-06271cafd3d3").For(action.ErrBlocked)
	errNoSuchFile          = endpoint.ClientError("Some files are not found.", "NO_SUCH_FILE", "b6992544-63e7-67f0-fa7f-32444b1b5306").For(action.ErrNoSuchFile)
	errTooManyMentions     = endpoint.ClientError("Cannot post because it exceeds the allowed number of mentions.", "CONTAINS_TOO_MANY_MENTIONS", "4de0363a-3046-481b-9b0f-feff3e211025").For(action.ErrTooManyMentions)

	errNoSuchNoteToDelete = endpoint.ClientError("No such note.", "NO_SUCH_NOTE", "490be23f-8c1f-4796-819f-94cb4f9d1630").For(action.ErrNoSuchNote)
	errNotYourNote        = endpoint.ClientError("Access denied.", "ACCESS_DENIED", "fe8d7103-0ea8-4ec3-814d-f8b401dc69e9").For(action.ErrNotYours)
	errNoSuchNoteToShow   = endpoint.ClientError("No such note.", "NO_SUCH_NOTE", "24fcbfc6-2e37-42b6-8388-c29b3861a08d")
	errNoSuchRenotedNote  = endpoint.ClientError("No such note.", "NO_SUCH_NOTE", "efd4a259-2442-496b-8dd7-b255aa1a160f").For(action.ErrNoSuchNote)

	errNoSuchReactionNote = endpoint.ClientError("No such note.", "NO_SUCH_NOTE", "033d0620-5bfe-4027-965d-980b0c85a3ea").For(action.ErrNoSuchNote)
	errAlreadyReacted     = endpoint.ClientError("You are already reacting to that note.", "ALREADY_REACTED", "71efcf98-86d6-4e2b-b2ad-9d032369366b").For(action.ErrAlreadyReacted)
	errBlockedFromReact   = endpoint.ClientError("You cannot react this note because you have been blocked by this user.", "YOU_HAVE_BEEN_BLOCKED", "20ef5475-9f38-4e4c-bd33-de6d979498ec").For(action.ErrBlocked)
	errReactToRenote      = endpoint.ClientError("You cannot react to Renote.", "CANNOT_REACT_TO_RENOTE", "eaccdc08-ddef-43fe-908f-d108faad57f5").For(action.ErrReactToRenote)
	errNoSuchReactedNote  = endpoint.ClientError("No such note.", "NO_SUCH_NOTE", "764d9fce-f9f2-4a0e-92b1-6ceac9a7ad37").For(action.ErrNoSuchNote)
	errNotReacted         = endpoint.ClientError("You are not reacting to that note.", "NOT_REACTED", "92f4426d-4196-4125-aa5b-02943e2ec8fc").For(action.ErrNotReacted)
	errNoReactionsOfNote  = endpoint.ClientError("No such note.", "NO_SUCH_NOTE", "263fff3d-d0e1-4af4-bea7-8408059b451a").For(action.ErrNoSuchNote)

	errNoSuchPollNote  = endpoint.ClientError("No such note.", "NO_SUCH_NOTE", "ecafbd2e-c283-4d6d-aecb-1a0a33b75396").For(action.ErrNoSuchNote)
	errNoPoll          = endpoint.ClientError("The note does not attach a poll.", "NO_POLL", "5f979967-52d9-4314-a911-1c673727f92f").For(action.ErrNoPoll)
	errInvalidChoice   = endpoint.ClientError("Choice ID is invalid.", "INVALID_CHOICE", "e0cc9a04-f2e8-41e4-a5f1-4127293260cc").For(action.ErrNoSuchChoice)
	errAlreadyVoted    = endpoint.ClientError("You have already voted.", "ALREADY_VOTED", "0963fc77-efac-419b-9424-b391608dc6d8").For(action.ErrAlreadyVoted)
	errPollOver        = endpoint.ClientError("The poll is already expired.", "ALREADY_EXPIRED", "1022a357-b085-4054-9083-8f8de358337e").For(action.ErrPollOver)
	errBlockedFromVote = endpoint.ClientError("You cannot vote this poll because you have been blocked by this user.", "YOU_HAVE_BEEN_BLOCKED", "85a5377e-b1e9-4617-b0b9-5bea73331e49").For(action.ErrBlocked)

	errLocalRepliesAndFiles  = endpoint.ClientError("Specifying both withReplies and withFiles is not supported", "BOTH_WITH_REPLIES_AND_WITH_FILES", "dd9c8400-1cb5-4eef-8a31-200c5f933793")
	errHybridRepliesAndFiles = endpoint.ClientError("Specifying both withReplies and withFiles is not supported", "BOTH_WITH_REPLIES_AND_WITH_FILES", "dfaa3eb7-8002-4cb7-bcc4-1095df46656f")
	errNoRenotesOfNote       = endpoint.ClientError("No such note.", "NO_SUCH_NOTE", "12908022-2e21-46cd-ba6a-3edaf6093f46").For(action.ErrNoSuchNote)
	errNoConversationOfNote  = endpoint.ClientError("No such note.", "NO_SUCH_NOTE", "e1035875-9551-45ec-afa8-1ded1fcb53c8").For(action.ErrNoSuchNote)
	errNoTimelineOfList      = endpoint.ClientError("No such list.", "NO_SUCH_LIST", "8fb1fbd5-e476-4c37-9fb0-43d55b63a2ff").For(action.ErrNoSuchList)
)

// errNothingToPost says the same as the schema where a text is none after all:
// one of nothing but NUL characters, which nothing can keep.
var errNothingToPost = endpoint.InvalidParam("#/then/properties/text/pattern", `must match pattern "[^\s]+"`).For(action.ErrNothingToPost)
