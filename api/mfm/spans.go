package mfm

import "strings"

// spanKinds are what nothing is looked for in, by what opens them. measure is
// how many bytes of a text with that opening belong to it; if it is not closed,
// ok is false and n how many bytes were found to have no closing, so that no
// opening among them needs to be tried.
var spanKinds = [...]struct {
	opening string
	measure func(text string) (n int, ok bool)
}{
	{"```", measureCode},
	{"<plain>", func(text string) (int, bool) { return measureUntil(text, len("<plain>"), "</plain>") }},
	{`\(`, func(text string) (int, bool) {
		line, _, _ := strings.Cut(text, "\n")
		return measureUntil(line, len(`\(`)+1, `\)`)
	}},
	{`\[`, func(text string) (int, bool) { return measureUntil(text, len(`\[`)+1, `\]`) }},
	{"<http://", func(text string) (int, bool) { return measureAddress(text, len("<http://")) }},
	{"<https://", func(text string) (int, bool) { return measureAddress(text, len("<https://")) }},
}

// spans measures the spans of one text, from its front to its back, with looks
// ahead. Without a memory, a text of nothing but openings would be looked through to its end
// for each of them.
type spans struct {
	total int // the length of the whole text
	// open is, of each kind, from where to where openings are not closed.
	open   [len(spanKinds)]struct{ from, to int }
	looked int // bytes that were looked through
}

// length is how many bytes of the text, which is the rest of the whole one, are
// a span; 0: none begins there.
func (s *spans) length(text string) int {
	at := s.total - len(text)
	for i, kind := range spanKinds {
		if open := s.open[i]; open.from <= at && at < open.to || !strings.HasPrefix(text, kind.opening) {
			continue
		}
		n, ok := kind.measure(text)
		s.looked += n
		if ok {
			return n
		}
		s.open[i].from, s.open[i].to = at, at+n
	}
	return 0
}

// measureUntil is about spans that end with the first closing from a place on.
func measureUntil(text string, from int, closing string) (int, bool) {
	if from < len(text) {
		if i := strings.Index(text[from:], closing); i >= 0 {
			return from + i + len(closing), true
		}
	}
	return len(text), false
}

// measureCode is about blocks of code: the closing is a line of its own, not
// the one after the opening's.
func measureCode(text string) (int, bool) {
	const closing = "\n```"
	from := strings.IndexByte(text, '\n') + 1
	for from > 0 {
		i := strings.Index(text[from:], closing)
		if i < 0 {
			break
		}
		end := from + i + len(closing)
		if end == len(text) {
			return end, true
		}
		if text[end] == '\n' {
			return end + 1, true
		}
		from += i + 1
	}
	return len(text), false
}

// measureAddress is about addresses in angle brackets.
func measureAddress(text string, from int) (int, bool) {
	i := strings.IndexAny(text[from:], "> \t\n\f\r")
	switch {
	case i < 0:
		return len(text), false
	case i == 0 || text[from+i] != '>':
		return from + i, false
	}
	return from + i + 1, true
}
