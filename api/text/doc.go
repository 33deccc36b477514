// Package text treats what people write as JavaScript does, where Misskey's
// clients can tell the difference.
//
// Everything here is a pure function of its arguments. The package imports the
// standard library only.
package text
