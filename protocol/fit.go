package protocol

// MaxNoteSize is how many bytes of JSON a packed note may have.
const MaxNoteSize = 64 << 10

// sizeReserve is what a note may still grow by after it was packed, in bytes: the
// key that streaming adds to it and to each note that it embeds, and the viewer's
// myReaction of each.
const sizeReserve = 2 << 10

// maxText is how many characters of text and cw the last cut leaves, each: as
// many as Misskey lets people write.
const maxText = 3000

// cutToSize cuts a packed note down until it is small enough. What goes first is
// what is furthest from the note itself: the renote embedded in the renote,
// then the reply in the renote, then the reply; then the lists and files of
// the renote, then the renote. Of the note itself its lists and files go, and
// at last its text is cut. Ids of what was embedded stay, so clients can
// fetch it. The note belongs to the caller; what it shares with others (maps,
// slices) is replaced, not changed.
func cutToSize(n *Note) {
	const limit = MaxNoteSize - sizeReserve
	if roughSize(n)*worstEscape+worstFrame < limit {
		return
	}
	cuts := []func(){
		func() {
			if n.Renote != nil {
				n.Renote.Renote = nil
			}
		},
		func() {
			if n.Renote != nil {
				n.Renote.Reply = nil
			}
		},
		func() { n.Reply = nil },
		func() { dropLists(n.Renote) },
		func() { n.Renote = nil },
		func() { dropLists(n) },
		func() { n.Text, n.CW = shorten(n.Text), shorten(n.CW) },
	}
	for _, apply := range cuts {
		if b, err := Marshal(n); err != nil || len(b) <= limit {
			return
		}
		apply()
	}
}

// For the cheap test that nearly all notes pass: a control character is
// encoded with six bytes, and some room is left beside what roughSize counts.
const (
	worstEscape = 6
	worstFrame  = 8 << 10
)

// roughSize counts the bytes of what has no fixed size, generously.
func roughSize(n *Note) int {
	const (
		perNote = 512 // keys, ids, counts and the author without its names
		perFile = 512
		perItem = 32 // an id, or the quotes and the count of an entry
	)
	if n == nil {
		return 0
	}
	size := perNote + len(n.User.Username) + len(n.User.AvatarURL) + len(n.URI) + len(n.URL)
	for _, s := range []*string{n.Text, n.CW, n.User.Name, n.User.Host} {
		if s != nil {
			size += len(*s)
		}
	}
	size += perItem * (len(n.VisibleUserIDs) + len(n.Mentions) + len(n.FileIDs))
	for name := range n.Reactions {
		size += perItem + len(name)
	}
	for name, url := range n.ReactionEmojis {
		size += perItem + len(name) + len(url)
	}
	for _, tag := range n.Tags {
		size += perItem + len(tag)
	}
	for _, f := range n.Files {
		size += perFile + len(f.Name) + len(f.URL)
		if f.Comment != nil {
			size += len(*f.Comment)
		}
	}
	if n.Channel != nil {
		size += len(n.Channel.Name)
	}
	if n.Poll != nil {
		for _, c := range n.Poll.Choices {
			size += perItem + len(c.Text)
		}
	}
	return size + roughSize(n.Reply) + roughSize(n.Renote)
}

// dropLists takes everything from the note that may be long, but for its text.
func dropLists(n *Note) {
	if n == nil {
		return
	}
	n.Reactions, n.ReactionEmojis = map[string]int{}, map[string]string{}
	n.Tags, n.Mentions = nil, nil
	if n.VisibleUserIDs != nil {
		n.VisibleUserIDs = n.VisibleUserIDs[:0:0]
	}
	n.FileIDs, n.Files = []string{}, []DriveFile{}
	n.Poll = nil
	n.URI, n.URL = "", ""
	n.User.Name = shorten(n.User.Name)
}

// shorten shortens a text to maxText characters.
func shorten(s *string) *string {
	if s == nil {
		return nil
	}
	count := 0
	for i := range *s {
		if count == maxText {
			short := (*s)[:i]
			return &short
		}
		count++
	}
	return s
}
