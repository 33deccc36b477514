package api

import "context"

// adminAccountsDelete deletes somebody's account; see Work.deleteAccount.
func adminAccountsDelete() endpoint {
	return define(meta{
		name: "admin/accounts/delete", credential: true, admin: true, permission: "write:admin:account",
		params: userSchema(),
		errors: []*Error{errAdminNoSuchUser, errCannotDeleteAdmin},
	}, func(ctx context.Context, c *Call, p userParams) (nothing, error) {
		return nothing{}, c.Transact(ctx, func(ctx context.Context, w *Work) error {
			u, err := w.target(ctx, p.UserID)
			if err != nil {
				return err
			}
			return w.deleteAccount(ctx, u)
		})
	})
}
