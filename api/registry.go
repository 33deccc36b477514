package api

import (
	"fmt"
	"slices"
)

// all lists every endpoint. A new endpoint is a file and a line here.
func all() []endpoint {
	return []endpoint{
		adminAccountsCreate(),
		adminAccountsDelete(),
		adminShowUser(),
		adminSuspendUser(),
		adminUnsuspendUser(),
		blockingCreate(),
		blockingDelete(),
		blockingList(),
		channelsCreate(),
		channelsFollow(),
		channelsFollowed(),
		channelsOwned(),
		channelsShow(),
		channelsTimeline(),
		channelsUnfollow(),
		drive(),
		driveFiles(),
		driveFilesCreate(),
		driveFilesShow(),
		emojiShow(),
		emojisList(),
		endpointShow(),
		endpointsList(),
		followingCreate(),
		followingDelete(),
		followingInvalidate(),
		followingRequestsAccept(),
		followingRequestsCancel(),
		followingRequestsList(),
		followingRequestsReject(),
		followingUpdate(),
		iApps(),
		iChangePassword(),
		iDeleteAccount(),
		iNotifications(),
		iRegenerateToken(),
		iRevokeToken(),
		iShow(),
		iUpdate(),
		metaShow(),
		miauthGenToken(),
		muteCreate(),
		muteDelete(),
		muteList(),
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
		notificationsMarkAllAsRead(),
		ping(),
		renoteMuteCreate(),
		renoteMuteDelete(),
		renoteMuteList(),
		stats(),
		usersFollowers(),
		usersFollowing(),
		usersListsCreate(),
		usersListsDelete(),
		usersListsList(),
		usersListsPull(),
		usersListsPush(),
		usersListsShow(),
		usersListsUpdate(),
		usersListsUpdateMembership(),
		usersNotes(),
		usersRelation(),
		usersShow(),
	}
}

// registry finds endpoints by name. It is read-only.
type registry struct {
	byName map[string]endpoint
	names  []string // sorted
}

func newRegistry(list []endpoint) (registry, error) {
	r := registry{byName: make(map[string]endpoint, len(list))}
	for _, e := range list {
		if _, twice := r.byName[e.name]; twice {
			return registry{}, fmt.Errorf("endpoint %s is defined twice", e.name)
		}
		if (e.moderator || e.admin) && !e.credential {
			return registry{}, fmt.Errorf("endpoint %s asks for a role without a credential", e.name)
		}
		r.byName[e.name] = e
		r.names = append(r.names, e.name)
	}
	slices.Sort(r.names)
	return r, nil
}
