package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// options are the command line.
type options struct {
	contract string
	binary   string
	database string
	run      string
	verbose  bool
	dry      bool
}

// errFailed says that the run ended and some case failed; the report has said which.
var errFailed = errors.New("cases failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil:
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case errors.Is(err, errFailed):
		os.Exit(1)
	default:
		fmt.Fprintln(os.Stderr, "notewire-conformance:", err)
		os.Exit(1)
	}
}

// run is main without the process: it reads the contract, starts the server, runs the suites and prints the report.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var o options
	flags := flag.NewFlagSet("notewire-conformance", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.contract, "contract", "", "`folder` that holds misskey/api.json and misskey/transcripts")
	flags.StringVar(&o.binary, "binary", "", "notewire `program` to test; built from this module when empty")
	flags.StringVar(&o.database, "database", "sqlite", "sqlite (a fresh file) or the `URL` of an empty PostgreSQL database")
	flags.StringVar(&o.run, "run", "", "run only suite/case names that match this `regexp`, the two parts divided by a slash")
	flags.BoolVar(&o.verbose, "v", false, "print what the server logs, and each violation that the recordings share")
	flags.BoolVar(&o.dry, "dry", false, "read the contract and print the cases, without a server")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.contract == "" {
		return errors.New("-contract is missing")
	}
	c, err := readContract(o.contract)
	if err != nil {
		return err
	}
	r, err := newReport(stdout, o.run)
	if err != nil {
		return err
	}
	r.verbose = o.verbose
	if o.dry {
		return printCases(stdout, c)
	}

	logs := io.Discard
	if o.verbose {
		logs = stderr
	}
	s, err := startServer(ctx, o.binary, o.database, logs)
	if err != nil {
		return err
	}
	defer func() { _ = s.stop() }() // the way out by an error; the other one looks at what it says
	w, err := newWorld(ctx, c, r, s.url)
	if err != nil {
		return err
	}
	w.runSuites(ctx)
	w.close()
	if err := s.stop(); err != nil {
		r.fail("server/stops", "%v", err)
	}
	if r.summary() {
		return nil
	}
	return errFailed
}
