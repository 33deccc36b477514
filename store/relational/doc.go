// Package relational holds every query of the store, written once for both
// engines over a small Querier and Dialect. The engines (store/postgres,
// store/sqlite) bring connections, transactions and migrations of their own,
// embed DB, and add the event log's reader.
//
// # Contract
//
// DB is safe for concurrent use and reads what is committed. A Tx belongs to
// the goroutine that InTx called. The package starts no goroutine, keeps no
// state beside the functions of OnCommit, and imports store and the standard
// library, no driver.
//
// Errors are wrapped with what was being done and lead back to store's
// sentinels. A write that answers store.ErrConflict or store.ErrIDTaken has
// written nothing and leaves its transaction usable; after any other error the
// transaction is to be rolled back by answering the error to InTx. A text with
// a NUL character is store.ErrBadText on both engines.
//
// Events are the last statement of their transaction, whenever AppendEvents was
// called, and OnCommit's functions run after the commit. So event ids are in
// the order of effects for everything that touches the same rows.
//
// # Order of locks
//
// Transactions take row locks in this order, each kind by id, so that they do
// not deadlock:
//
//	notes → their polls → users → community channels → everything else
//
// A note is locked by whoever answers, renotes, reacts to, votes on or deletes
// it; a user by whoever changes their counts; a list by additions to it. On
// PostgreSQL locks are FOR NO KEY UPDATE, which the foreign keys of other
// transactions do not wait for; on SQLite a writing transaction is alone. A
// handler that calls several methods keeps to the order where it can; where it
// cannot, InTx runs the loser again.
//
// # Columns
//
// Times are milliseconds since the epoch, 0 for the zero time. Lists, maps and
// settings are JSON. Absent ids are NULL, other absent texts empty. Ids are
// compared byte by byte, which on PostgreSQL is their collation (ID_TEXT in
// migrations). AvatarURL, BannerURL of users and BannerURL of community
// channels are kept as they were written: the key of a file, or an address.
//
// # What there is
//
// DB: New, SettleIDs, InTx, OnCommit, Ping, Querier, TouchUser, TouchToken, and
// the Queries, which a Tx has too, and which Reads makes over other
// connections. Lists of notes are lists of ids, candidates that the caller
// filters with store/visibility; NoteBundles loads what is shown.
//
//	users      User Users UserByName UserList HasAdmin PasswordHash Stats SuspendedUserIDs
//	tokens     IdentityByTokenHash AccessByTokenHash AccessesByTokenHash EntryByTokenHash
//	           EntriesByTokenHash Tokens TokenBySession
//	follows    Follow Following Followers FollowRequest FollowRequests HasFollowRequests
//	mutes      Mute Mutes NextMuteExpiry RenoteMutes Block Blocks
//	relations  RelationLists RelationListsOf RelationsTo RelationsBetween
//	lists      List Lists ListMembers
//	notes      Note Notes NoteBundle NoteBundles PureRenoteIDs
//	timelines  HomeIDs LocalIDs HybridIDs GlobalIDs MentionIDs UserNoteIDs ListNoteIDs
//	           ChannelNoteIDs TagNoteIDs ReplyIDs RenoteIDs ChildIDs
//	reactions  Reaction Reactions MyReactions Participations
//	polls      MyVotes VoterIDs NextPollEnd
//	notices    Notifications UnreadNotifications Notified
//	drive      File Files FileByKey FileByMD5 DriveUsage DriveFiles
//	channels   CommunityChannel CommunityChannels FollowsChannel
//	           OwnedChannels FollowedChannels
//	emojis     Emoji Emojis EmojiByName EmojisByNames
//	events     EventFloor
//
// Tx, beside the Queries:
//
//	events     AppendEvents
//	users      CreateUser UserForUpdate UpdateUser SetPasswordHash
//	tokens     CreateToken DeleteTokens
//	follows    CreateFollow UpdateFollow DeleteFollow CreateFollowRequest DeleteFollowRequest
//	mutes      CreateMute DeleteMute TakeExpiredMutes CreateRenoteMute DeleteRenoteMute
//	           CreateBlock DeleteBlock
//	lists      CreateList UpdateList DeleteList CreateListMember UpdateListMember DeleteListMember
//	notes      CreateNote DeleteNotes
//	reactions  CreateReaction DeleteReaction
//	polls      CreateVote LockPollEnd EndPoll
//	notices    CreateNotification ReadNotifications DeleteNotifications
//	drive      CreateFile MarkFileSensitive DeleteFile
//	channels   CreateCommunityChannel UpdateCommunityChannel FollowChannel UnfollowChannel
//	emojis     CreateEmoji
package relational
