// Package wire holds what every protocol hands to the transport: a ready
// websocket frame, and the gate that may still stop it.
//
// # What it owns
//
//   - A Frame is one complete text frame of a server, header included. An
//     encoder builds it once per event and form of a body; every connection that
//     is to receive those bytes then shares it. Start and Finish build one
//     without copying the payload; NewFrame joins parts that exist already.
//   - A Kind is a number that says what a frame is about. The encoder's package
//     chooses the numbers and names them for metrics; here and in the transport
//     a Kind only says under which number a frame is counted.
//   - A Gate is shut when a subscription ends. The transport drops a frame whose
//     gate is shut before the first byte of it was written.
//
// The package knows no frame of any protocol, no connection and no I/O.
//
// # Goroutines
//
// The package starts none. All functions and methods may be called from any
// goroutine. The bytes of a finished Frame never change; its counter of queues
// and the state of a Gate are atomic.
//
// # Imports
//
// The standard library, nothing else.
package wire
