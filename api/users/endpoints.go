package users

import "notewire/api/endpoint"

// Endpoints are all endpoints of the family. A new one is a file and a line here.
func Endpoints() []endpoint.Endpoint {
	return []endpoint.Endpoint{
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
