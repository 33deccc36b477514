package api

import (
	"net/http"
	"testing"

	"notewire/store"
)

func TestSuspension(t *testing.T) {
	w := newWorld(t, nil)
	root, mod, mod2, bob := w.signUp("root"), w.signUp("mod"), w.signUp("mod2"), w.signUp("bob")
	for _, m := range []person{mod, mod2} {
		w.change(m, func(u *store.User) { u.IsModerator = true })
	}
	app := w.appToken(mod, "write:admin:suspend-user")
	weak := w.appToken(mod, "read:account")
	w.events()
	for _, c := range []struct {
		name, token, endpoint string
		of                    person
		status                int
		code                  string
	}{
		{"anonymous", "", "admin/suspend-user", bob, 401, "CREDENTIAL_REQUIRED"},
		{"not a moderator", bob.Token, "admin/suspend-user", mod, 403, "ROLE_PERMISSION_DENIED"},
		{"without the permission", weak, "admin/suspend-user", bob, 403, "PERMISSION_DENIED"},
		{"with another permission", app, "admin/unsuspend-user", bob, 403, "PERMISSION_DENIED"},
		{"a moderator", mod.Token, "admin/suspend-user", mod2, 400, "CANNOT_SUSPEND_MODERATOR"},
		{"oneself", mod.Token, "admin/suspend-user", mod, 400, "CANNOT_SUSPEND_MODERATOR"},
		{"an administrator", mod.Token, "admin/suspend-user", root, 400, "CANNOT_SUSPEND_MODERATOR"},
		{"a moderator, by an administrator", root.Token, "admin/suspend-user", mod, 400, "CANNOT_SUSPEND_MODERATOR"},
		{"nobody", mod.Token, "admin/suspend-user", person{ID: "nobody"}, 400, "NO_SUCH_USER"},
		{"nobody", mod.Token, "admin/unsuspend-user", person{ID: "nobody"}, 400, "NO_SUCH_USER"},
		{"no id", mod.Token, "admin/suspend-user", person{ID: ""}, 400, "INVALID_PARAM"},
	} {
		t.Run(c.name, func(*testing.T) {
			w.fails(c.token, c.endpoint, map[string]any{"userId": c.of.ID}, c.status, c.code)
		})
	}
	w.wantEvents()

	w.must(app, "admin/suspend-user", map[string]any{"userId": bob.ID})
	told := w.wantEvents("internal userChangeSuspendedState")
	if b := told[0].Body; at(b, "userId") != string(bob.ID) || at(b, "gone") != true {
		t.Errorf("got %v", b)
	}
	w.must(mod.Token, "admin/suspend-user", map[string]any{"userId": bob.ID}) // again: nothing new
	w.wantEvents()
	w.fails(bob.Token, "i", map[string]any{}, 403, "YOUR_ACCOUNT_SUSPENDED")
	if status, _ := w.post("", "signin", map[string]any{"username": "bob", "password": testPassword}); status != http.StatusForbidden {
		t.Errorf("signing in got %d", status)
	}
	w.fails("", "users/show", map[string]any{"userId": bob.ID}, 404, "NO_SUCH_USER")
	if shown := w.must(mod.Token, "admin/show-user", map[string]any{"userId": bob.ID}); at(shown, "isSuspended") != true {
		t.Errorf("shown: %v", shown)
	}

	w.must(mod.Token, "admin/unsuspend-user", map[string]any{"userId": bob.ID})
	if told := w.wantEvents("internal userChangeSuspendedState"); at(told[0].Body, "gone") != false {
		t.Errorf("got %v", told[0].Body)
	}
	w.must(bob.Token, "i", map[string]any{})
}

func TestDeletedByAnAdministrator(t *testing.T) {
	w := newWorld(t, nil)
	root, mod, bob := w.signUp("root"), w.signUp("mod"), w.signUp("bob")
	w.change(mod, func(u *store.User) { u.IsModerator = true })
	w.events()
	w.fails(mod.Token, "admin/accounts/delete", map[string]any{"userId": bob.ID}, 403, "ROLE_PERMISSION_DENIED")
	w.fails(root.Token, "admin/accounts/delete", map[string]any{"userId": root.ID}, 400, "CANNOT_DELETE_ADMINISTRATOR")
	w.fails(root.Token, "admin/accounts/delete", map[string]any{"userId": "nobody"}, 400, "NO_SUCH_USER")
	w.fails(w.appToken(root, "write:admin:suspend-user"), "admin/accounts/delete", map[string]any{"userId": bob.ID}, 403, "PERMISSION_DENIED")
	w.wantEvents()

	app := w.appToken(bob, "read:account")
	w.must(root.Token, "admin/accounts/delete", map[string]any{"userId": bob.ID})
	if told := w.wantEvents("internal userChangeDeletedState"); at(told[0].Body, "userId") != string(bob.ID) {
		t.Errorf("got %v", told[0].Body)
	}
	w.must(root.Token, "admin/accounts/delete", map[string]any{"userId": bob.ID})
	w.wantEvents()
	for _, token := range []string{bob.Token, app} {
		w.fails(token, "i", map[string]any{}, 401, "AUTHENTICATION_FAILED")
	}
	if status, _ := w.post("", "signin", map[string]any{"username": "bob", "password": testPassword}); status != http.StatusNotFound {
		t.Errorf("signing in got %d", status)
	}
	w.fails("", "users/show", map[string]any{"username": "bob"}, 404, "NO_SUCH_USER")
	if status, _ := w.post("", "signup", map[string]any{"username": "BOB", "password": "x"}); status != http.StatusBadRequest {
		t.Errorf("the name of a deleted account was given away: %d", status)
	}
}

