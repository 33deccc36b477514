// Command notewire-bench measures a running Notewire from outside, and says
// how close it is to what the kernel allows.
//
// # What it does
//
// It builds the binary (or takes the one of -binary), makes a throwaway
// database, fills it with users and follows by SQL, starts the server as a
// process of its own and talks to it as clients do: HTTP for the API, the
// websocket protocol for the rest. In the same run it starts itself once more
// as a reference, a program that only writes a ready frame to as many sockets.
// What is compared is taken in turns, so that a noisy machine hurts both. The
// output is a table of figures, ratios and bars; as JSON with -json, as a
// picture with -svg.
//
// Everything stays on loopback, is bounded in number and time, and is gone
// afterwards. A case that fails is reported as such and does not end the run.
//
// # How it is built
//
// A case is a function in a file of its own (case_*.go), listed in cases. It
// gets an engine, on which it starts nodes, and adds results. A fleet is
// thousands of client connections in one goroutine over epoll, so that the
// load costs little; that goroutine alone touches the connections, and others
// ask it by fleet.do. CPU time is read from the clock that the kernel keeps of
// the other process, to the nanosecond; memory from its status in /proc.
//
// Flags: see -help. It needs Linux, and PostgreSQL's server programs for the
// cases of that engine.
//
// # Imports
//
// The engines' migrations come with the server, which migrates; drivers are
// used directly, since this program is a foreign writer. store gives the names
// of topics and the settings of a new account; pgtest lends the cluster.
package main
