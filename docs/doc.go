// Package docs is the folder of the pages. It has tests only, which hold the
// pages, and the comments of the code that cite them, to what is there:
//
//   - no line of a page has 120 characters or more, tables included;
//   - a link leads to a file that exists, and to a heading in it;
//   - a comment cites only pages and headings of this repository, and the
//     sections of RFCs;
//   - docs/architecture.md lists every folder that has Go code, and no other;
//   - pages name make targets and tests that exist;
//   - a picture and the text that it repeats are the same.
//   - .ci/vulncheck says when nothing was checked.
//
// The package imports the standard library only. Pages that a program writes
// (docs/configuration.md) are tested where that program is.
package docs
