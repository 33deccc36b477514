package api

// The errors about notes, with Misskey's ids: one for each place that fails,
// even where code and message are the same.
var (
	errNoSuchRenoteTarget     = clientError("No such renote target.", "NO_SUCH_RENOTE_TARGET", "b5c90186-4ab0-49c8-9bba-a1f76c282ba4")
	errRenoteOfPureRenote     = clientError("You can not Renote a pure Renote.", "CANNOT_RENOTE_TO_A_PURE_RENOTE", "fd4cc33e-2a37-48dd-99cc-9b806eb2031a")
	errRenoteVisibility       = clientError("You can not Renote due to target visibility.", "CANNOT_RENOTE_DUE_TO_VISIBILITY", "be9529e9-fe72-4de0-ae43-0b363c4938af")
	errRenoteOutsideOfChannel = clientError("Cannot renote outside of channel.", "CANNOT_RENOTE_OUTSIDE_OF_CHANNEL", "33510210-8452-094c-6227-4a6c05d99f00")
	errNoSuchReplyTarget      = clientError("No such reply target.", "NO_SUCH_REPLY_TARGET", "749ee0f6-d3da-459a-bf02-282e2da4292c")
	errReplyToInvisible       = clientError("You cannot reply to an invisible Note.", "CANNOT_REPLY_TO_AN_INVISIBLE_NOTE", "b98980fa-3780-406c-a935-b6d0eeee10d1")
	errReplyToPureRenote      = clientError("You can not reply to a pure Renote.", "CANNOT_REPLY_TO_A_PURE_RENOTE", "3ac74a84-8fd5-4bb0-870f-01804f82ce15")
	errReplyExtendsVisibility = clientError("You cannot reply to a specified visibility note with extended visibility.",
		"CANNOT_REPLY_TO_SPECIFIED_VISIBILITY_NOTE_WITH_EXTENDED_VISIBILITY", "ed940410-535c-4d5e-bfa3-af798671e93c")
	errPollExpiredAlready  = clientError("Poll is already expired.", "CANNOT_CREATE_ALREADY_EXPIRED_POLL", "04da457d-b083-4055-9082-955525eda5a5")
	errNoSuchChannel       = clientError("No such channel.", "NO_SUCH_CHANNEL", "b1653923-5453-4edc-b786-7c4f39bb0bbb")
	errBlockedByNoteAuthor = clientError("You have been blocked by this user.", "YOU_HAVE_BEEN_BLOCKED", "b390d7e1-8a5e-46ed-b625-06271cafd3d3")
	errNoSuchFile          = clientError("Some files are not found.", "NO_SUCH_FILE", "b6992544-63e7-67f0-fa7f-32444b1b5306")
	errTooManyMentions     = clientError("Cannot post because it exceeds the allowed number of mentions.", "CONTAINS_TOO_MANY_MENTIONS", "4de0363a-3046-481b-9b0f-feff3e211025")

	errNoSuchNoteToDelete = clientError("No such note.", "NO_SUCH_NOTE", "490be23f-8c1f-4796-819f-94cb4f9d1630")
	errNotYourNote        = clientError("Access denied.", "ACCESS_DENIED", "fe8d7103-0ea8-4ec3-814d-f8b401dc69e9")
	errNoSuchNoteToShow   = clientError("No such note.", "NO_SUCH_NOTE", "24fcbfc6-2e37-42b6-8388-c29b3861a08d")
	errNoSuchRenotedNote  = clientError("No such note.", "NO_SUCH_NOTE", "efd4a259-2442-496b-8dd7-b255aa1a160f")

	errNoSuchReactionNote = clientError("No such note.", "NO_SUCH_NOTE", "033d0620-5bfe-4027-965d-980b0c85a3ea")
	errAlreadyReacted     = clientError("You are already reacting to that note.", "ALREADY_REACTED", "71efcf98-86d6-4e2b-b2ad-9d032369366b")
	errBlockedFromReact   = clientError("You cannot react this note because you have been blocked by this user.", "YOU_HAVE_BEEN_BLOCKED", "20ef5475-9f38-4e4c-bd33-de6d979498ec")
	errReactToRenote      = clientError("You cannot react to Renote.", "CANNOT_REACT_TO_RENOTE", "eaccdc08-ddef-43fe-908f-d108faad57f5")
	errNoSuchReactedNote  = clientError("No such note.", "NO_SUCH_NOTE", "764d9fce-f9f2-4a0e-92b1-6ceac9a7ad37")
	errNotReacted         = clientError("You are not reacting to that note.", "NOT_REACTED", "92f4426d-4196-4125-aa5b-02943e2ec8fc")
	errNoReactionsOfNote  = clientError("No such note.", "NO_SUCH_NOTE", "263fff3d-d0e1-4af4-bea7-8408059b451a")

	errNoSuchPollNote  = clientError("No such note.", "NO_SUCH_NOTE", "ecafbd2e-c283-4d6d-aecb-1a0a33b75396")
	errNoPoll          = clientError("The note does not attach a poll.", "NO_POLL", "5f979967-52d9-4314-a911-1c673727f92f")
	errInvalidChoice   = clientError("Choice ID is invalid.", "INVALID_CHOICE", "e0cc9a04-f2e8-41e4-a5f1-4127293260cc")
	errAlreadyVoted    = clientError("You have already voted.", "ALREADY_VOTED", "0963fc77-efac-419b-9424-b391608dc6d8")
	errPollOver        = clientError("The poll is already expired.", "ALREADY_EXPIRED", "1022a357-b085-4054-9083-8f8de358337e")
	errBlockedFromVote = clientError("You cannot vote this poll because you have been blocked by this user.", "YOU_HAVE_BEEN_BLOCKED", "85a5377e-b1e9-4617-b0b9-5bea73331e49")

	errLocalRepliesAndFiles  = clientError("Specifying both withReplies and withFiles is not supported", "BOTH_WITH_REPLIES_AND_WITH_FILES", "dd9c8400-1cb5-4eef-8a31-200c5f933793")
	errHybridRepliesAndFiles = clientError("Specifying both withReplies and withFiles is not supported", "BOTH_WITH_REPLIES_AND_WITH_FILES", "dfaa3eb7-8002-4cb7-bcc4-1095df46656f")
	errUserRepliesAndFiles   = clientError("Specifying both withReplies and withFiles is not supported", "BOTH_WITH_REPLIES_AND_WITH_FILES", "91c8cb9f-36ed-46e7-9ca2-7df96ed6e222")
	errNoNotesOfUser         = clientError("No such user.", "NO_SUCH_USER", "27e494ba-2ac2-48e8-893b-10d4d8c2387b")
	errNoRenotesOfNote       = clientError("No such note.", "NO_SUCH_NOTE", "12908022-2e21-46cd-ba6a-3edaf6093f46")
	errNoConversationOfNote  = clientError("No such note.", "NO_SUCH_NOTE", "e1035875-9551-45ec-afa8-1ded1fcb53c8")
	errNoTimelineOfList      = clientError("No such list.", "NO_SUCH_LIST", "8fb1fbd5-e476-4c37-9fb0-43d55b63a2ff")
)
