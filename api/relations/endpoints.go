package relations

import "notewire/api/endpoint"

// Endpoints are all endpoints of the family. A new one is a file and a line here.
func Endpoints() []endpoint.Endpoint {
	return []endpoint.Endpoint{
		blockingCreate(),
		blockingDelete(),
		blockingList(),
		followingCreate(),
		followingDelete(),
		followingInvalidate(),
		followingRequestsAccept(),
		followingRequestsCancel(),
		followingRequestsList(),
		followingRequestsReject(),
		followingUpdate(),
		muteCreate(),
		muteDelete(),
		muteList(),
		renoteMuteCreate(),
		renoteMuteDelete(),
		renoteMuteList(),
	}
}
