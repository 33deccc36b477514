package users

import (
	"context"
	"errors"
	"fmt"

	"notewire/api/endpoint"
	"notewire/api/endpoint/schema"
	"notewire/protocol"
	"notewire/store"
)

var errListShowNoSuchList = endpoint.ClientError("No such list.", "NO_SUCH_LIST", "7bc05c21-1d7a-41ae-88f1-66820f4dc686")

type usersListsShowParams struct {
	listParams
	ForPublic bool `json:"forPublic"`
}

// shownList is a list, and for public ones how many like it: nobody, since
// there is no endpoint for that.
type shownList struct {
	protocol.UserList
	LikedCount *int  `json:"likedCount,omitempty"`
	IsLiked    *bool `json:"isLiked,omitempty"`
}

// usersListsShow answers a list of who is calling, or, for forPublic and for
// nobody in particular, a public one.
func usersListsShow() endpoint.Endpoint {
	return endpoint.Define(endpoint.Meta{
		Name: "users/lists/show", Permission: "read:account",
		Params: schema.Object(schema.Prop("listId", schema.ID()), schema.Prop("forPublic", schema.Boolean().Default(false))).Require("listId"),
		Errors: []*endpoint.Error{errListShowNoSuchList},
	}, func(ctx context.Context, c *endpoint.Call, p usersListsShowParams) (shownList, error) {
		l, err := c.Store().List(ctx, p.ListID)
		if errors.Is(err, store.ErrNotFound) {
			return shownList{}, errListShowNoSuchList
		}
		if err != nil {
			return shownList{}, fmt.Errorf("looking up a list: %w", err)
		}
		if c.Viewer() != nil && !p.ForPublic {
			if l.UserID != c.ViewerID() {
				return shownList{}, errListShowNoSuchList
			}
		} else if !l.IsPublic {
			return shownList{}, errListShowNoSuchList
		}
		out := shownList{UserList: c.Packer().PackList(l)}
		if p.ForPublic {
			out.LikedCount = new(int)
			if c.Viewer() != nil {
				out.IsLiked = new(bool)
			}
		}
		return out, nil
	})
}
