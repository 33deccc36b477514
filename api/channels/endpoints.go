package channels

import "notewire/api/endpoint"

// Endpoints are all endpoints of the family. A new one is a file and a line here.
func Endpoints() []endpoint.Endpoint {
	return []endpoint.Endpoint{
		channelsCreate(),
		channelsFollow(),
		channelsFollowed(),
		channelsOwned(),
		channelsShow(),
		channelsTimeline(),
		channelsUnfollow(),
	}
}
