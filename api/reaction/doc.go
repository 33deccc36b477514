// Package reaction tells which emoji a reaction is: what a client sends may be a
// custom emoji (CustomEmoji), an emoji of Unicode, or a name from the time before
// reactions were emojis (Normalize).
//
// Everything here is a pure function of its arguments. The package imports the
// standard library only.
package reaction
