package api

import "context"

// adminUnsuspendUser lets a suspended account in again, with the tokens that
// it had.
func adminUnsuspendUser() endpoint {
	return define(meta{
		name: "admin/unsuspend-user", credential: true, moderator: true, permission: "write:admin:unsuspend-user",
		params: userSchema(),
		errors: []*Error{errAdminNoSuchUser},
	}, func(ctx context.Context, c *Call, p userParams) (nothing, error) {
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			u, err := w.target(ctx, p.UserID)
			if err != nil {
				return err
			}
			return w.setSuspended(ctx, u, false)
		})
	})
}
