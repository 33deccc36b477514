// Package visibility holds the rules of who may see what and which notes a
// timeline sends. The REST timelines, the channels, captures, replay and main
// all ask it, so a rule is written once.
//
// Everything in it is a pure function over facts: no I/O, no state, no
// goroutine, no clock. A function may be called from any goroutine as long as
// nobody changes the Viewer meanwhile; the package keeps nothing that it was
// given. It imports package store and the standard library.
//
// Two questions are kept apart. Whether a viewer MAY SEE a note is MaySee:
// mutes and blocks do not enter into it. Whether a note is delivered is asked
// of Home, Local, Hybrid, Global, List and Deliver, which include MaySee, the
// mutes and the rule that a pure renote of a hidden note is not sent. What of
// a delivered note has to be blanked for the viewer is HiddenMask.
package visibility
