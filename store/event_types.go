package store

// The topics that need no id, named as on Misskey's bus.
const (
	TopicNotes     = "notesStream" // type note: a packed note
	TopicInternal  = "internal"    // relation changes and revocations, see Internal*
	TopicBroadcast = "broadcast"   // emojiAdded, emojiUpdated, emojiDeleted, announcementCreated
)

// The prefixes of the topics that end in an id.
const (
	PrefixMain     = "mainStream:"     // + user id
	PrefixNote     = "noteStream:"     // + note id
	PrefixUserList = "userListStream:" // + list id
	PrefixAntenna  = "antennaStream:"  // + antenna id
	PrefixDrive    = "driveStream:"    // + user id
	PrefixAdmin    = "adminStream:"    // + user id
)

// MainTopic is where a user's own events go.
func MainTopic(id UserID) string { return PrefixMain + string(id) }

// NoteTopic is where changes of a note go.
func NoteTopic(id NoteID) string { return PrefixNote + string(id) }

// UserListTopic is where membership changes of a list go.
func UserListTopic(id string) string { return PrefixUserList + id }

// EventNote is the one type of TopicNotes: a packed note.
const EventNote = "note"

// The types of events on a user's own topic (MainTopic), as the channel main
// carries them. The first group has a packed note as its body, the second a
// packed notification, which has its note as the member note.
const (
	MainMention = "mention"
	MainReply   = "reply"
	MainRenote  = "renote"

	MainNotification       = "notification"
	MainUnreadNotification = "unreadNotification"

	MainFollow               = "follow"               // body: the profile of who is followed now
	MainUnfollow             = "unfollow"             // body: the profile of who is no longer followed
	MainFollowed             = "followed"             // body: the new follower
	MainReceiveFollowRequest = "receiveFollowRequest" // body: who asks to follow
	MainMeUpdated            = "meUpdated"            // body: the user's own profile
	MainMyTokenRegenerated   = "myTokenRegenerated"   // no body
	MainReadAllNotifications = "readAllNotifications" // no body
	MainSignin               = "signin"               // body: an entry of the sign-in history
	MainDriveFileCreated     = "driveFileCreated"     // body: a packed file
)

// The types of events on TopicBroadcast. Some clients crash on any other type,
// so no other is sent.
const (
	BroadcastEmojiAdded          = "emojiAdded"
	BroadcastEmojiUpdated        = "emojiUpdated"
	BroadcastEmojiDeleted        = "emojiDeleted"
	BroadcastAnnouncementCreated = "announcementCreated"
)

// The types of events on the topic of a list (UserListTopic); body: a user.
const (
	ListUserAdded   = "userAdded"
	ListUserRemoved = "userRemoved"
)

// DriveFileCreated is the type of the event on PrefixDrive that tells of a new
// file; body: a packed file.
const DriveFileCreated = "fileCreated"

// The types of events on NoteTopic, as in noteUpdated.
const (
	NoteReacted   = "reacted"
	NoteUnreacted = "unreacted"
	NotePollVoted = "pollVoted"
	NoteDeleted   = "deleted"
)

// The types of events on TopicInternal. Their bodies are a RelationChange for
// the first group, a Revocation for the second.
const (
	InternalFollow          = "follow"          // Actor follows Target; WithReplies
	InternalUnfollow        = "unfollow"        // Actor no longer follows Target
	InternalMute            = "mute"            // Actor mutes Target
	InternalUnmute          = "unmute"          //
	InternalRenoteMute      = "renoteMute"      // Actor mutes Target's renotes
	InternalRenoteUnmute    = "renoteUnmute"    //
	InternalBlock           = "blockingCreated" // Actor blocks Target
	InternalUnblock         = "blockingDeleted" //
	InternalMuteInstances   = "muteInstances"   // Actor's muted instances are now Hosts
	InternalFollowChannel   = "followChannel"   // Actor follows the community channel ChannelID
	InternalUnfollowChannel = "unfollowChannel"
	InternalListMember      = "userListMember"        // Target is in Actor's list ListID; WithReplies
	InternalListMemberGone  = "userListMemberRemoved" //
	InternalListGone        = "userListDeleted"       // Actor's list ListID is gone

	InternalTokenRegenerated = "userTokenRegenerated"     // sessions of TokenIDs end
	InternalTokenRevoked     = "userTokenRevoked"         // sessions of TokenIDs end
	InternalSuspended        = "userChangeSuspendedState" // all sessions of UserID end if Gone
	InternalDeleted          = "userChangeDeletedState"   // all sessions of UserID end
)
