// Package channel is the hub: it decides which connection is sent which event. It
// owns the kinds of channels, the viewers online on this node, the index from
// events to subscriptions, and the shards that tie them together. It builds no
// frames: every member brings the Encoder of its protocol.
//
// # Ownership
//
// A Hub has shards, each with one goroutine that Hub.Run starts and waits for. A
// user belongs to one shard, by a hash of the id; an anonymous connection belongs
// to any. The shard's goroutine alone touches its viewers, index, subscriptions and
// captures, so there is no lock on the way of an event, and no order is promised
// between shards. There are three small exceptions: the forms of a body are shared
// by the shards of one event under a mutex; who is online, and who is suspended,
// is kept in the hub for the preparation stage.
//
// Each shard reads one mailbox, in which events (Hub.Deliver) and commands (every
// method of Member) lie in one order. A subscription therefore counts from the
// moment when its command lies there. The mailbox is bounded. Whoever puts
// something in may wait for the shard, but the shard waits for nobody: it does no
// I/O, and Sink must not block.
//
// # What a viewer may get
//
// Whether a viewer gets an event that carries a note is decided in one place of the
// shard (admit.go), whatever the event's topic, and by store/visibility. Filters
// choose among what is admitted there. An event that carries a note without the
// facts that say who may see it is refused by Prepare and counted.
//
// # Forms and variants
//
// What an event carries is encoded once. A viewer's copy may differ from it, by
// hidden parts or by what the viewer did with the notes: that is a variant. A
// protocol may write bodies in a form of its own. Each form and variant is made
// once for an event, when it is first wanted, and a frame is built once for all
// members that have the same encoder, subscription id, variant and cursor.
//
// # Frames that go out together
//
// Most of what a frame costs is the system call that writes it. A shard with
// several events or commands before it lets sinks gather what they are sent, and
// flushes them after at most 16 events or 4,096 frames. With a single event each
// recipient is written to as soon as it is found. A note is offered to candidates
// in blocks: first their memory is brought into the cache, then the rules are
// asked, then those who take the note are sent it.
//
// # Viewers
//
// A viewer is loaded before Hub.Join answers. It is registered first, so that
// relation changes are held back; it is loaded in the goroutine of one caller, for
// all who join meanwhile; then the changes are applied and the viewer is published.
// So a Member never has a viewer that is not loaded, and what a viewer knows is at
// least as new as the event that is being delivered. A caller may also bring
// relations that were loaded before it was known whose they are (Preloaded): they
// are used if no shard can have seen a change of that user since, which the hub's
// count of relation events tells. Relation events change viewers in place. A viewer
// is kept for a while after its last member left, so that a reconnect costs no
// query.
//
// # Suspended authors
//
// The hub knows who is suspended: Hub.SetSuspended says so at the start and after a
// gap, and events tell what changes. It marks the facts of each event before the
// shards get it, once for all of them. Replayed events are marked by who is
// suspended at the time of the replay.
//
// # Cursors
//
// A client may ask for cursors, per channel; frames of other channels are what they
// would be without. Each event comes with its LogPosition. A Cursor knows what its
// client has seen besides what the shard has delivered. It decides which events are
// news, puts the cursor into frames, and lets frames wait while the log is
// replayed. The hub reads no log: the replay is made from outside, by one goroutine
// per member, in rounds of Hold, Replay and Release. Replayed events go through the
// same rules as others.
//
// # A shard that panics
//
// Its state is dropped as a whole, its members are told to close, and it goes on
// with the next event; the event or command that panicked is passed over. See
// failure.go for why that is sound, and for the one panic that ends the process.
//
// # Kinds
//
// One file per channel holds a Kind, which registers itself by name. What it opens
// are pure functions over facts: they reach no socket and no database. To add a
// channel is to add a file.
//
// # Stopping
//
// Ending the context of Hub.Run ends the shards. After that Join answers ErrStopped,
// and everything else does nothing. Whoever owns a connection closes it: the hub
// asks a sink to close and never closes one itself.
//
// # Imports
//
// notecapture, protocol, protocol/wire, store, store/visibility, the positions of
// store/feed, and the standard library.
package channel
