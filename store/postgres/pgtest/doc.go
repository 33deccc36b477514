// Package pgtest starts private, throwaway PostgreSQL clusters for tests.
//
// A test that needs PostgreSQL gets a real one, made by initdb in a temporary directory, reached by nobody else, gone
// afterwards. Nothing is configured and nothing is skipped: where the server programs are missing, [Start] fails with
// [ErrNoPostgreSQL], whose text says what to install.
//
// # Use
//
// Most tests want an empty database and nothing more:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
//
//	func TestSomething(t *testing.T) {
//		db := pgtest.Shared(t).NewDatabase(t)
//		pool, err := pgxpool.New(t.Context(), db.URL)
//		…
//	}
//
// With goleak, TestMain is `goleak.VerifyTestMain(pgtest.Suite{M: m})`: the cluster is closed after the tests and before
// the search for leaks. A test that looks for leaks by itself asks for the cluster first and then passes
// goleak.IgnoreCurrent.
//
// Where migrations are slow, migrate one database, close every connection to it, and copy it with
// [Cluster.CreateDatabaseFrom]. A test that stops, restarts or kills the server starts a cluster of its own with [Start];
// the shared one belongs to everybody and stays up.
//
// Programs in other languages get a cluster from `go run ./store/postgres/pgtest/throwaway`.
//
// # What it owns
//
// A [Cluster] owns one directory (data, socket, log) and two processes: the postmaster, and a watchdog. The watchdog is a
// shell that reads a pipe whose other end only the test process holds. However the test process ends (return, panic,
// the test binary's own time-out, SIGKILL), the pipe closes, and the watchdog takes the postmaster down and removes the
// directory. Both processes have sessions of their own, so Ctrl-C in a terminal does not reach them before that.
// The postmaster is started behind a gate: its process waits until the watchdog knows its number.
//
// PostgreSQL refuses to run as root. When the tests run as root the server runs as the user postgres if there is one,
// otherwise as nobody; when they run as somebody else, as that user.
//
// Nobody else on the machine gets in: the directory is closed to other users, so the socket in it needs no password, and
// the TCP port on 127.0.0.1 needs one that is made anew for each cluster. (A superuser without a password would lend
// the operating system's user postgres to everyone on the machine.) [Cluster.URL] goes by the socket, [Cluster.TCPURL] by TCP,
// for tests that put something in between.
//
// # Durability
//
// By default fsync is off: a commit survives [Cluster.Kill], since the operating system lives on, and nothing here pulls
// the plug of the machine. Options.Fsync turns it on where its cost is what is measured.
//
// # Goroutines
//
// All methods may be called from any goroutine; starting, stopping and closing exclude each other. While the server runs,
// one goroutine per cluster waits for the postmaster's end; it ends with it. Close waits for all of it.
//
// # Imports
//
// The standard library, pgx, and x/sys; nothing of Notewire. Only tests (and programs that only test or measure) may
// import this package.
package pgtest
