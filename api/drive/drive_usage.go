package drive

import (
	"context"
	"fmt"
	"notewire/api/action"
	"notewire/api/endpoint"
)

type driveUsage struct {
	Capacity int64 `json:"capacity"` // bytes
	Usage    int64 `json:"usage"`    // bytes
}

// drive answers how much room who is calling has and takes.
func drive() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "drive", Credential: true, Permission: "read:drive",
	}, func(ctx context.Context, c *endpoint.Call, _ endpoint.NoParams) (driveUsage, error) {
		used, err := c.Store().DriveUsage(ctx, c.ViewerID())
		if err != nil {
			return driveUsage{}, fmt.Errorf("measuring a drive: %w", err)
		}
		return driveUsage{action.DriveCapacity(), used}, nil
	})
}
