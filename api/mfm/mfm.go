package mfm

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mention is a user whom a text names: @username or @username@host.
type Mention struct {
	Username string // as written
	Host     string // lower case; empty: none was written
}

// Found is what is found in texts, each once, in the order in which it first
// occurs.
type Found struct {
	Mentions []Mention
	Tags     []string // hashtags: lower case, without '#'
	Emojis   []string // names of custom emojis, without colons
}

// The limits of Misskey: longer tags do not count, nor do more tags than that.
const (
	MaxTagLength = 128 // code points
	MaxTags      = 32
)

// What a text may contain that is not looked into, or looked into less. The
// grammar is a small part of MFM, Misskey's markup.
var (
	inlineCode  = regexp.MustCompile("^`[^`´\n]+`")
	bareURL     = regexp.MustCompile(`^https?://[.,a-zA-Z0-9_/:%#@$&?!~=+\-()\[\]]+`)
	linkLabel   = regexp.MustCompile(`^\[([^\[\]\n]+)\]\(`)
	linkTarget  = regexp.MustCompile(`^https?://[^\s()]*(?:\([^\s()]*\)[^\s()]*)*\)`)
	mentionText = regexp.MustCompile(`^@([a-zA-Z0-9_](?:[a-zA-Z0-9_.\-]*[a-zA-Z0-9_])?)(?:@([a-zA-Z0-9_](?:[a-zA-Z0-9_.\-]*[a-zA-Z0-9_])?))?`)
	emojiCode   = regexp.MustCompile(`^:([a-zA-Z0-9_+\-]+):`)
	onlyDigits  = regexp.MustCompile(`^[0-9]+$`)
)

// Extract looks through texts for mentions, hashtags and custom emojis, but
// not into code, formulas, addresses and <plain>. The label of a link may have
// emojis only.
func Extract(texts ...string) Found {
	var f Found
	for _, text := range texts {
		(&scanner{Found: &f}).scan(text)
	}
	f.Tags = slices.DeleteFunc(f.Tags, func(t string) bool { return utf8.RuneCountInString(t) > MaxTagLength })
	f.Tags = f.Tags[:min(len(f.Tags), MaxTags)]
	return f
}

// scanner looks through one text, in time that grows as the text does: it
// remembers where it found no closing.
type scanner struct {
	*Found
	label bool // the text is a link's label
	spans spans
}

func (s *scanner) scan(text string) {
	s.spans.total = len(text)
	var before rune // the character in front of the place that is looked at
	for text != "" {
		n := s.token(text, before)
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text)
		}
		before, _ = utf8.DecodeLastRuneInString(text[:n])
		text = text[n:]
	}
}

// token takes what begins the text, if it is anything, and answers how many
// bytes that is.
func (s *scanner) token(text string, before rune) int {
	switch text[0] {
	case '`':
		if n := s.spans.length(text); n > 0 {
			return n
		}
		return len(inlineCode.FindString(text))
	case '<', '\\':
		return s.spans.length(text)
	case 'h':
		return len(bareURL.FindString(text))
	case '[':
		if label, n := s.link(text); n > 0 && !s.label {
			(&scanner{Found: s.Found, label: true}).scan(label)
			return n
		}
	case '@':
		if m := mentionText.FindStringSubmatch(text); m != nil && !s.label && !alphanumeric(before) {
			addOnce(&s.Mentions, Mention{m[1], strings.ToLower(m[2])})
			return len(m[0])
		}
	case '#':
		if n := hashtagLen(text[1:], 0); n > 0 && !s.label && !alphanumeric(before) {
			if tag := text[1 : 1+n]; !onlyDigits.MatchString(tag) && !keycap(tag) {
				addOnce(&s.Tags, strings.ToLower(tag))
				return 1 + n
			}
		}
	case ':':
		if m := emojiCode.FindStringSubmatch(text); m != nil && !alphanumeric(before) {
			after, _ := utf8.DecodeRuneInString(text[len(m[0]):])
			if !alphanumeric(after) {
				addOnce(&s.Emojis, m[1])
				return len(m[0])
			}
		}
	}
	return 0
}

// link is a link's label, and how many bytes the link is; 0: it is none.
func (s *scanner) link(text string) (label string, n int) {
	m := linkLabel.FindStringSubmatchIndex(text)
	if m == nil {
		return "", 0
	}
	label, target := text[m[2]:m[3]], text[m[1]:]
	if !strings.HasPrefix(target, "<http") {
		n = len(linkTarget.FindString(target))
	} else if n = s.spans.length(target); strings.HasPrefix(target[n:], ")") {
		n++
	} else {
		n = 0
	}
	if n == 0 {
		return "", 0
	}
	return label, m[1] + n
}

// brackets may stand in a hashtag if they are closed within it.
var brackets = map[rune]rune{'(': ')', '[': ']', '「': '」', '（': '）'}

// maxTagBrackets bounds how deep brackets are followed.
const maxTagBrackets = 20

// hashtagLen is how many bytes of the text belong to a hashtag.
func hashtagLen(text string, depth int) int {
	n := 0
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if closing, opens := brackets[r]; opens && depth < maxTagBrackets {
			inner := n + size + hashtagLen(text[n+size:], depth+1)
			if !strings.HasPrefix(text[inner:], string(closing)) {
				return n
			}
			n = inner + utf8.RuneLen(closing)
			continue
		}
		if unicode.IsSpace(r) || strings.ContainsRune(`.,!?'"#:/[]【】()「」（）<>`, r) {
			return n
		}
		n += size
	}
	return n
}

// keycap says whether the tag is the rest of the emoji of a hash key.
func keycap(tag string) bool {
	return strings.HasPrefix(strings.TrimPrefix(tag, "\ufe0f"), "\u20e3")
}

// alphanumeric is about ASCII only: Japanese has no spaces around a mention.
func alphanumeric(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func addOnce[T comparable](list *[]T, v T) {
	if !slices.Contains(*list, v) {
		*list = append(*list, v)
	}
}
