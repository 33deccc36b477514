package endpoint

import (
	"context"
	"net/url"
	"strings"
)

// secretFields are the members of params and queries that hold what may not
// get into a log.
var secretFields = []string{"i", "token", "password", "currentPassword", "newPassword", "setupPassword"}

type secretsKey struct{}

// WithSecrets tells the pipeline what the request that ctx belongs to holds and
// no log may show. secrets is called when there is something to log.
func WithSecrets(ctx context.Context, secrets func() []string) context.Context {
	return context.WithValue(ctx, secretsKey{}, secrets)
}

// SecretsOf are the tokens and passwords in decoded params, and in queries and
// forms beside them.
func SecretsOf(params any, fields ...url.Values) []string {
	var found []string
	members, _ := params.(map[string]any)
	for _, name := range secretFields {
		for _, f := range fields {
			found = append(found, f[name]...)
		}
		if text, ok := members[name].(string); ok {
			found = append(found, text)
		}
	}
	return found
}

// Masked is an error for the log: its text without the secrets of the request
// that ctx belongs to. No code here puts them into an error; this is for the
// libraries beneath and for what panics.
func Masked(ctx context.Context, err error) string {
	text := err.Error()
	if secrets, ok := ctx.Value(secretsKey{}).(func() []string); ok {
		text = Mask(text, secrets())
	}
	return text
}

// Mask takes secrets out of a text. Very short ones would take half of the text
// with them, and are no secrets.
func Mask(text string, secrets []string) string {
	const shortest = 4
	for _, s := range secrets {
		if len(s) >= shortest {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	return text
}
