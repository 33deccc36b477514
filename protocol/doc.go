// Package protocol is Misskey's protocol: the frames of /streaming in both
// directions, and the JSON objects (Note, UserLite, MeDetailed, Notification, …) that
// frames and HTTP answers carry.
//
// # What it owns
//
//   - Decode reads what a client sent: strict about types, lenient about everything
//     else. What is not understood is an Ignored value, never a panic and never an
//     answer.
//   - Encoder builds the frames that go out. It is what package channel calls an
//     encoder; other protocols bring theirs. A FrameKind says what a frame is about,
//     for metrics.
//   - Payload is a piece of JSON that is encoded once and then shared. A Form is how
//     another protocol writes the same body.
//   - The wire structs have exactly the keys, the order and the nulls that Misskey
//     2024.10 prints, as recorded from a real server. Packer makes them from store
//     types, and cuts a note down that would be too large.
//   - A Variant is in what a viewer's copy of a note differs from the shared one:
//     what is hidden, and what is the viewer's own (Own). Apply makes the copy of a
//     packed note, ApplyRaw that of a note's JSON, ApplyIn that of a note inside
//     another body. The shared note is never touched.
//   - FindNote says whether a body carries a note, and where. FactsFromPackedNote
//     tells from a note's JSON what the rules of delivery need.
//
// # Goroutines
//
// The package starts none and holds no state. Every function may be called from any
// goroutine. A Payload, an EncodedID, an Own and a packed struct are read-only once
// they have been handed on.
//
// # Imports
//
// Package store, the leaf protocol/wire and the standard library, nothing else. It
// never does I/O.
package protocol
