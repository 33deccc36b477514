package api

import "context"

// adminSuspendUser shuts an account out: its sessions end, its tokens are
// refused. Nobody can suspend a moderator or an administrator.
func adminSuspendUser() endpoint {
	return define(meta{
		name: "admin/suspend-user", credential: true, moderator: true, permission: "write:admin:suspend-user",
		params: userSchema(),
		errors: []*Error{errAdminNoSuchUser, errCannotSuspendStaff},
	}, func(ctx context.Context, c *Call, p userParams) (nothing, error) {
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			u, err := w.target(ctx, p.UserID)
			if err != nil {
				return err
			}
			if u.IsModerator || u.IsAdmin {
				return errCannotSuspendStaff
			}
			return w.setSuspended(ctx, u, true)
		})
	})
}
