// Package streaming is the gateway of Misskey's streaming protocol: it lets
// clients of /streaming in, carries out what they say, and hands the hub the
// events of the log. The bytes are api/socket's matter, and who is sent what is
// channel's.
//
// # A session
//
// A session is one client: its socket, and its member of the hub. A client is
// counted by its address before the database is asked whose its token is; it is
// taken into the hub before its upgrade is answered, so that whatever may be
// refused is refused by an HTTP status. What its channels send until then goes
// nowhere: it has joined none.
//
// OnMessage is called from one goroutine at a time, and carries out one frame;
// what it touches is that connection's, so a panic there ends that connection and
// no other. OnEnd takes the session out of the hub.
//
// # The feed
//
// Handle is called by the feed's reader, from one goroutine, with batches in the
// order of the log. Each batch is prepared, in parallel, by whatever needs decoding
// or a query, and handed to the hub in order. An event that cannot be prepared is
// counted and passed over.
//
// # Resuming
//
// Frames with cursors are the channel package's matter. Here is the replay: a
// connection that gives a cursor gets one goroutine, which ends when there is
// nothing to replay any more, and which OnEnd waits for.
// It takes all that was asked for until then as one round, reads the log in
// pages, prepares them as the feed's events are prepared, and hands them to the
// shard in portions, each when the socket has flushed the one before. Reads of
// few connections are under way at a time. When it fails the connection is
// closed with 1012. See docs/resume.md for what clients are promised.
//
// # How it stops
//
// Run delivers until its context ends; the transport's Run, with the same
// context, ends the connections. Before, Drain refuses new clients, has the hub
// deliver what is under way, and closes the connections with 1012.
//
// # Imports
//
// This package may import api/socket, channel, protocol, protocol/wire, store and the
// types of store/feed.
package streaming
