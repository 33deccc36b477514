// Command throwaway lends a throwaway PostgreSQL cluster (package pgtest) to a program that is not written in Go.
//
// It prints the connection URL of an empty database and a newline, and keeps the cluster until its standard input ends
// (so it goes when its parent goes) or it is interrupted.
package main
