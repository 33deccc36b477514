package store

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

// The types of events on TopicBroadcast. Clients die of others.
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
