package protocol

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"notewire/store"
)

// The parts of key lists that several objects share, in the order in which
// Misskey 2024.10 prints them.
const (
	liteKeys     = "id name username host avatarUrl avatarBlurhash avatarDecorations isBot isCat emojis onlineStatus badgeRoles"
	profileKeys  = "url uri movedTo alsoKnownAs createdAt updatedAt lastFetchedAt bannerUrl bannerBlurhash isLocked isSilenced isSuspended description location birthday lang fields verifiedLinks followersCount followingCount notesCount pinnedNoteIds pinnedNotes pinnedPageId pinnedPage publicReactions followersVisibility followingVisibility roles memo"
	relationKeys = "isFollowing isFollowed hasPendingFollowRequestFromYou hasPendingFollowRequestToYou isBlocking isBlocked isMuted isRenoteMuted notify withReplies"
	meKeys       = "twoFactorEnabled usePasswordLessLogin securityKeys avatarId bannerId followedMessage isModerator isAdmin injectFeaturedNote receiveAnnouncementEmail alwaysMarkNsfw autoSensitive carefulBot autoAcceptFollowed noCrawle preventAiLearning isExplorable isDeleted twoFactorBackupCodesStock hideOnlineStatus hasUnreadSpecifiedNotes hasUnreadMentions hasUnreadAnnouncement unreadAnnouncements hasUnreadAntenna hasUnreadChannel hasUnreadNotification hasPendingReceivedFollowRequest unreadNotificationsCount mutedWords hardMutedWords mutedInstances mutingNotificationTypes notificationRecieveConfig emailNotificationTypes achievements loggedInDays policies"
	secretKeys   = "email emailVerified securityKeysList"
	noteKeys     = "id createdAt userId user text cw visibility localOnly reactionAcceptance renoteCount repliesCount reactionCount reactions reactionEmojis fileIds files replyId renoteId clippedCount"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 7_000_000, time.UTC)

func testPacker() Packer {
	return Packer{BaseURL: "http://127.0.0.1:3999", Now: func() time.Time { return noon }}
}

func testUser(name string) *store.User {
	return &store.User{ID: store.UserID("u" + name), Username: name, CreatedAt: noon, Settings: store.DefaultUserSettings()}
}

