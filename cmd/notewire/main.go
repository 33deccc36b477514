package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

// The exit statuses that scripts rely on.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// usageError is an error that a better command line would mend.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// environment is what a command may use of the process it runs in; tests give
// their own.
type environment struct {
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
}

// run parses args, runs the command that they name and answers with the exit
// status. It is the whole program but for the call of os.Exit, so that tests
// can run it in their own process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	parser, err := newParser(&cli{}, stdout, stderr)
	if err != nil {
		// Only a mistake in the struct tags can bring us here.
		fmt.Fprintln(stderr, "notewire:", err)
		return exitFailed
	}
	kctx, err := parse(parser, args)
	var ended parserExit
	switch {
	case errors.As(err, &ended): // --help and --version
		return ended.code
	case err != nil:
		fmt.Fprintf(stderr, "notewire: %v\nTry 'notewire --help'.\n", err)
		return exitUsage
	}
	err = kctx.Run(&environment{ctx: ctx, stdin: stdin, stdout: stdout})
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "notewire: %v\nTry 'notewire %s --help'.\n", err, kctx.Command())
		return exitUsage
	default:
		fmt.Fprintln(stderr, "notewire:", err)
		return exitFailed
	}
}

// parserExit is panicked with where kong would end the process, which it wants
// to after --help; parse recovers it.
type parserExit struct{ code int }

func (e parserExit) Error() string { return fmt.Sprintf("ended with %d", e.code) }

// newParser makes the parser of the whole command line, which fills c in.
func newParser(c *cli, stdout, stderr io.Writer) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("notewire"),
		kong.Description("A stand-alone, Misskey-compatible streaming server."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(parserExit{code}) }),
		kong.DefaultEnvars(envPrefix),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		defaultVars(),
	)
}

// parse reads args, the environment and the configuration file. After --help
// its error is a parserExit.
func parse(parser *kong.Kong, args []string) (kctx *kong.Context, err error) {
	defer func() {
		if r := recover(); r != nil {
			ended, ok := r.(parserExit)
			if !ok {
				panic(r)
			}
			kctx, err = nil, ended
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	if path := configPath(args); path != "" {
		resolver, err := loadConfigFile(path)
		if err != nil {
			return nil, err
		}
		if err := kong.Resolvers(resolver).Apply(parser); err != nil {
			return nil, err
		}
	}
	return parser.Parse(args)
}
