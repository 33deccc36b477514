// Package mfm reads the part of MFM, Misskey's markup, that has effects beyond
// how a text looks: whom it mentions, which hashtags and which custom emojis it
// has (Extract).
//
// Texts are a stranger's: whatever is in them, the work grows as their length
// does. Everything here is a pure function of its arguments. The package imports
// the standard library only.
package mfm
