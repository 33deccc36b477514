package reaction

import (
	"regexp"
	"strings"
)

// Fallback is what becomes of a reaction that cannot be shown.
const Fallback = "❤"

// named is what reactions were called before they were emojis.
var named = map[string]string{
	"like": "👍", "love": "❤", "laugh": "😆", "hmm": "🤔", "surprise": "😮", "congrats": "🎉",
	"angry": "💢", "confused": "😥", "rip": "😇", "pudding": "🍮", "star": "⭐",
}

// custom is a custom emoji as clients send it; "@." is this server.
var custom = regexp.MustCompile(`^:([a-zA-Z0-9_+\-]+)(?:@\.)?:$`)

// CustomEmoji is the name of the custom emoji that a client reacts with, in the
// form :name: or :name@.: of this server's own. ok is false for anything else,
// other servers' emojis included, which only their users react with.
func CustomEmoji(reaction string) (name string, ok bool) {
	m := custom.FindStringSubmatch(reaction)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// Normalize is how a reaction that is no custom emoji is kept: the first emoji
// in it, without the selector for colour unless several are joined to one, or
// Fallback.
func Normalize(reaction string) string {
	if emoji, ok := named[reaction]; ok {
		return emoji
	}
	emoji := firstEmoji(reaction)
	switch {
	case emoji == "":
		return Fallback
	case strings.ContainsRune(emoji, joiner):
		return emoji
	default:
		return strings.ReplaceAll(emoji, string(textOrColour), "")
	}
}
