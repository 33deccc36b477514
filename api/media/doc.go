// Package media tells what an uploaded file is: its type by its content
// (TypeOf), the size of a picture (PictureSize), and what it is called on the
// drive (Name). It looks at what was uploaded as something that a stranger
// sends: nothing that a client claims about a file counts.
//
// Everything here is a pure function of its arguments. The package imports the
// standard library only.
package media