func testNote(id, text string) *store.NoteBundle {
	n := &store.Note{ID: store.NoteID(id), CreatedAt: noon, UserID: "ualice", Visibility: store.Public}
	if text != "" {
		n.Text = &text
	}
	return &store.NoteBundle{Note: n, User: testUser("alice")}
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// keysOf lists the keys of an object in their order.
func keysOf(t testing.TB, object []byte) string {
	t.Helper()
	if kindOf(object) != kindObject {
		t.Fatalf("not an object: %s", object)
	}
	var keys []string
	for m := range members(object) {
		key, _ := unquote(m.key)
		if slices.Contains(keys, key) {
			t.Errorf("key %s twice", key)
		}
		keys = append(keys, key)
	}
	return strings.Join(keys, " ")
}

func TestKeys(t *testing.T) {
	p := testPacker()
	alice := testUser("alice")
	remote := testUser("rem")
	remote.Host = "remote.example"
	relation := &store.RelationBetween{}
	following := &store.RelationBetween{IsFollowing: true}
	detailed := p.PackUserDetailed(alice, relation)
	note := testNote("n1", "x")
	yes := true
	reacts := &store.Notification{ID: "f", CreatedAt: noon, Type: store.NotifyReaction, Reaction: "👍"}
	full := func() *store.NoteBundle {
		b := testNote("n2", "x")
		b.Note.Visibility = store.Specified
		b.Note.Tags, b.Note.Mentions = []string{"a"}, []store.UserID{"ubob"}
		b.Note.ChannelID, b.Channel = "c1", &store.CommunityChannel{ID: "c1"}
		b.Note.UserHost, b.Note.URI, b.Note.URL = "remote.example", "https://r/1", "https://r/2"
		b.Note.Poll = &store.Poll{Choices: []string{"a", "b"}}
		b.Note.ReplyID, b.Reply = "n3", testNote("n3", "x")
		b.Note.RenoteID, b.Renote = "n4", testNote("n4", "x")
		b.MyReaction = "👍"
		return b
	}()
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"UserLite", p.PackUserLite(alice), liteKeys},
		{"UserLite, remote", p.PackUserLite(remote), strings.TrimSuffix(liteKeys, " badgeRoles")},
		{"UserDetailed, anonymous", p.PackUserDetailed(alice, nil), liteKeys + " " + profileKeys},
		{"UserDetailed", detailed, liteKeys + " " + profileKeys + " " + relationKeys},
		{"UserDetailed, followed", p.PackUserDetailed(alice, following), liteKeys + " " + profileKeys + " " + relationKeys + " followedMessage"},
		{"MeDetailed, app", p.PackMe(alice, MeExtras{}), liteKeys + " " + profileKeys + " " + meKeys},
		{"MeDetailed", p.PackMe(alice, MeExtras{Secrets: true}), liteKeys + " " + profileKeys + " " + meKeys + " " + secretKeys},
		{"MeDetailed, signed up", p.PackMe(alice, MeExtras{Secrets: true, Token: "t"}), liteKeys + " " + profileKeys + " " + meKeys + " " + secretKeys + " token"},
		{"Policies", DefaultPolicies(), "gtlAvailable ltlAvailable canPublicNote mentionLimit canInvite inviteLimit inviteLimitCycle inviteExpirationTime canManageCustomEmojis canManageAvatarDecorations canSearchNotes canUseTranslator canHideAds driveCapacityMb alwaysMarkNsfw canUpdateBioMedia pinLimit antennaLimit wordMuteLimit webhookLimit clipLimit noteEachClipsLimit userListLimit userEachUserListsLimit rateLimitFactor avatarDecorationLimit canImportAntennas canImportBlocking canImportFollowing canImportMuting canImportUserLists"},
		{"Note", p.PackNote(note), noteKeys},
		{"Note, streamed", p.PackNote(note).Streamed(), strings.Replace(noteKeys, " fileIds", " reactionAndUserPairCache fileIds", 1)},
		{"Note, everything", p.PackNote(full), "id createdAt userId user text cw visibility localOnly reactionAcceptance visibleUserIds renoteCount repliesCount reactionCount reactions reactionEmojis emojis tags fileIds files replyId renoteId channelId channel mentions uri url poll clippedCount reply renote myReaction"},
		{"Note, embedded reply", p.PackNote(full).Reply, strings.TrimSuffix(noteKeys, " clippedCount")},
		{"Note, embedded renote", p.PackNote(full).Renote, noteKeys},
		{"Note, hidden", Variant{Hidden: store.HideSelf}.Apply(p.PackNote(note)), noteKeys + " isHidden"},
		{"Note's channel", p.PackNote(full).Channel, "id name color isSensitive allowRenoteToExternal userId"},
		{"Poll", p.PackNote(full).Poll, "multiple expiresAt choices"},
		{"Poll's choice", p.PackNote(full).Poll.Choices[0], "text votes isVoted"},
		{"Notification, test", p.PackNotification(&store.Notification{Type: store.NotifyTest}, nil, nil), "id createdAt type"},
		{"Notification, login", p.PackNotification(&store.Notification{Type: store.NotifyLogin}, nil, nil), "id createdAt type"},
		{"Notification, follow", p.PackNotification(&store.Notification{Type: store.NotifyFollow}, alice, nil), "id createdAt type userId user"},
		{"Notification, accepted", p.PackNotification(&store.Notification{Type: store.NotifyFollowRequestAccepted}, alice, nil), "id createdAt type userId user message"},
		{"Notification, mention", p.PackNotification(&store.Notification{Type: store.NotifyMention}, alice, note), "id createdAt type userId user note"},
		{"Notification, reaction", p.PackNotification(reacts, alice, note), "id createdAt type userId user note reaction"},
		{"Notification, pollEnded", p.PackNotification(&store.Notification{Type: store.NotifyPollEnded}, nil, note), "id createdAt type userId user note"},
		{"Notification, app", p.PackNotification(&store.Notification{Type: store.NotifyApp, Message: "x"}, nil, nil), "id createdAt type body header icon"},
		{"DriveFile", p.PackFile(&store.File{}), "id createdAt name type md5 size isSensitive blurhash properties url thumbnailUrl comment folderId folder userId user"},
		{"EmojiDetailed", p.PackEmoji(&store.Emoji{}), "id aliases name category host url license isSensitive localOnly roleIdsThatCanBeUsedThisEmojiAsReaction"},
		{"EmojiSimple", p.PackEmojiSimple(&store.Emoji{}), "aliases name category url"},
		{"EmojiSimple, all set", p.PackEmojiSimple(&store.Emoji{LocalOnly: true, IsSensitive: true}), "aliases name category url localOnly isSensitive"},
		{"Channel, anonymous", p.PackChannel(&store.CommunityChannel{}, nil), "id createdAt lastNotedAt name description userId bannerUrl pinnedNoteIds color isArchived usersCount notesCount isSensitive allowRenoteToExternal"},
		{"Channel", p.PackChannel(&store.CommunityChannel{}, &yes), "id createdAt lastNotedAt name description userId bannerUrl pinnedNoteIds color isArchived usersCount notesCount isSensitive allowRenoteToExternal isFollowing isFavorited"},
		{"UserList", p.PackList(&store.UserList{}), "id createdAt name userIds isPublic"},
		{"Following", p.PackFollowing(&store.Follow{}, &detailed, nil), "id createdAt followeeId followerId followee"},
		{"Following, follower", p.PackFollowing(&store.Follow{}, nil, &detailed), "id createdAt followeeId followerId follower"},
		{"FollowRequest", p.PackFollowRequest(&store.FollowRequest{}, alice, remote), "id follower followee"},
		{"Blocking", p.PackBlocking(&store.Block{}, detailed), "id createdAt blockeeId blockee"},
		{"Muting", p.PackMuting(&store.Mute{}, detailed), "id createdAt expiresAt muteeId mutee"},
		{"RenoteMuting", p.PackRenoteMuting(&store.RenoteMute{}, detailed), "id createdAt muteeId mutee"},
		{"Relation", PackRelation(relation), "id isFollowing hasPendingFollowRequestFromYou hasPendingFollowRequestToYou isFollowed isBlocking isBlocked isMuted isRenoteMuted"},
		{"NoteReaction", p.PackReaction(&store.Reaction{}, alice), "id createdAt user type"},
		{"Announcement", Announcement{}, "id createdAt updatedAt title text imageUrl icon display forYou needConfirmationToRead silence"},
		{"reacted", p.PackReacted("👍", "u", ""), "reaction emoji userId"},
		{"unreacted", Unreacted{}, "reaction userId"},
		{"pollVoted", PollVoted{}, "choice userId"},
		{"deleted", PackDeleted(noon), "deletedAt"},
		{"emojiAdded", EmojiAdded{}, "emoji"},
		{"emojiUpdated", EmojisChanged{}, "emojis"},
		{"announcementCreated", AnnouncementCreated{}, "announcement"},
		{"MetaLite", p.PackMeta(ServerInfo{}).MetaLite, metaKeys},
		{"MetaDetailed", p.PackMeta(ServerInfo{}), metaKeys + " cacheRemoteFiles cacheRemoteSensitiveFiles requireSetup proxyAccountName features"},
		{"features", p.PackMeta(ServerInfo{}).Features, "localTimeline globalTimeline registration emailRequiredForSignup hcaptcha recaptcha turnstile objectStorage serviceWorker miauth"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := keysOf(t, encode(t, tt.value)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

const metaKeys = "maintainerName maintainerEmail version providesTarball name shortName uri description langs tosUrl repositoryUrl feedbackUrl impressumUrl privacyPolicyUrl inquiryUrl disableRegistration emailRequiredForSignup enableHcaptcha hcaptchaSiteKey enableMcaptcha mcaptchaSiteKey mcaptchaInstanceUrl enableRecaptcha recaptchaSiteKey enableTurnstile turnstileSiteKey enableTestcaptcha swPublickey themeColor mascotImageUrl bannerUrl infoImageUrl serverErrorImageUrl notFoundImageUrl iconUrl backgroundImageUrl logoImageUrl maxNoteTextLength defaultLightTheme defaultDarkTheme ads notesPerOneAd enableEmail enableServiceWorker translatorAvailable serverRules policies mediaProxy enableUrlPreview noteSearchableScope maxFileSize"

// nullable has which keys may be null, per object.
func TestNulls(t *testing.T) {
	p := testPacker()
	none := &store.User{ID: "u", Username: "u", CreatedAt: noon} // not even default settings
	tests := []struct {
		name  string
		value any
		nulls string
	}{
		{"UserLite", p.PackUserLite(none), "name host avatarBlurhash"},
		{"UserDetailed", p.PackUserDetailed(none, &store.RelationBetween{IsFollowing: true}), "name host avatarBlurhash url uri movedTo alsoKnownAs updatedAt lastFetchedAt bannerUrl bannerBlurhash description location birthday lang pinnedPageId pinnedPage memo followedMessage"},
		{"MeDetailed", p.PackMe(none, MeExtras{Secrets: true}), "name host avatarBlurhash url uri movedTo alsoKnownAs updatedAt lastFetchedAt bannerUrl bannerBlurhash description location birthday lang pinnedPageId pinnedPage memo avatarId bannerId followedMessage email"},
		{"Note", p.PackNote(&store.NoteBundle{Note: &store.Note{Visibility: store.Specified}, User: none}), "text cw reactionAcceptance replyId renoteId"},
		{"DriveFile", p.PackFile(&store.File{}), "blurhash thumbnailUrl comment folderId folder userId user"},
		{"EmojiDetailed", p.PackEmoji(&store.Emoji{}), "category host license"},
		{"Channel", p.PackChannel(&store.CommunityChannel{}, nil), "lastNotedAt description userId bannerUrl"},
		{"UserList", p.PackList(&store.UserList{}), ""},
		{"Muting", p.PackMuting(&store.Mute{}, UserDetailed{}), "expiresAt"},
		{"Notification, accepted", p.PackNotification(&store.Notification{Type: store.NotifyFollowRequestAccepted}, none, nil), "message"},
		{"Notification, app", p.PackNotification(&store.Notification{Type: store.NotifyApp, Message: "x"}, nil, nil), "header icon"},
		{"reacted", p.PackReacted("👍", "u", ""), "emoji"},
		{"MetaDetailed", p.PackMeta(ServerInfo{}), "maintainerName maintainerEmail name shortName description tosUrl repositoryUrl feedbackUrl impressumUrl privacyPolicyUrl inquiryUrl hcaptchaSiteKey mcaptchaSiteKey mcaptchaInstanceUrl recaptchaSiteKey turnstileSiteKey swPublickey themeColor bannerUrl infoImageUrl serverErrorImageUrl notFoundImageUrl iconUrl backgroundImageUrl logoImageUrl defaultLightTheme defaultDarkTheme proxyAccountName"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var nulls []string
			for m := range members(encode(t, tt.value)) {
				if kindOf(m.value) == kindNull {
					key, _ := unquote(m.key)
					nulls = append(nulls, key)
				}
			}
			if got := strings.Join(nulls, " "); got != tt.nulls {
				t.Errorf("got  %s\nwant %s", got, tt.nulls)
			}
		})
	}
}

func TestPackUser(t *testing.T) {
	p := testPacker()
	u := testUser("Alice")
	if got := p.PackUserLite(u).AvatarURL; got != "http://127.0.0.1:3999/identicon/alice@127.0.0.1:3999" {
		t.Errorf("identicon %s", got)
	}
	u.Host = "remote.example"
	if got := p.PackUserLite(u).AvatarURL; got != "http://127.0.0.1:3999/identicon/alice@remote.example" {
		t.Errorf("identicon of a remote user %s", got)
	}
	for key, want := range map[string]string{
		"abc":                   "http://127.0.0.1:3999/files/abc",
		"/x/abc":                "http://127.0.0.1:3999/x/abc",
		"https://r.example/abc": "https://r.example/abc",
	} {
		u.AvatarURL, u.BannerURL = key, key
		if got := p.PackUserLite(u).AvatarURL; got != want {
			t.Errorf("avatar %s is %s", key, got)
		}
		if got := p.PackUserDetailed(u, nil).BannerURL; got == nil || *got != want {
			t.Errorf("banner %s is %v", key, got)
		}
	}
	for _, tt := range []struct {
		ago  time.Duration
		want OnlineStatus
	}{
		{0, StatusOnline}, {10*time.Minute - 1, StatusOnline}, {10 * time.Minute, StatusActive},
		{72*time.Hour - 1, StatusActive}, {72 * time.Hour, StatusOffline},
	} {
		u.LastActiveAt, u.Settings.HideOnlineStatus = noon.Add(-tt.ago), false
		if got := p.PackUserLite(u).OnlineStatus; got != tt.want {
			t.Errorf("seen %v ago: %s", tt.ago, got)
		}
		u.Settings.HideOnlineStatus = true
		if got := p.PackUserLite(u).OnlineStatus; got != StatusUnknown {
			t.Errorf("hidden, but %s", got)
		}
	}
	if got := p.PackUserLite(testUser("new")).OnlineStatus; got != StatusUnknown {
		t.Errorf("never seen, but %s", got)
	}
	if got := (Packer{}).onlineStatus(&store.User{LastActiveAt: time.Now()}); got != StatusOnline {
		t.Errorf("without a clock: %s", got)
	}
}

func TestCountsAreShownToWhoMayKnow(t *testing.T) {
	p := testPacker()
	stranger, follower := &store.RelationBetween{}, &store.RelationBetween{IsFollowing: true}
	for _, tt := range []struct {
		visibility string
		viewer     *store.RelationBetween
		shown      bool
	}{
		{"public", nil, true}, {"public", stranger, true}, {"", nil, true},
		{"followers", nil, false}, {"followers", stranger, false}, {"followers", follower, true},
		{"private", nil, false}, {"private", follower, false},
	} {
		u := testUser("a")
		u.FollowersCount, u.FollowingCount = 5, 7
		u.Settings.FollowersVisibility = tt.visibility
		d := p.PackUserDetailed(u, tt.viewer)
		if shown := d.FollowersCount == 5; shown != tt.shown || d.FollowingCount != 7 {
			t.Errorf("%q: followers %d, following %d", tt.visibility, d.FollowersCount, d.FollowingCount)
		}
		u.Settings.FollowersVisibility, u.Settings.FollowingVisibility = "public", tt.visibility
		d = p.PackUserDetailed(u, tt.viewer)
		if shown := d.FollowingCount == 7; shown != tt.shown || d.FollowersCount != 5 {
			t.Errorf("%q: followers %d, following %d", tt.visibility, d.FollowersCount, d.FollowingCount)
		}
		if me := p.PackMe(u, MeExtras{}); me.FollowingCount != 7 {
			t.Errorf("%q: not shown to the user", tt.visibility)
		}
	}
}

func TestPackRelationMembers(t *testing.T) {
	r := &store.RelationBetween{
		UserID: "ub", IsFollowing: true, Following: &store.Follow{WithReplies: true, Notify: "normal"},
		HasPendingToYou: true, IsBlocked: true, IsRenoteMuted: true, MemoText: "memo",
	}
	d := testPacker().PackUserDetailed(testUser("b"), r)
	want := UserRelation{
		IsFollowing: true, HasPendingFollowRequestToYou: true, IsBlocked: true, IsRenoteMuted: true,
		Notify: "normal", WithReplies: true, FollowedMessage: OptionalString{Present: true},
	}
	if *d.UserRelation != want || d.Memo == nil || *d.Memo != "memo" {
		t.Errorf("got %+v, memo %v", *d.UserRelation, d.Memo)
	}
	if got := PackRelation(r); got.ID != "ub" || !got.IsFollowing || !got.HasPendingFollowRequestToYou || !got.IsBlocked || !got.IsRenoteMuted {
		t.Errorf("got %+v", got)
	}
}

func TestPackMeCounts(t *testing.T) {
	u := testUser("a")
	u.IsAdmin = true
	u.Settings.MutedWords = json.RawMessage(`[["a"]]`)
	me := testPacker().PackMe(u, MeExtras{UnreadNotifications: 2, UnreadAnnouncements: []Announcement{{ID: "x"}}})
	if !me.HasUnreadNotification || me.UnreadNotificationsCount != 2 || !me.HasUnreadAnnouncement || !me.IsModerator || !me.IsAdmin {
		t.Errorf("got %+v", me.MeProfile)
	}
	if string(me.MutedWords) != `[["a"]]` || string(me.HardMutedWords) != "[]" || string(me.NotificationRecieveConfig) != "{}" {
		t.Errorf("words %s %s, config %s", me.MutedWords, me.HardMutedWords, me.NotificationRecieveConfig)
	}
}

func TestPackReacted(t *testing.T) {
	p := testPacker()
	if got := string(encode(t, p.PackReacted("👍", "u", ""))); got != `{"reaction":"👍","emoji":null,"userId":"u"}` {
		t.Error(got)
	}
	if got := string(encode(t, p.PackReacted(":cat@.:", "u", "k1"))); got != `{"reaction":":cat@.:","emoji":{"name":"cat@.","url":"http://127.0.0.1:3999/files/k1"},"userId":"u"}` {
		t.Error(got)
	}
	if got := string(encode(t, PackDeleted(noon.In(time.FixedZone("x", 3600))))); got != `{"deletedAt":"2026-11-21T12:00:00.007Z"}` {
		t.Error(got)
	}
}

func TestPackFile(t *testing.T) {
	f := testPacker().PackFile(&store.File{Type: "image/png", Key: "k", Width: 3, Height: 4})
	if f.ThumbnailURL == nil || *f.ThumbnailURL != f.URL || f.URL != "http://127.0.0.1:3999/files/k" {
		t.Errorf("image: %s, %v", f.URL, f.ThumbnailURL)
	}
	if got := string(encode(t, f.Properties)); got != `{"width":3,"height":4}` {
		t.Error(got)
	}
	if got := string(encode(t, testPacker().PackFile(&store.File{Type: "text/plain"}).Properties)); got != `{}` {
		t.Error(got)
	}
}
