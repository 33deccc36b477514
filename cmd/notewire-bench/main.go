//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "reference" {
		signal.Ignore(os.Interrupt) // it ends with its standard input
		if err := reference(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "reference:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "notewire-bench:", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	run         *regexp.Regexp
	quick       bool
	connections int
	engines     []string
	binary      string
	from        string
	json, svg   string
	profile     string
	list        bool
}

func parse(args []string, errs io.Writer) (*options, error) {
	o := &options{}
	fs := flag.NewFlagSet("notewire-bench", flag.ContinueOnError)
	fs.SetOutput(errs)
	pattern := fs.String("run", "", "`regexp` of the cases to run (default: all)")
	fs.BoolVar(&o.quick, "quick", false, "fewer connections and rounds: a look, not a measurement")
	fs.IntVar(&o.connections, "connections", 0, "connections of the fan-out (default 5000, quick 1000); others follow from it")
	engines := fs.String("engine", "", "postgres or sqlite (default: both, where a case can be run on both)")
	fs.StringVar(&o.binary, "binary", "", "`file` to measure (default: ./cmd/notewire is built)")
	fs.StringVar(&o.from, "from", "", "`file` that -json wrote: show its figures, and measure nothing")
	fs.StringVar(&o.json, "json", "", "`file` for the results")
	fs.StringVar(&o.svg, "svg", "", "`file` for a picture of measured against bar")
	fs.StringVar(&o.profile, "profile", "", "`folder` for CPU and heap profiles of the fan-out")
	fs.BoolVar(&o.list, "list", false, "list the cases and end")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("%q is not expected", fs.Arg(0))
	}
	var err error
	if o.run, err = regexp.Compile(*pattern); err != nil {
		return nil, fmt.Errorf("-run: %w", err)
	}
	if *engines != "" {
		o.engines = strings.Split(*engines, ",")
	}
	if o.connections == 0 {
		o.connections = 5000
		if o.quick {
			o.connections = 1000
		}
	}
	return o, nil
}

// bench is one run.
type bench struct {
	*options
	out     io.Writer
	dir     string // for everything that is thrown away
	binary  string
	files   int // how many descriptors a process may have
	results []result
	failed  int
	engines map[string]*engine // that are filled already
	broken  map[string]error   // those that cannot be
}

// benchmark is a case: what it is called, which engines it can be run on, and
// what it does.
type benchmark struct {
	name    string
	engines []string
	what    string
	do      func(ctx context.Context, b *bench, e *engine) error
	most    time.Duration // how long it may take; 0: five minutes
}

// cases are run in this order.
var cases = []benchmark{
	{"fanout", []string{"postgres", "sqlite"}, "CPU per delivered frame of a public note, against ready frames", fanout, 0},
	{"memory", []string{"postgres", "sqlite"}, "memory per idle connection", memory, 0},
	{"capture", []string{"postgres", "sqlite"}, "cost of a capture event with few captors among few and many connections", captureEvent, 0},
	{"home", []string{"postgres", "sqlite"}, "cost of a home note with few followers among few and many connections", homeNote, 0},
	{"append", []string{"postgres"}, "events/s with the feed running, plain, and with NOTIFY in the transaction", appending, 0},
	{"latency", []string{"postgres", "sqlite"}, "from the answer of notes/create to the frame, light load", latency, 0},
	{"connect", []string{"postgres", "sqlite"}, "CPU of one logged-in connect", connects, 0},
	{"slow", []string{"postgres", "sqlite"}, "latency of the others while some do not read", slowReaders, 0},
	{"matching", []string{"postgres", "sqlite"}, "cost of a note by matching and other connections", matching, 0},
	{"variants", []string{"postgres", "sqlite"}, "cost of a frame that differs by viewer", variants, 0},
	{"saturation", []string{"postgres", "sqlite"}, "frames/s at saturation, and latency below it", saturation, 0},
	{"growth", []string{"postgres", "sqlite"}, "memory per connection by their number", growth, 0},
	{"storm", []string{"postgres", "sqlite"}, "all clients connect at once", storm, 0},
	{"nodes", []string{"postgres"}, "feed throughput and lag with several nodes", nodes, 0},
	{"rest", []string{"postgres", "sqlite"}, "lists of the HTTP API, on a database that grows (10 min)", rest, restMostTime},
}

