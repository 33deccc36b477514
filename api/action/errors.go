package action

import "errors"

// Why an action is refused. Each gateway says it in the words of its protocol.
var (
	// ErrNoSuchNote says that there is no such note, or none that the actor may see.
	ErrNoSuchNote = errors.New("no such note")
	// ErrNoSuchUser says that there is no such user.
	ErrNoSuchUser = errors.New("no such user")
	// ErrNoSuchList says that there is no such list, or that it is somebody else's.
	ErrNoSuchList = errors.New("no such list")
	// ErrNoSuchChannel says that there is no such community channel, or none that
	// takes notes.
	ErrNoSuchChannel = errors.New("no such community channel")
	// ErrNoSuchFile says that there is no such file on the actor's drive.
	ErrNoSuchFile = errors.New("no such file on the drive")
	// ErrBlocked says that the other user blocks the actor.
	ErrBlocked = errors.New("blocked by that user")
	// ErrYourself says that nobody does this to themself.
	ErrYourself = errors.New("that user is the actor")
	// ErrNotYours says that what the action is about belongs to somebody else.
	ErrNotYours = errors.New("that belongs to somebody else")
)

// Why a note is not posted.
var (
	ErrNothingToPost          = errors.New("a note without text, files, poll and renote")
	ErrTextTooLong            = errors.New("the text is too long")
	ErrUnknownVisibility      = errors.New("no visibility of that name")
	ErrBadPoll                = errors.New("a poll has two to ten choices, each with a text of its own")
	ErrPollOver               = errors.New("the poll is over")
	ErrNoSuchRenote           = errors.New("there is no such note to renote")
	ErrRenoteOfPureRenote     = errors.New("a pure renote cannot be renoted")
	ErrRenoteVisibility       = errors.New("the note's visibility does not allow a renote")
	ErrRenoteOutsideOfChannel = errors.New("the community channel does not allow renotes outside of it")
	ErrNoSuchReply            = errors.New("there is no such note to reply to")
	ErrReplyToPureRenote      = errors.New("a pure renote cannot be replied to")
	ErrReplyToInvisible       = errors.New("the actor may not see the note to reply to")
	ErrReplyExtendsVisibility = errors.New("a reply to a specified note has to be specified")
	ErrTooManyMentions        = errors.New("too many users are mentioned")
)

// Why a note is not reacted to, or not voted on.
var (
	ErrReactToRenote  = errors.New("a pure renote cannot be reacted to")
	ErrAlreadyReacted = errors.New("the actor gave this reaction already")
	ErrNotReacted     = errors.New("the actor has not reacted")
	ErrNoPoll         = errors.New("the note has no poll")
	ErrNoSuchChoice   = errors.New("the poll has no such choice")
	ErrAlreadyVoted   = errors.New("the actor has voted already")
)

// Why nothing changes between two users.
var (
	ErrAlreadyFollowing = errors.New("the actor follows that user already")
	ErrNotFollowing     = errors.New("there is no such follow")
	ErrNoFollowRequest  = errors.New("there is no such follow request")
	ErrAlreadyBlocking  = errors.New("the actor blocks that user already")
	ErrBlocking         = errors.New("the actor blocks that user")
	ErrNotBlocking      = errors.New("the actor does not block that user")
	ErrAlreadyMuting    = errors.New("the actor mutes that user already")
	ErrNotMuting        = errors.New("the actor does not mute that user")
)

// Why a list stays as it is.
var (
	ErrTooManyLists       = errors.New("the actor has too many lists")
	ErrAlreadyListed      = errors.New("the user is in the list already")
	ErrTooManyListMembers = errors.New("the list has too many members")
)

// Why an account is not made, changed or closed.
var (
	ErrInvalidUsername    = errors.New("not a username")
	ErrInvalidPassword    = errors.New("no password")
	ErrInvalidHost        = errors.New("not the host of a remote user")
	ErrUsernameTaken      = errors.New("the username is taken")
	ErrNotTheFirst        = errors.New("not the first account")
	ErrNoSuchAccount      = errors.New("nobody signs in under that name")
	ErrAccountSuspended   = errors.New("the account is suspended")
	ErrIncorrectPassword  = errors.New("the password is not the actor's")
	ErrCannotSuspendStaff = errors.New("moderators cannot be suspended")
	ErrCannotDeleteAdmin  = errors.New("administrators cannot be deleted")
	ErrNoSuchAvatar       = errors.New("there is no such file for an avatar")
	ErrAvatarNotAnImage   = errors.New("the file for the avatar is not an image")
	ErrNoSuchBanner       = errors.New("there is no such file for a banner")
	ErrBannerNotAnImage   = errors.New("the file for the banner is not an image")
)

// ErrNoFreeSpace says that a file does not fit into the actor's drive.
var ErrNoFreeSpace = errors.New("no free space on the drive")
