package notes

import "notewire/api/endpoint"

// Endpoints are all endpoints of the family. A new one is a file and a line here.
func Endpoints() []endpoint.Endpoint {
	return []endpoint.Endpoint{
		notesChildren(),
		notesConversation(),
		notesCreate(),
		notesDelete(),
		notesGlobalTimeline(),
		notesHybridTimeline(),
		notesLocalTimeline(),
		notesMentions(),
		notesPollsVote(),
		notesReactions(),
		notesReactionsCreate(),
		notesReactionsDelete(),
		notesRenotes(),
		notesReplies(),
		notesShow(),
		notesState(),
		notesTimeline(),
		notesUnrenote(),
		notesUserListTimeline(),
	}
}
