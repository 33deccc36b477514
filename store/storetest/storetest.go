package storetest

import (
	"context"
	"testing"

	"notewire/store"
	"notewire/store/feed"
	"notewire/store/relational"
)

// Node is one process's access to a database.
type Node struct {
	DB *relational.DB
	Schema
	Source  feed.Source // the event log, for its reader
	Streams StreamReads
	Conns   int // how many reads DB can have under way
}

// StreamReads is what /streaming reads, over connections of its own.
type StreamReads interface {
	AccessByTokenHash(ctx context.Context, hash store.TokenHash) (*store.Access, error)
	RelationLists(ctx context.Context, user store.UserID) (*store.RelationLists, error)
	Participations(ctx context.Context, reacted, voted []store.NoteID, users []store.UserID) (map[store.UserID]map[store.NoteID]store.Participation, error)
	Read(ctx context.Context, after int64, skipped []feed.Range, limit int) (feed.Read, error)
	Identity(ctx context.Context) (feed.Identity, error)
	EventFloor(ctx context.Context, through int64, n int) (int64, error)
}

// Schema is what the engines do to a database's tables.
type Schema interface {
	Migrate(ctx context.Context) error
	Version(ctx context.Context) (have, want int64, err error)
}

// Database is a database for one test.
type Database struct {
	// Open makes a node of its own, with its own connections. It fails the test
	// if it cannot, and closes the node at the test's end.
	Open func(t *testing.T) Node
}

// Run exercises an engine. Each test gets a new database, removed at its end:
// an empty one, or one that may be migrated already, which the engine can copy
// where migrating takes long.
func Run(t *testing.T, empty, migrated func(t *testing.T) Database) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, d Database)
	}{
		{"MigrateFromEmpty", testMigrateFromEmpty},
		{"MigrateManyNodesAtOnce", testMigrateManyNodes},
		{"MigrateRefusesNewer", testMigrateRefusesNewer},
		{"ReservedReads", testReservedReads},
		{"SettleIDs", testSettleIDs},
		{"SettleIDsByDefault", testSettleIDsByDefault},
		{"ShortIDsOfManyProcesses", testShortIDs},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, empty(t)) })
	}
	for _, c := range []struct {
		name string
		test func(w *world)
	}{
		{"AccessOfClosedAccounts", testAccessOfClosedAccounts},
		{"Blocks", testBlocks},
		{"Bundles", testBundles},
		{"BundlesOfManyLevels", testBundleLevels},
		{"Children", testChildren},
		{"CommunityChannels", testCommunityChannels},
		{"CommunityChannelsOfUser", testChannelLists},
		{"DatesOfShortIDs", testDatesOfShortIDs},
		{"Emojis", testEmojis},
		{"EventFloor", testEventFloor},
		{"EventsInOneTransaction", testEvents},
		{"EventsOnlyOfCommitted", testEventsRolledBack},
		{"EventsRefused", testEventsRefused},
		{"Files", testFiles},
		{"FilesOfDrive", testDriveFiles},
		{"FirstAccountIsAdmin", testFirstAccount},
		{"FollowRequests", testFollowRequests},
		{"Follows", testFollows},
		{"FollowsAtOnce", testFollowsAtOnce},
		{"IDTaken", testIDTaken},
		{"Lists", testLists},
		{"ManyAtOnce", testManyAtOnce},
		{"ManyConnects", testManyConnects},
		{"ManyWithABadOne", testManyWithABadOne},
		{"Mutes", testMutes},
		{"MutesExpire", testMutesExpire},
		{"NoteCounts", testNoteCounts},
		{"NoteDeletion", testNoteDeletion},
		{"NoteDeletionAtOnce", testNoteDeletionAtOnce},
		{"NULIsRefused", testNUL},
		{"NotesKeepEverything", testNoteRoundTrip},
		{"Notifications", testNotifications},
		{"Pages", testPages},
		{"PollsEndOnce", testPollsEndOnce},
		{"Reactions", testReactions},
		{"ReactionsAtOnce", testReactionsAtOnce},
		{"RelationLists", testRelationLists},
		{"RelationListsNotConfused", testRelationListsNotConfused},
		{"Relations", testRelations},
		{"RelationsBetween", testRelationsBetween},
		{"RenoteMutes", testRenoteMutes},
		{"Stats", testStats},
		{"SuspendedAuthors", testSuspended},
		{"TimelinesOfARandomWorld", testRandomTimelines},
		{"Timelines", testTimelines},
		{"Tokens", testTokens},
		{"TransactionsAfterConflict", testConflictLeavesTransaction},
		{"TransactionsRollBack", testRollBack},
		{"UserNotes", testUserNotes},
		{"Users", testUsers},
		{"Votes", testVotes},
		{"Participations", testParticipations},
		{"VotesAtOnce", testVotesAtOnce},
		{"Wakes", testWakes},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(newWorld(t, migrated(t))) })
	}
}
