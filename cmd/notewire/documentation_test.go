package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write docs/configuration.md anew")

func TestConfigurationPage(t *testing.T) {
	const path = "../../docs/configuration.md"
	var want bytes.Buffer
	if err := writeConfiguration(&want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is out of date: make generate", path)
	}
}

// writeConfiguration writes docs/configuration.md: every setting, as the
// program itself knows it.
func writeConfiguration(w io.Writer) error {
	parser, err := newParser(&cli{}, io.Discard, io.Discard)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(configurationHead)
	section(&b, "All commands", "", parser.Model.Flags)
	commands := parser.Model.Leaves(true)
	section(&b, "Several commands", "", nil)
	for _, group := range sharedFlags(commands) {
		b.WriteByte('\n')
		wrapped(&b, "", "`"+strings.Join(group.commands, "`, `")+"`:")
		entries(&b, group.flags)
	}
	for _, command := range commands {
		var own []*kong.Flag
		for _, f := range command.Flags {
			if len(takers(commands, f)) == 1 {
				own = append(own, f)
			}
		}
		section(&b, "notewire "+command.Path(), command.Help, own)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// flagGroup are flags that the same commands take.
type flagGroup struct {
	commands []string
	flags    []*kong.Flag
}

// sharedFlags are the flags that several commands take, in groups of those that
// the same commands do, in the order in which they come first.
func sharedFlags(commands []*kong.Node) []*flagGroup {
	var groups []*flagGroup
	for _, command := range commands {
		for _, f := range command.Flags {
			names := takers(commands, f)
			if len(names) == 1 || names[0] != command.Path() {
				continue
			}
			i := slices.IndexFunc(groups, func(g *flagGroup) bool { return slices.Equal(g.commands, names) })
			if i < 0 {
				i = len(groups)
				groups = append(groups, &flagGroup{commands: names})
			}
			groups[i].flags = append(groups[i].flags, f)
		}
	}
	return groups
}

// takers are the commands that take a flag of the same name, default, variable
// and help.
func takers(commands []*kong.Node, flag *kong.Flag) []string {
	var names []string
	for _, command := range commands {
		for _, f := range command.Flags {
			if f.Name == flag.Name && f.Default == flag.Default && f.Help == flag.Help && slices.Equal(f.Envs, flag.Envs) {
				names = append(names, command.Path())
			}
		}
	}
	return names
}

const configurationHead = `# Settings

<!-- Written by the program: make generate -->

A setting is given as a flag (` + "`--ping-interval 30s`" + `), as an environment variable
(` + "`NOTEWIRE_PING_INTERVAL=30s`" + `), or as a key of a YAML file (` + "`ping-interval: 30s`" + `). A flag wins over a variable, and
a variable wins over the file. ` + "`--config`" + ` or ` + "`NOTEWIRE_CONFIG`" + ` names the file. Its keys are the flags' names; a key
that is no setting of any command is an error (exit status 2), so that a typing error does not pass for a default.
One file may serve all commands. A flag below that names no variable can be given on the command line only. Flags
that several commands take are listed once, under the names of those commands.

Durations are written 250ms, 10s, 5m or 24h. Sizes are numbers of bytes, or 64KiB, 1MiB, 2GiB. Lists are written
with commas, or as lists in the file. The exit status is 0, 1 (the command failed; one line says why) or 2 (the
command line or the file is wrong).

A password in ` + "`--database`" + ` is visible to everybody on the machine for as long as the command runs. Give such a URL
as NOTEWIRE_DATABASE, or leave the password to ~/.pgpass. The variable NOTEWIRE_PASSWORD is read by
` + "`user create`" + ` and ` + "`user password`" + `.
`

// section writes a heading, what it is about, and flags.
func section(b *strings.Builder, title, help string, flags []*kong.Flag) {
	fmt.Fprintf(b, "\n## %s\n", title)
	if help != "" {
		fmt.Fprintf(b, "\n%s\n", help)
	}
	entries(b, flags)
}

// entries writes flags, an entry each.
func entries(b *strings.Builder, flags []*kong.Flag) {
	list := false
	for _, f := range flags {
		if f.Name == "help" {
			continue
		}
		var about []string
		if f.HasDefault && f.Default != "" {
			about = append(about, "default "+code(f.Default))
		}
		if len(f.Envs) > 0 {
			about = append(about, code(f.Envs[0]))
		}
		entry := "- " + code("--"+f.Name)
		if len(about) > 0 {
			entry += " (" + strings.Join(about, "; ") + ")"
		}
		if !list {
			b.WriteByte('\n')
			list = true
		}
		wrapped(b, "  ", entry+": "+f.Help)
	}
}

// wrapped writes a text in lines of at most 115 characters, of which those after
// the first are indented.
func wrapped(b *strings.Builder, indent, text string) {
	const most = 115
	line := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case line+1+n > most:
			b.WriteString("\n" + indent)
			line = len(indent)
		default:
			b.WriteByte(' ')
			line++
		}
		b.WriteString(word)
		line += n
	}
	b.WriteByte('\n')
}

func code(s string) string { return "`" + s + "`" }

// Who tries serve in a checkout has nothing new to commit: what it leaves in its
// working directory is ignored, while it runs and afterwards.
func TestServeLeavesNothingUntracked(t *testing.T) {
	text, err := os.ReadFile("../../.gitignore")
	if err != nil {
		t.Fatal(err)
	}
	ignored := func(name string) bool {
		for pattern := range strings.SplitSeq(string(text), "\n") {
			if ok, err := filepath.Match(strings.Trim(pattern, "/"), name); ok && err == nil {
				return true
			}
		}
		return false
	}
	p, _, _, stderr := process(t, "serve", "--drain", "0s")
	look := func(when string) {
		left, err := os.ReadDir(p.Dir)
		if err != nil || len(left) < 2 {
			t.Fatalf("%s there are %v, %v", when, left, err)
		}
		for _, e := range left {
			if !ignored(e.Name()) {
				t.Errorf("%s there is %s, which .gitignore lacks", when, e.Name())
			}
		}
	}
	look("while it runs")
	terminate(t, p)
	if err := p.Wait(); err != nil {
		t.Errorf("it ended with %v: %s", err, stderr)
	}
	look("afterwards")
}
