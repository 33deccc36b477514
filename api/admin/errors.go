package admin

import (
	"notewire/api/action"
	"notewire/api/endpoint"
)

// The ways in which closing an account, or looking into one, is refused. All of
// them are kinder than Misskey, which fails with 500.
var (
	errNoSuchUser          = endpoint.ClientError("No such user.", "NO_SUCH_USER", "f8b1a1a2-3f0b-4a7b-8d8d-2d5e0b6a7c11").For(action.ErrNoSuchUser)
	errCannotSuspendStaff  = endpoint.ClientError("Moderators cannot be suspended.", "CANNOT_SUSPEND_MODERATOR", "0b8d7c2a-7a55-4f3e-9d02-6f1f5a9c3e20").For(action.ErrCannotSuspendStaff)
	errCannotDeleteAdmin   = endpoint.ClientError("Administrators cannot be deleted.", "CANNOT_DELETE_ADMINISTRATOR", "b5d1f0c4-91ce-4e0e-a9a7-1a4b8c9d2f35").For(action.ErrCannotDeleteAdmin)
	errCannotShowAdminInfo = endpoint.ClientError("Administrators are shown to administrators only.", "CANNOT_SHOW_ADMINISTRATOR", "c7a3e9d8-5f64-4b1d-8e8b-93d0a6f2b14c")
)
