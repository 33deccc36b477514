// Package streaming serves websockets: it accepts them, reads what clients say,
// and delivers what the channels send.
//
// # The transport half
//
// A transport is what all connections share: [Limits], [Stats], the total of
// all queues, the wheel that pings, the poller and the readers. A socket is one
// connection, and a part of its owner. Neither knows what the frames mean; that
// is the session's part, which stands on this:
//
//	t, err := newTransport(limits, stats, log) // once
//	go t.run(ctx)                              // once; pings, and the total of all queues
//
//	if ref := checkUpgrade(r); ref != nil { t.refuse(w, ref); return }
//	c.socket.prepare(t, c)                     // what is sent before open goes nowhere
//	// …authenticate, load the viewer; t.refuse(w, refuseToken) and so on…
//	err := t.accept(&c.socket, w, r)           // answers in any case, and opens the socket
//	c.socket.Serve()                           // returns; c.onText and c.onEnd are called
//	return                                     // from the HTTP handler
//
// # Who may call what
//
// Send, Close, Closing and Flushed may be called from any goroutine, at any
// time after prepare, after the end as well; they never block and never do I/O
// that waits. They take the socket's mutex for moments only, so they may be
// called with other locks held; nothing of this package is called back under
// that mutex. So may Gather and Flush, by one goroutine at a time: the shard's.
// Serve is called once for each socket that was opened. onText and
// onEnd are called from one goroutine at a time, onEnd last.
//
// Locks are taken in this order: a front's or a socket's mutex, then the poller's or the
// wheel's.
//
// # How clients come in
//
// On Linux the program's listener belongs to a front (Server.Front), which the
// poller tells of new connections, and of what those have to say. A plain
// handshake of /streaming, whole in what is read first, is parsed by net/http's
// own ReadRequest and given to ServeHTTP in a goroutine that ends with it; the
// descriptor then goes on as the socket's. Whatever else comes is handed to
// net/http's server as a connection that still has to read all of it: a request
// for something else, one in parts, and everything about which net/http has an
// opinion. The front therefore answers what net/http would, which a test
// compares. Elsewhere, and behind other listeners, everybody comes by net/http.
//
// # How frames get in
//
// An idle connection has no goroutine. The poller watches all descriptors in
// one, and starts a goroutine for a socket that has something to be read, which
// ends when all was read. It cuts what came into whole frames, keeps the
// beginning of one whose end has not come, and gives messages of one frame to the
// session. Fragments, control frames and what breaks the rules are read by a
// connection of the websocket library that is lent to it (a reader). Only a message of which some
// fragments have come keeps its reader. Over TLS, over anything else that is not
// a plain socket, and on systems other than Linux, a goroutine waits in a read
// for each connection instead.
//
// # How frames get out
//
// One party at a time has the writer's place of a socket. A sender who finds
// it free tries one write that does not block, under the socket's mutex, and is
// done in the usual case.
// What the kernel does not take is queued, and a goroutine drains the queue,
// many frames to a system call, and ends: when the queue is empty, or when the
// kernel has no room; then the place stays taken and the poller has it started
// again. Pongs and close frames of the
// websocket library go the same way, so nothing ever stands between the parts
// of a frame, and nothing follows a close frame. Over TLS, and over anything
// else that is not a plain socket, the goroutine does it all; up to 16 KiB of
// frames then go out as one write and are past skipping.
//
// A shard that has several frames for a connection takes the place, gathers them
// in the queue, and flushes it by one system call.
//
// While nobody has the place the queue is empty. The holder alone takes frames
// from its head; anybody may append, and drop what the holder has not begun.
//
// A descriptor is used under the socket's mutex, or by who is counted as busy;
// the last to leave a dead socket closes it, since its number may belong to
// another connection a moment later.
//
// # Resuming
//
// Frames with cursors are the channel package's matter. Here is the replay: a
// connection that gives a cursor gets one goroutine, which ends when there is
// nothing to replay any more, and which onEnd waits for.
// It takes all that was asked for until then as one round, reads the log in
// pages, prepares them as the feed's events are prepared, and hands them to the
// shard in portions, each when the socket has flushed the one before. Reads of
// few connections are under way at a time. When it fails the connection is
// closed with 1012. See docs/resume.md for what clients are promised.
//
// # How a connection ends
//
// [CloseReason] says how; the first reason counts. Close lets the queue go out,
// then the close frame; after Limits.CloseTimeout at the latest the connection
// is reset. A client that is too slow gets the rest of the frame that was begun
// and the close frame. Without a pong, or when the transport is stopped, there
// is no close frame. A gate that is shut stops frames that wait even then, so
// at a drain gates stay open.
//
// onEnd is called when everything of the socket is over: its writer, who reads,
// the timer. To drain: stop accepting, stop sending, wait
// for Flushed with a deadline of your own, Close(CloseRestart) for some at a
// time, wait for all onEnd, and only then end the context of run. A socket that
// was opened must be served, even if only to be closed. When the last has ended,
// wait lets what they shared end.
//
// # Imports
//
// This package may import channel, notecapture, protocol, store and the types
// of store/feed. Only
// websocket.go imports the websocket library. Raw writes need a Unix system.
package streaming
