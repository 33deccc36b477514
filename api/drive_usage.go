package api

import (
	"context"
	"fmt"
)

type driveUsage struct {
	Capacity int64 `json:"capacity"` // bytes
	Usage    int64 `json:"usage"`    // bytes
}

// drive answers how much room who is calling has and takes.
func drive() endpoint {
	return define(meta{
		name: "drive", credential: true, permission: "read:drive",
	}, func(ctx context.Context, c *Call, _ noParams) (driveUsage, error) {
		used, err := c.Store().DriveUsage(ctx, c.ViewerID())
		if err != nil {
			return driveUsage{}, fmt.Errorf("measuring a drive: %w", err)
		}
		return driveUsage{driveCapacity(), used}, nil
	})
}
