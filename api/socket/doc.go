// Package socket is the transport of all gateways: it takes websocket connections
// over from net/http's server, reads messages, writes ready frames, pings, and
// ends connections. It owns descriptors, queues, time and limits. It knows no
// frame of any protocol, no channel and no path.
//
// # How a gateway uses it
//
//	t, err := socket.New(cfg) // once, for all gateways
//	go t.Run(ctx)             // once; pings, and the total of all queues
//	g := t.Gateway(stats)     // once for each protocol
//
// and in its HTTP handler, for a session that has a Socket in it:
//
//	if fault := socket.CheckUpgrade(r); fault != socket.FaultNone {
//		g.Refuse(w, …) // the gateway's own status, headers and body
//		return
//	}
//	if err := g.Admit(&c.socket, c, address); err != nil { g.Refuse(w, …); return }
//	defer c.socket.Dismiss()
//	// …authenticate; c.socket.AdmitUser(user); load what the session needs…
//	if err := g.Accept(&c.socket, w, r, answer); err != nil { return }
//	c.socket.Serve() // returns at once; c.OnMessage and c.OnEnd are called
//
// # Who may call what
//
// Send, Close, Closing and Flushed may be called from any goroutine, at any time
// after Admit, after the end as well; they never block and never do I/O that
// waits. They take the socket's mutex for moments only, so they may be called
// with other locks held; no Handler is called under that mutex. So may Gather and
// Flush, by one goroutine at a time. Serve is called once for each socket that was
// accepted. The Handler's methods are called from one goroutine at a time, OnEnd
// last.
//
// Locks are taken in this order: a socket's mutex, then the poller's or the
// wheel's. Nothing is logged under any of them, nor by a goroutine that delivers:
// what goes wrong there is handed to one that logs, so a log that takes nothing
// stops nobody.
//
// # How frames get in
//
// An idle connection has no goroutine and no buffer. The poller watches all
// descriptors in one goroutine, and starts one for a socket that has something to
// be read, which ends when all was read. One frame reader takes apart what comes,
// by all rules of RFC 6455; it unmasks messages where they lie, and keeps nothing
// between two of them but the beginning of an unfinished frame. A client that
// breaks a rule is told by a close frame which kind of rule that was, and heard
// out until it answers.
//
// Over TLS, over anything else that is not a plain socket, and on systems other
// than Linux, the websocket library answers the handshake and reads messages, in
// a goroutine for each connection that waits in a read. The limits and the
// counting of frames are the same there. The library lets two things pass that
// the frame reader refuses: lengths in more bytes than they need, and the text of
// a close frame that is not UTF-8.
//
// # How frames get out
//
// One party at a time holds the writer lock of a socket. A sender who finds it
// free tries one write that does not block, under the socket's mutex, and is done
// in the usual case. What the kernel does not take is queued, and a goroutine
// writes the queue, many frames to a system call, and ends: when the queue is
// empty, or when the kernel has no room; then the writer lock stays held, and the
// poller has the goroutine started again. Pongs and close frames go the same way,
// so nothing ever stands between the parts of a frame, and nothing follows a
// close frame. Over TLS, and over anything else that is not a plain socket, the
// goroutine does it all; up to 16 KiB of frames then go out as one write, and
// shutting their gates has no effect on them any more.
//
// A sender that has several frames for a connection gathers them: it takes the
// writer lock, puts the frames into the queue, and flushes it by one system call.
//
// While nobody holds the writer lock the queue is empty. The holder alone takes
// frames from its head; anybody may append, and drop what the holder has not
// begun to write.
//
// A descriptor is used under the socket's mutex, or by a goroutine that is counted
// as busy; the last to leave a dead socket closes it, since its number may belong
// to another connection a moment later.
//
// # How a connection ends
//
// [CloseReason] says how; the first reason counts. Close lets the queue go out,
// then the close frame; after Limits.CloseTimeout at the latest the connection is
// reset. A client that is too slow gets the rest of the frame that was begun and
// the close frame. Without a pong, or when the transport is stopped, there is no
// close frame. A gate that is shut stops frames that wait even then, so at a drain
// gates stay open.
//
// OnEnd is called when everything of the socket is over: its writer, its reader,
// its timer. To drain: StopAdmitting, deliver what is under way, Drain, and only
// then end the context of Run, which waits for all OnEnd.
//
// # Imports
//
// The standard library, golang.org/x/sys, golang.org/x/time, the websocket library
// (in library.go only), and notewire/protocol/wire.
package socket
