// Package protocol is the wire: the frames of Misskey's streaming protocol in
// both directions, and the JSON objects (Note, UserLite, MeDetailed,
// Notification, …) that frames and HTTP answers carry.
//
// # What it owns
//
//   - Decode reads what a client sent: strict about types, lenient about
//     everything else. What is not understood is an Ignored value, never a
//     panic and never an answer.
//   - Payload is a piece of JSON that is encoded once and then shared.
//     ChannelFrame and its kin splice a connection's id around it and build
//     the websocket frame (wire.Frame), header included, in one go. A FrameKind
//     names what a frame is about, for metrics.
//   - The wire structs have exactly the keys, the order and the nulls that
//     Misskey 2024.10 prints, as recorded from a real server. Packer makes
//     them from store types.
//   - A Variant is in what a viewer's copy of a note differs from the shared
//     one: what is hidden, and their reaction to the renoted note. Apply makes
//     the copy of a packed note, ApplyRaw that of a note's JSON; the shared
//     note is never touched. FactsFromPackedNote tells from a note's JSON what
//     the rules of delivery need.
//
// # Goroutines
//
// The package starts none and holds no state. Every function may be called
// from any goroutine. A Payload, an EncodedID and a packed struct are read-only
// once they have been handed on.
//
// # Imports
//
// Package store, the leaf protocol/wire and the standard library, nothing else.
// It never does I/O.
package protocol
