package relational

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

//go:embed migrations/*.sql
var shared embed.FS

// idType stands in migrations for the type of columns that are sorted by id.
const idType = "ID_TEXT"

// Migrations is one numbered sequence of migrations: the shared ones and the
// engine's own (*.sql in dir of own). ID_TEXT in their text becomes idColumn:
// ids are compared byte by byte, and on PostgreSQL that needs a collation.
func Migrations(own fs.FS, dir, idColumn string) (fs.FS, error) {
	out := memory{}
	for _, src := range []struct {
		fs  fs.FS
		dir string
	}{{shared, "migrations"}, {own, dir}} {
		entries, err := fs.ReadDir(src.fs, src.dir)
		if err != nil {
			return nil, fmt.Errorf("listing migrations: %w", err)
		}
		for _, e := range entries {
			text, err := fs.ReadFile(src.fs, src.dir+"/"+e.Name())
			if err != nil {
				return nil, fmt.Errorf("reading migration %s: %w", e.Name(), err)
			}
			if _, twice := out[e.Name()]; twice {
				return nil, fmt.Errorf("migration %s exists twice", e.Name())
			}
			out[e.Name()] = strings.ReplaceAll(string(text), idType, idColumn)
		}
	}
	return out, nil
}

// memory is a flat, read-only file system: name → text.
type memory map[string]string

var _ fs.ReadDirFS = memory{}

// Open implements fs.FS.
func (m memory) Open(name string) (fs.File, error) {
	text, ok := m[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memoryFile{name: name, Reader: strings.NewReader(text), size: int64(len(text))}, nil
}

// ReadDir implements fs.ReadDirFS.
func (m memory) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	entries := make([]fs.DirEntry, 0, len(m))
	for n, text := range m {
		entries = append(entries, fs.FileInfoToDirEntry(&memoryFile{name: n, size: int64(len(text))}))
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// memoryFile is an open file of memory and its own description.
type memoryFile struct {
	io.Reader
	name string
	size int64
}

func (f *memoryFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *memoryFile) Close() error               { return nil }
func (f *memoryFile) Name() string               { return f.name }
func (f *memoryFile) Size() int64                { return f.size }
func (f *memoryFile) Mode() fs.FileMode          { return 0o444 }
func (f *memoryFile) ModTime() time.Time         { return time.Time{} }
func (f *memoryFile) IsDir() bool                { return false }
func (f *memoryFile) Sys() any                   { return nil }
