package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
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
	list(&b, "All commands", "", parser.Model.Node)
	for _, leaf := range parser.Model.Leaves(true) {
		list(&b, "notewire "+leaf.Path(), leaf.Help, leaf)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

const configurationHead = `# Settings

<!-- Written by the program: make generate -->

A setting is given as a flag (` + "`--ping-interval 30s`" + `), as an environment variable
(` + "`NOTEWIRE_PING_INTERVAL=30s`" + `), or as a key of a YAML file (` + "`ping-interval: 30s`" + `). A flag wins over a variable, and
a variable wins over the file. ` + "`--config`" + ` or ` + "`NOTEWIRE_CONFIG`" + ` names the file. Its keys are the flags' names; a key
that is no setting of any command is an error (exit status 2), so that a typing error does not pass for a default.
One file may serve all commands. A flag below that names no variable can be given on the command line only.

Durations are written 250ms, 10s, 5m or 24h. Sizes are numbers of bytes, or 64KiB, 1MiB, 2GiB. Lists are written
with commas, or as lists in the file. The exit status is 0, 1 (the command failed; one line says why) or 2 (the
command line or the file is wrong).

A password in ` + "`--database`" + ` is visible to everybody on the machine for as long as the command runs. Give such a URL
as NOTEWIRE_DATABASE, or leave the password to ~/.pgpass. The variable NOTEWIRE_PASSWORD is read by
` + "`user create`" + ` and ` + "`user password`" + `.
`

// list writes the flags of one command, an entry each.
func list(b *strings.Builder, title, help string, n *kong.Node) {
	fmt.Fprintf(b, "\n## %s\n\n", title)
	if help != "" {
		b.WriteString(help + "\n\n")
	}
	for _, f := range n.Flags {
		if f.Name == "help" {
			continue
		}
		var about []string
		if f.HasDefault {
			about = append(about, "default "+code(f.Default))
		}
		if len(f.Envs) > 0 {
			about = append(about, code(f.Envs[0]))
		}
		entry := "- " + code("--"+f.Name)
		if len(about) > 0 {
			entry += " (" + strings.Join(about, "; ") + ")"
		}
		wrapped(b, entry+": "+f.Help)
	}
}

// wrapped writes an entry of a list in lines of at most 115 characters.
func wrapped(b *strings.Builder, entry string) {
	const most = 115
	line := 0
	for i, word := range strings.Fields(entry) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case line+1+n > most:
			b.WriteString("\n  ")
			line = 2
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
