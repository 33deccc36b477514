package protocol

import "notewire/store"

// Notification is a notification. Which members it has depends on its type.
type Notification struct {
	ID        string                 `json:"id"`
	CreatedAt string                 `json:"createdAt"`
	Type      store.NotificationType `json:"type"`
	UserID    store.UserID           `json:"userId,omitempty"`
	User      *UserLite              `json:"user,omitempty"`
	Note      *Note                  `json:"note,omitempty"` // as over HTTP
	Reaction  string                 `json:"reaction,omitempty"`
	Message   OptionalString         `json:"message,omitzero"` // of followRequestAccepted
	Body      OptionalString         `json:"body,omitzero"`    // of app, as the next two
	Header    OptionalString         `json:"header,omitzero"`
	Icon      OptionalString         `json:"icon,omitzero"`
}

// PackNotification packs a notification with the user who caused it and the
// note that it is about; nil for none. Where nobody caused it, one about a
// note (pollEnded) carries the note's author: the schema asks for a user, and
// clients rely on it.
func (p Packer) PackNotification(n *store.Notification, user *store.User, note *store.NoteBundle) Notification {
	out := Notification{
		ID:        n.ID,
		CreatedAt: FormatTime(n.CreatedAt),
		Type:      n.Type,
		Reaction:  n.Reaction,
	}
	if note != nil {
		packed := p.PackNote(note)
		out.Note = &packed
		if user == nil {
			user = note.User
		}
	}
	if user != nil {
		lite := p.PackUserLite(user)
		out.UserID, out.User = user.ID, &lite
	}
	switch n.Type {
	case store.NotifyFollowRequestAccepted:
		out.Message = PresentString(n.Message)
	case store.NotifyApp:
		out.Body, out.Header, out.Icon = PresentString(n.Message), PresentString(n.Header), PresentString(n.Icon)
	}
	return out
}
