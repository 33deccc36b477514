package main

// object is short for the parameters of a call.
type object = map[string]any

// endpointRow is how an endpoint is called so that it succeeds.
type endpointRow struct {
	admin  bool // by the administrator, not by a fresh user
	params func(s *scene) object
}

// nothing is for endpoints that need no state and no parameters.
func nothing(*scene) object { return object{} }

// userID makes a stranger; the endpoint gets their id.
func userID(s *scene) object { return object{"userId": s.someone().id} }

// noteID makes a note of a stranger.
func noteID(s *scene) object { return object{"noteId": s.plain()} }

// after does the endpoint's contrary first, with the same parameters.
func after(path string, maker func(*scene) object) func(*scene) object {
	return func(s *scene) object {
		params := maker(s)
		s.do(s.me, path, params)
		return params
	}
}

// limited asks for few.
func limited(*scene) object { return object{"limit": 5} }

// requested has a stranger ask to follow the caller, who is locked.
func requested(s *scene) object {
	s.do(s.me, "i/update", object{"isLocked": true})
	other := s.someone()
	s.do(other, "following/create", object{"userId": s.me.id})
	return object{"userId": other.id}
}

// timeline makes notes of every kind that the caller sees: plain, reply, renote, quote, with file, poll and mention.
func timeline(s *scene) object {
	friend := s.someone()
	s.do(s.me, "following/create", object{"userId": friend.id})
	note := s.note(friend, object{"text": "a note for @" + s.me.username, "cw": "careful"})
	s.note(s.me, object{"text": "a reply", "replyId": note})
	s.note(friend, object{"renoteId": note})
	s.note(s.me, object{"renoteId": note, "text": "a quote #tag"})
	s.note(s.me, object{"text": "a poll", "poll": object{"choices": []string{"a", "b"}, "multiple": true}})
	s.note(s.me, object{"fileIds": []string{s.file()}})
	s.note(friend, object{"text": "to one", "visibility": "specified", "visibleUserIds": []string{s.me.id}})
	s.do(s.me, "notes/reactions/create", object{"noteId": note, "reaction": "👍"})
	return object{"limit": 20}
}

// notified gives the caller notifications of each kind.
func notified(s *scene) object {
	other := s.someone()
	mine := s.note(s.me, object{"text": "mine"})
	s.note(other, object{"text": "hello @" + s.me.username})
	s.note(other, object{"text": "a reply", "replyId": mine})
	s.note(other, object{"renoteId": mine})
	s.note(other, object{"renoteId": mine, "text": "a quote"})
	s.do(other, "notes/reactions/create", object{"noteId": mine, "reaction": "👍"})
	s.do(other, "following/create", object{"userId": s.me.id})
	return object{"limit": 20}
}

// list makes a list of the caller.
func list(s *scene) object {
	return object{"listId": s.made("users/lists/create", object{"name": "a list"})}
}

// listed makes a list with a member.
func listed(s *scene) object {
	params := list(s)
	params["userId"] = s.someone().id
	s.do(s.me, "users/lists/push", params)
	return params
}

// channel makes a community channel.
func channel(s *scene) object {
	return object{"channelId": s.made("channels/create", object{"name": "a channel"})}
}

// antenna makes the parameters of an antenna.
func antenna(*scene) object {
	return object{"name": "an antenna", "src": "all", "keywords": [][]string{{"word"}}, "excludeKeywords": [][]string{}, "users": []string{},
		"caseSensitive": false, "withReplies": false, "withFile": false}
}

// withAntenna makes an antenna.
func withAntenna(s *scene) object {
	return object{"antennaId": s.made("antennas/create", antenna(s))}
}

// with adds members to what another maker made.
func with(maker func(*scene) object, more object) func(*scene) object {
	return func(s *scene) object {
		params := maker(s)
		for name, value := range more {
			params[name] = value
		}
		return params
	}
}

// registryKey writes a value to the caller's registry.
func registryKey(s *scene) object {
	params := object{"scope": []string{"client", "base"}, "key": "k"}
	s.do(s.me, "i/registry/set", object{"scope": params["scope"], "key": "k", "value": 1})
	return params
}

// password is the caller's.
func password(s *scene) object { return object{"password": s.me.password} }

