package users

import (
	"context"
	"encoding/json"
	"fmt"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

type usersRelationParams struct {
	UserID json.RawMessage `json:"userId"` // an id or an array of ids
}

// usersRelation answers how who is calling and others stand: an object for one
// id, an array for several.
func usersRelation() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "users/relation", Credential: true, Permission: "read:account",
		Params: schema.Object(schema.Prop("userId", schema.AnyOf(schema.ID(), schema.Array(schema.ID())))).Require("userId"),
	}, func(ctx context.Context, c *endpoint.Call, p usersRelationParams) (any, error) {
		var ids []store.UserID
		many := len(p.UserID) > 0 && p.UserID[0] == '['
		if many {
			if err := json.Unmarshal(p.UserID, &ids); err != nil {
				return nil, fmt.Errorf("reading ids: %w", err)
			}
		} else {
			ids = make([]store.UserID, 1)
			if err := json.Unmarshal(p.UserID, &ids[0]); err != nil {
				return nil, fmt.Errorf("reading an id: %w", err)
			}
		}
		found, err := c.Store().RelationsBetween(ctx, c.ViewerID(), ids)
		if err != nil {
			return nil, fmt.Errorf("loading relations: %w", err)
		}
		out := make([]protocol.Relation, len(found))
		for i, r := range found {
			out[i] = protocol.PackRelation(r)
		}
		if many {
			return out, nil
		}
		return out[0], nil
	})
}
