// Package watchtest holds the tests of what operators watch: /metrics, /readyz
// and the log of the real binary, run as a process, while a script of known
// calls and frames goes by and while its database goes away. It has tests only.
//
// Whatever a test starts ends with the test. The binary is built once per test
// process.
//
// It may import store/postgres/pgtest and the drivers, and nothing else of
// Notewire: what it looks at is what operators see.
package watchtest
