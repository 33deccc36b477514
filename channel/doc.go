// Package channel decides which connection is sent which event. It owns the
// kinds of channels, the viewers online on this node, the index from events
// to subscriptions, and the hub that ties them together.
//
// # Ownership
//
// A Hub has shards, each with one goroutine that Hub.Run starts and waits
// for. A user belongs to one shard, by a hash of the id; an anonymous
// connection to any. The shard's goroutine alone touches its viewers, index,
// subscriptions and Extension: there is no lock on the way of an event, and
// no order is promised between shards. (The exception is small: variants of a
// payload are shared by the shards of one event under a mutex, and who is
// online is kept in a map of the hub for the preparation stage.)
//
// Each shard reads one mailbox, in which events (Hub.Deliver) and commands
// (every method of Member) lie in one order. A subscription therefore counts
// from the moment its command lies there. The mailbox is bounded; whoever
// puts something in may wait for the shard, but the shard waits for nobody:
// it does no I/O, and Sink must not block.
//
// # Frames that go out together
//
// Most of what a frame costs is the system call that writes it. A shard that has
// several events or commands before it lets sinks gather what they are sent, and
// flushes them after at most 16 events, or 4,096 frames; with a single one each
// recipient is written to as it is found. A note is offered to candidates in
// blocks: first what the rules will look at is brought into the cache, then the
// rules are asked, then those who take the note are sent it.
//
// # Viewers
//
// A viewer is loaded before Hub.Join answers: registered first, so that
// relation changes are kept back; loaded in the goroutine of a caller, one for
// all who join meanwhile; then what was kept back is replayed and the viewer
// is published. A Member therefore never has a viewer that is not loaded, and
// what a viewer knows is at least as new as the event that is being
// delivered. A caller may also come with relations that were loaded before
// anybody knew whose they are, together with what told it (Preloaded): they are
// used if no shard can have seen a change of that user since, which the hub's
// count of relation events tells. Relation events change viewers in place. A viewer stays for a
// while after its last member left, so that reconnects cost no query.
//
// # Suspended authors
//
// The hub knows who is suspended: Hub.SetSuspended says so at the start and after
// a gap, and events tell what changes. It marks the facts of each event before the
// shards get it, once for all of them, so that the rules of store/visibility need
// not ask; replayed events are marked by who is suspended at the time of the
// replay. This set is the hub's and stands behind a lock.
//
// # Cursors
//
// A client may ask for cursors, per channel; frames of the others are what they
// would be without. Each event comes with its Place in the log. A Cursor has
// what its client saw besides what the shard has delivered; it decides which
// events are news, stamps frames, and lets frames wait while the log is
// replayed. The replay is made from outside, by one goroutine per member, in
// rounds of Hold, Replay and Release: the hub reads no log. What is replayed
// goes the way of what comes by, through the same rules.
//
// # Kinds
//
// One file per channel holds a Kind that registers itself by name. What it
// opens are pure functions over facts: they reach no socket and no database.
// Adding a channel is adding a file.
//
// # Stopping
//
// Ending the context of Hub.Run ends the shards. After that Join answers
// ErrStopped, and everything else does nothing. Connections are closed by
// whoever owns them: a sink is told to close, never closed from here.
//
// # Imports
//
// protocol, store, store/visibility, the positions of store/feed, and the
// standard library. What else wants
// to live in the shards, such as note captures, comes in as an Extension.
package channel
