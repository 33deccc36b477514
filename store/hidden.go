package store

// HiddenParts says which notes of a packed note are hidden from a viewer: the
// note itself and those that it embeds (docs/protocol.md, "Hidden notes"). The
// zero value hides nothing.
type HiddenParts uint8

// The positions at which a packed note has notes.
const (
	HideReply        HiddenParts = 1 << iota // note.reply
	HideRenote                               // note.renote
	HideRenoteReply                          // note.renote.reply
	HideRenoteRenote                         // note.renote.renote
	HideSelf                                 // the note itself
)
