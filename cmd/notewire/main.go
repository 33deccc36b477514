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
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// errUsage marks errors of the kind that a better command line would mend.
var errUsage = errors.New("usage")

// environment is what a command may use of the process it runs in; tests give
// their own.
type environment struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
}

// run parses args, runs the command that they name and answers with the exit
// status. It is the whole program but for the call of os.Exit, so that tests
// can run it in their own process.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("notewire"),
		kong.Description("A stand-alone, Misskey-compatible streaming server."),
		kong.UsageOnError(),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code; panic(parserExit{}) }),
		kong.DefaultEnvars("NOTEWIRE"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		defaultVars(),
	)
	if err != nil {
		// Only a mistake in the struct tags can bring us here.
		fmt.Fprintln(stderr, "notewire:", err)
		return exitFailed
	}
	kctx, err := parse(parser, args, &exited)
	switch {
	case exited >= 0: // --help and --version
		return exited
	case err != nil:
		fmt.Fprintf(stderr, "notewire: %v\nTry 'notewire --help'.\n", err)
		return exitUsage
	}
	err = kctx.Run(&environment{ctx: ctx, stdout: stdout, stderr: stderr})
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "notewire: %v\nTry 'notewire %s --help'.\n", err, kctx.Command())
		return exitUsage
	default:
		fmt.Fprintln(stderr, "notewire:", err)
		return exitFailed
	}
}

// parserExit unwinds kong when it wants to end the process after --help.
type parserExit struct{}

func parse(parser *kong.Kong, args []string, exited *int) (kctx *kong.Context, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(parserExit); !ok {
				panic(r)
			}
			kctx, err = nil, nil
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	path := configPath(args)
	if path != "" {
		resolver, err := loadConfigFile(path)
		if err != nil {
			return nil, err
		}
		if err := kong.Resolvers(resolver).Apply(parser); err != nil {
			return nil, err
		}
	}
	_ = exited
	return parser.Parse(args)
}