// endpointRows says how each endpoint is called. An endpoint that the server serves and that has no row fails the run.
var endpointRows = map[string]endpointRow{
	"i":        {params: nothing},
	"i/update": {params: func(*scene) object { return object{"name": "A Name", "description": "words", "isLocked": true} }},
	"i/apps": {params: func(s *scene) object {
		s.do(s.me, "miauth/gen-token", object{"session": nil, "name": "an app", "permission": []string{"read:account"}})
		return object{}
	}},
	"i/notifications": {params: notified}, "i/notifications-grouped": {params: notified},
	"i/regenerate-token": {params: password},
	"i/change-password":  {params: func(s *scene) object { return object{"currentPassword": s.me.password, "newPassword": "another one"} }},
	"i/delete-account":   {params: password},
	"i/revoke-token": {params: func(s *scene) object {
		return object{"token": text(s.do(s.me, "miauth/gen-token", object{"session": nil, "permission": []string{"read:account"}}), "token")}
	}},
	"i/registry/set":    {params: func(*scene) object { return object{"scope": []string{"a"}, "key": "k", "value": object{"x": 1}} }},
	"i/registry/get":    {params: registryKey},
	"i/registry/keys":   {params: func(s *scene) object { registryKey(s); return object{"scope": []string{"client", "base"}} }},
	"i/registry/remove": {params: registryKey},
	"miauth/gen-token": {params: func(*scene) object {
		return object{"session": nil, "name": "an app", "permission": []string{"read:account"}}
	}},

	"notifications/mark-all-as-read": {params: nothing}, "notifications/flush": {params: nothing}, "notifications/test-notification": {params: nothing},
	"notifications/create": {params: func(*scene) object { return object{"body": "hello", "header": "head"} }},

	"notes/create":          {params: func(s *scene) object { return object{"text": "made by @" + s.me.username + " #tag"} }},
	"notes/delete":          {params: func(s *scene) object { return object{"noteId": s.note(s.me, object{"text": "soon gone"})} }},
	"notes/show":            {params: noteID},
	"notes/timeline":        {params: timeline},
	"notes/local-timeline":  {params: timeline},
	"notes/hybrid-timeline": {params: timeline},
	"notes/global-timeline": {params: timeline},
	"notes/mentions":        {params: notified},
	"notes/reactions": {params: func(s *scene) object {
		params := noteID(s)
		s.do(s.someone(), "notes/reactions/create", object{"noteId": params["noteId"], "reaction": "🎉"})
		return params
	}},
	"notes/reactions/create": {params: with(noteID, object{"reaction": "👍"})},
	"notes/reactions/delete": {params: func(s *scene) object {
		params := noteID(s)
		s.do(s.me, "notes/reactions/create", object{"noteId": params["noteId"], "reaction": "👍"})
		return params
	}},
	"notes/polls/vote": {params: func(s *scene) object {
		return object{"noteId": s.note(s.someone(), object{"text": "poll", "poll": object{"choices": []string{"a", "b"}}}), "choice": 1}
	}},
	"notes/unrenote": {params: func(s *scene) object {
		params := noteID(s)
		s.note(s.me, object{"renoteId": params["noteId"]})
		return params
	}},
	"notes/state": {params: noteID}, "notes/conversation": {params: noteID}, "notes/children": {params: noteID}, "notes/replies": {params: noteID}, "notes/renotes": {params: noteID},
	"notes": {params: limited}, "notes/search-by-tag": {params: func(*scene) object { return object{"tag": "tag"} }},
	"notes/favorites/create": {params: noteID}, "notes/favorites/delete": {params: after("notes/favorites/create", noteID)},
	"notes/thread-muting/create": {params: noteID}, "notes/thread-muting/delete": {params: after("notes/thread-muting/create", noteID)},
	"notes/user-list-timeline": {params: listed},

	"following/create": {params: userID}, "following/delete": {params: after("following/create", userID)},
	"following/update": {params: with(after("following/create", userID), object{"withReplies": true})},
	"following/invalidate": {params: func(s *scene) object {
		other := s.someone()
		s.do(other, "following/create", object{"userId": s.me.id})
		return object{"userId": other.id}
	}},
	"following/requests/accept": {params: requested}, "following/requests/reject": {params: requested},
	"following/requests/list": {params: func(s *scene) object { requested(s); return object{} }},
	"following/requests/cancel": {params: func(s *scene) object {
		other := s.someone()
		s.do(other, "i/update", object{"isLocked": true})
		s.do(s.me, "following/create", object{"userId": other.id})
		return object{"userId": other.id}
	}},
	"blocking/create": {params: userID}, "blocking/delete": {params: after("blocking/create", userID)},
	"blocking/list": {params: func(s *scene) object { s.do(s.me, "blocking/create", userID(s)); return object{} }},
	"mute/create":   {params: userID}, "mute/delete": {params: after("mute/create", userID)},
	"mute/list":          {params: func(s *scene) object { s.do(s.me, "mute/create", userID(s)); return object{} }},
	"renote-mute/create": {params: userID}, "renote-mute/delete": {params: after("renote-mute/create", userID)},
	"renote-mute/list": {params: func(s *scene) object { s.do(s.me, "renote-mute/create", userID(s)); return object{} }},

	"users/show": {params: userID}, "users/relation": {params: userID}, "users": {params: limited},
	"users/followers": {params: userID}, "users/following": {params: userID}, "users/notes": {params: userID},
	"users/report-abuse":                {params: with(userID, object{"comment": "a reason"})},
	"users/search-by-username-and-host": {params: func(*scene) object { return object{"username": "fresh"} }},
	"users/lists/create":                {params: func(*scene) object { return object{"name": "a list"} }},
	"users/lists/push": {params: func(s *scene) object {
		params := list(s)
		params["userId"] = s.someone().id
		return params
	}},
	"users/lists/pull": {params: listed}, "users/lists/show": {params: listed}, "users/lists/delete": {params: list},
	"users/lists/list":              {params: func(s *scene) object { listed(s); return object{} }},
	"users/lists/update":            {params: with(list, object{"name": "renamed", "isPublic": true})},
	"users/lists/update-membership": {params: with(listed, object{"withReplies": true})},

	"meta": {params: func(*scene) object { return object{"detail": true} }}, "stats": {params: nothing}, "ping": {params: nothing}, "endpoints": {params: nothing},
	"endpoint": {params: func(*scene) object { return object{"endpoint": "notes/create"} }},
	"emojis":   {params: nothing}, "server-info": {params: nothing}, "get-online-users-count": {params: nothing}, "announcements": {params: limited},
	"hashtags/search": {params: func(*scene) object { return object{"query": "tag"} }}, "hashtags/trend": {params: nothing},

	"drive": {params: nothing}, "drive/files": {params: func(s *scene) object { s.file(); return object{} }}, "drive/folders": {params: nothing},
	"drive/files/show":     {params: func(s *scene) object { return object{"fileId": s.file()} }},
	"drive/files/update":   {params: func(s *scene) object { return object{"fileId": s.file(), "name": "new.png"} }},
	"drive/files/delete":   {params: func(s *scene) object { return object{"fileId": s.file()} }},
	"drive/folders/create": {params: func(*scene) object { return object{"name": "a folder"} }},
	"drive/folders/update": {params: func(s *scene) object {
		return object{"folderId": s.made("drive/folders/create", object{"name": "old"}), "name": "new"}
	}},
	"drive/folders/delete": {params: func(s *scene) object {
		return object{"folderId": s.made("drive/folders/create", object{"name": "old"})}
	}},

	"channels/create": {params: func(*scene) object { return object{"name": "a channel"} }},
	"channels/show":   {params: channel}, "channels/follow": {params: channel}, "channels/timeline": {params: channel},
	"channels/unfollow": {params: after("channels/follow", channel)},
	"channels/followed": {params: func(s *scene) object { s.do(s.me, "channels/follow", channel(s)); return object{} }},
	"channels/owned":    {params: func(s *scene) object { channel(s); return object{} }},
	"channels/update":   {params: with(channel, object{"name": "renamed"})},

	"antennas/create": {params: antenna}, "antennas/list": {params: func(s *scene) object { withAntenna(s); return object{} }},
	"antennas/show": {params: withAntenna}, "antennas/notes": {params: withAntenna}, "antennas/delete": {params: withAntenna},
	"antennas/update": {params: with(withAntenna, object{"name": "renamed"})},
	"roles/list":      {params: nothing},
}

// formEndpoints take a form instead of JSON; cases of their own call them.
var formEndpoints = map[string]bool{"drive/files/create": true}

// casesElsewhere are endpoints that other suites call, since they need more than a call.
var casesElsewhere = map[string]string{"emoji": "needs an emoji of the server"}
