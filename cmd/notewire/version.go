package main

import (
	"cmp"
	"fmt"
	"runtime/debug"
)

// What the linker was told of the build (make build): the version, the commit
// and the time of the commit. They are empty in a build without make, which
// asks Go's own information about the build instead.
var (
	builtVersion string
	builtCommit  string
	builtDate    string
)

// build is what a program knows of where it comes from. Empty: unknown.
type build struct {
	version string // a tag, such as v1.2.3, or devel
	commit  string // the beginning of its hash; with + if files were changed
	date    string // of the commit, RFC 3339
}

// thisBuild is the build of this program.
func thisBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return newBuild(info, build{version: builtVersion, commit: builtCommit, date: builtDate})
}

// newBuild takes from Go's information what the linker was not told.
func newBuild(info *debug.BuildInfo, told build) build {
	found := build{version: info.Main.Version}
	if found.version == "(devel)" {
		found.version = ""
	}
	changed := ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			found.commit = s.Value[:min(len(s.Value), 12)]
		case "vcs.time":
			found.date = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				changed = "+"
			}
		}
	}
	if found.commit != "" {
		found.commit += changed
	}
	return build{
		version: cmp.Or(told.version, found.version, "devel"),
		commit:  cmp.Or(told.commit, found.commit),
		date:    cmp.Or(told.date, found.date),
	}
}

// String is what --version prints.
func (b build) String() string {
	return fmt.Sprintf("notewire %s (commit %s, %s)", b.version, cmp.Or(b.commit, "unknown"), cmp.Or(b.date, "date unknown"))
}

// version is the program's version, as nodeinfo and the metrics tell it.
func version() string { return thisBuild().version }