func TestDeleteOwnAccount(t *testing.T) {
	w := newWorld(t, nil)
	root, bob := w.signUp("root"), w.signUp("bob")
	w.events()
	password := map[string]any{"password": testPassword}
	w.fails(bob.Token, "i/delete-account", map[string]any{"password": "x"}, 400, "INCORRECT_PASSWORD")
	w.fails(bob.Token, "i/delete-account", map[string]any{}, 400, "INVALID_PARAM")
	w.fails(w.appToken(bob, "write:account"), "i/delete-account", password, 400, "ACCESS_DENIED")
	w.fails(root.Token, "i/delete-account", password, 400, "CANNOT_DELETE_ADMINISTRATOR")
	w.wantEvents()
	w.must(bob.Token, "i/delete-account", map[string]any{"password": testPassword, "token": nil})
	w.wantEvents("internal userChangeDeletedState")
	w.fails(bob.Token, "i", map[string]any{}, 401, "AUTHENTICATION_FAILED")
}

func TestChangePassword(t *testing.T) {
	w := newWorld(t, nil)
	bob := w.signUp("bob")
	w.events()
	change := func(current, next string) map[string]any {
		return map[string]any{"currentPassword": current, "newPassword": next}
	}
	w.fails(bob.Token, "i/change-password", change("x", "new one"), 400, "INCORRECT_PASSWORD")
	w.fails(bob.Token, "i/change-password", change(testPassword, ""), 400, "INVALID_PARAM")
	w.fails(w.appToken(bob, "write:account"), "i/change-password", change(testPassword, "new one"), 400, "ACCESS_DENIED")
	w.must(bob.Token, "i/change-password", change(testPassword, "new one"))
	w.wantEvents() // nobody's session ends
	w.must(bob.Token, "i", map[string]any{})
	if status, _ := w.post("", "signin", map[string]any{"username": "bob", "password": testPassword}); status != http.StatusForbidden {
		t.Errorf("the old password got %d", status)
	}
	w.must("", "signin", map[string]any{"username": "bob", "password": "new one"})
}

func TestAccountsMadeByAdministrators(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.OpenRegistration = false })
	account := func(name string) map[string]any {
		return map[string]any{"username": name, "password": testPassword}
	}
	w.fails("", "admin/accounts/create", map[string]any{"username": "root", "password": "x", "setupPassword": "guess"}, 400, "INCORRECT_INITIAL_PASSWORD")
	w.fails("", "admin/accounts/create", map[string]any{"username": "a b", "password": "x"}, 400, "INVALID_PARAM")
	root := w.must("", "admin/accounts/create", account("root"))
	if at(root, "isAdmin") != true {
		t.Errorf("the first account: %v", root)
	}
	w.fails("", "admin/accounts/create", account("eve"), 400, "ACCESS_DENIED")
	w.fails("", "admin/accounts/create", account("root"), 400, "ACCESS_DENIED") // nor whether a name is taken
	token := text(at(root, "token"))
	bob := w.must(token, "admin/accounts/create", account("bob"))
	if at(bob, "isAdmin") == true {
		t.Errorf("the second account: %v", bob)
	}
	w.must(text(at(bob, "token")), "i", map[string]any{})
	w.fails(text(at(bob, "token")), "admin/accounts/create", account("eve"), 400, "ACCESS_DENIED")
	w.fails(w.appToken(person{Token: token}, "write:admin:account"), "admin/accounts/create", account("eve"), 400, "ACCESS_DENIED")
	w.fails(token, "admin/accounts/create", account("BOB"), 400, "DUPLICATED_USERNAME")
	w.must("", "signin", map[string]any{"username": "bob", "password": testPassword})
}

func TestShowUserToModerators(t *testing.T) {
	w := newWorld(t, nil)
	root, mod, bob := w.signUp("root"), w.signUp("mod"), w.signUp("bob")
	w.change(mod, func(u *store.User) { u.IsModerator = true })
	w.fails(bob.Token, "admin/show-user", map[string]any{"userId": bob.ID}, 403, "ROLE_PERMISSION_DENIED")
	w.fails(mod.Token, "admin/show-user", map[string]any{"userId": root.ID}, 400, "CANNOT_SHOW_ADMINISTRATOR")
	w.fails(mod.Token, "admin/show-user", map[string]any{"userId": "nobody"}, 400, "NO_SUCH_USER")
	shown := w.must(mod.Token, "admin/show-user", map[string]any{"userId": bob.ID})
	for _, key := range []string{
		"email", "emailVerified", "followedMessage", "autoAcceptFollowed", "noCrawle", "preventAiLearning", "alwaysMarkNsfw", "autoSensitive",
		"carefulBot", "injectFeaturedNote", "receiveAnnouncementEmail", "mutedWords", "mutedInstances", "notificationRecieveConfig", "isModerator",
		"isSilenced", "isSuspended", "isHibernated", "lastActiveDate", "moderationNote", "signins", "policies", "roles", "roleAssigns", //nolint:misspell // names on the wire
	} {
		if !has(shown, key) {
			t.Errorf("%s is not there", key)
		}
	}
	if at(w.must(root.Token, "admin/show-user", map[string]any{"userId": mod.ID}), "isModerator") != true || at(shown, "isModerator") != false {
		t.Errorf("who is a moderator is not told: %v", shown)
	}
}