func run(ctx context.Context, args []string, out, errs io.Writer) (err error) {
	o, err := parse(args, errs)
	if err != nil {
		return err
	}
	if o.list {
		for _, c := range cases {
			fmt.Fprintf(out, "%-11s %s (%s)\n", c.name, c.what, strings.Join(c.engines, ", "))
		}
		return nil
	}
	b := &bench{options: o, out: out, engines: map[string]*engine{}, broken: map[string]error{}}
	if o.from != "" {
		return b.show()
	}
	if b.files, err = raiseFiles(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "notewire-bench-*"); err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	defer func() { err = errors.Join(err, b.closeEngines()) }()
	if err := b.build(ctx); err != nil {
		return err
	}
	began := time.Now()
	m := aboutMachine(ctx)
	fmt.Fprintln(out, m)
	for _, c := range cases {
		if !o.run.MatchString(c.name) {
			continue
		}
		wanted := o.engines
		if wanted == nil {
			wanted = c.engines
		}
		for _, name := range wanted {
			// What was measured before an interrupt is still reported.
			if slices.Contains(c.engines, name) && ctx.Err() == nil {
				b.try(ctx, c, name)
			}
		}
	}
	fmt.Fprintf(out, "\nran for %s\n\n", time.Since(began).Round(time.Second))
	b.table(out)
	if err := b.write(m); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if b.failed > 0 {
		return fmt.Errorf("%d cases failed", b.failed)
	}
	return nil
}

// try runs one case and reports if it fails.
func (b *bench) try(ctx context.Context, c benchmark, name string) {
	began := time.Now()
	fmt.Fprintf(b.out, "%s on %s\n", c.name, name)
	most := c.most
	if most == 0 {
		most = 5 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, most) // a case that hangs must not hang the run
	defer cancel()
	e, err := b.engine(ctx, name)
	if err == nil {
		err = c.do(ctx, b, e)
	}
	if err != nil {
		b.failed++
		fmt.Fprintf(b.out, "  FAILED: %v\n", err)
	}
	fmt.Fprintf(b.out, "  (%s)\n", time.Since(began).Round(time.Second/10))
}

// engine is a filled database, made when it is first asked for.
func (b *bench) engine(ctx context.Context, name string) (*engine, error) {
	if e := b.engines[name]; e != nil {
		return e, nil
	}
	if err := b.broken[name]; err != nil {
		return nil, err
	}
	e, err := b.newEngine(ctx, name)
	if err != nil {
		b.broken[name] = err
		return nil, err
	}
	fill := func() error {
		node, err := e.node(ctx) // it makes the tables
		if err != nil {
			return err
		}
		if err := e.populate(ctx, b.many()); err != nil {
			return errors.Join(err, node.stop())
		}
		return errors.Join(e.learn(ctx, node), node.stop())
	}
	if err := fill(); err != nil {
		b.broken[name] = err // it would not go better the next time
		return nil, errors.Join(fmt.Errorf("filling the database: %w", err), e.close())
	}
	fmt.Fprintf(b.out, "  %s, %d people\n", e.version(ctx), e.world.people)
	b.engines[name] = e
	return e, nil
}

func (b *bench) closeEngines() error {
	var errs []error
	for _, e := range b.engines {
		errs = append(errs, e.close())
	}
	return errors.Join(errs...)
}

// many is how many connections the comparisons of few and many have.
func (b *bench) many() int { return b.fits(2 * b.connections) }

// fits is n, or fewer if a process may not have that many descriptors.
func (b *bench) fits(n int) int {
	const others = 100 // descriptors that are no connection
	if most := b.files - others; n > most {
		fmt.Fprintf(b.out, "  %d connections in place of %d: a process may have %d descriptors\n", most, n, b.files)
		return most
	}
	return n
}

// rounds is n, or few for a quick look.
func (b *bench) rounds(n int) int {
	if b.quick {
		return max(2, n/4)
	}
	return n
}

// build builds the server.
func (b *bench) build(ctx context.Context) error {
	if b.binary = b.options.binary; b.binary != "" {
		return nil
	}
	b.binary = filepath.Join(b.dir, "notewire")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", b.binary, "./cmd/notewire")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the server (in the project's folder): %w\n%s", err, said)
	}
	return nil
}

// raiseFiles lets this process and its children have as many descriptors as
// they may, and answers how many that is.
func raiseFiles() (int, error) {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 0, fmt.Errorf("asking for the limit of descriptors: %w", err)
	}
	const enough = 65536
	if l.Max < enough { // root may have more; who may not keeps the limit
		raised := unix.Rlimit{Cur: enough, Max: enough}
		if unix.Setrlimit(unix.RLIMIT_NOFILE, &raised) == nil {
			return enough, nil
		}
	}
	l.Cur = l.Max
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 0, fmt.Errorf("raising the limit of descriptors: %w", err)
	}
	return int(min(l.Max, 1<<20)), nil
}
