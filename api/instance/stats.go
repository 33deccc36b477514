package instance

import (
	"context"
	"fmt"
	"notewire/api/endpoint"
)

type statsAnswer struct {
	NotesCount         int   `json:"notesCount"`
	OriginalNotesCount int   `json:"originalNotesCount"` // by local users
	UsersCount         int   `json:"usersCount"`
	OriginalUsersCount int   `json:"originalUsersCount"`
	Instances          int   `json:"instances"`
	DriveUsageLocal    int64 `json:"driveUsageLocal"` // bytes
	DriveUsageRemote   int64 `json:"driveUsageRemote"`
}

// stats counts what the server has.
func stats() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{Name: "stats"}, func(ctx context.Context, c *endpoint.Call, _ endpoint.NoParams) (statsAnswer, error) {
		s, err := c.Store().Stats(ctx)
		if err != nil {
			return statsAnswer{}, fmt.Errorf("counting: %w", err)
		}
		return statsAnswer{
			NotesCount: s.Notes, OriginalNotesCount: s.LocalNotes,
			UsersCount: s.Users, OriginalUsersCount: s.LocalUsers,
			Instances: s.Instances, DriveUsageLocal: s.DriveUsage,
		}, nil
	})
}
