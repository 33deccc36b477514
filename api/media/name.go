package media

import (
	"errors"
	"path"
	"strings"
	"unicode/utf16"
)

// fallbackFileName is what a file without a name is called.
const fallbackFileName = "untitled"

// maxFileNameLength is Misskey's, in UTF-16 code units.
const maxFileNameLength = 200

// ErrInvalidName says that no file may have the name that was given.
var ErrInvalidName = errors.New("invalid file name")

// Name is what a file of the drive is called: given, unless it says nothing
// ("blob" is what browsers call data), with the extension that its type has.
// The error is ErrInvalidName where no file may be called that.
func Name(given, ext string) (string, error) {
	name := strings.TrimSpace(given)
	switch {
	case name == "" || name == "blob":
		name = fallbackFileName
	case len(utf16.Encode([]rune(name))) > maxFileNameLength,
		strings.ContainsAny(name, "/\\"), strings.Contains(name, ".."):
		return "", ErrInvalidName
	}
	return withExtension(name, ext), nil
}

// packed formats keep the names that they have: .tar.gz is one, .docx another.
var packedFormats = map[string]bool{".zip": true, ".gz": true, ".rar": true}

// withExtension adds the extension of the type where the name has another one.
// As on Misskey, a file of unknown type without any becomes .unknown.
func withExtension(name, ext string) string {
	have := strings.ToLower(path.Ext(name))
	switch {
	case have == "" || have == ".":
		if ext == "" {
			ext = ".unknown"
		}
		return name + ext
	case ext == "", have == ext, packedFormats[ext], ext == ".jpg" && have == ".jpeg":
		return name
	default:
		return name + ext
	}
}
