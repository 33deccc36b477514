// Package visibility holds the rules of who may see what and which notes a
// timeline sends. The REST timelines, the channels, captures, replay and main
// all ask it, so a rule is written once.
//
// Everything in it is a pure function over facts: no I/O, no state, no
// goroutine, no clock. A function may be called from any goroutine as long as
// nobody changes the Viewer meanwhile; the package keeps nothing that it was
// given. It imports package store and the standard library.
//
// Three questions are kept apart:
//
//   - Whether a viewer may see a note is MaySee. Mutes, blocks and suspensions do
//     not enter into it.
//   - Whether a note is delivered, by a channel or in a list, is asked of Home,
//     Local, Hybrid, Global, List, Profile and Deliver. They include MaySee, the
//     mutes, the suspended authors, and the rule that a pure renote of a hidden
//     note is not sent. Whether a user is told of what somebody caused is
//     Notifies.
//   - What of a delivered note has to be blanked for the viewer is Hidden.
//
// Mutes, blocks and suspensions are about people, and a note shows the words of
// several: of its author and of the authors of all notes that it embeds, as deep
// as notes are embedded (docs/protocol.md, "Embedding"). It is kept away if the
// rule holds for any of them. Who is suspended stands in the facts
// (store.NoteFacts.BySuspended), since it is the same for every viewer.
package visibility
