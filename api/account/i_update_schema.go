package account

import (
	"notewire/api/endpoint/schema"
	"strings"
)

// profileLanguages are the languages that a profile may name, as Misskey lists
// them.
const profileLanguages = `ach ady af af-NA af-ZA ak ar ar-AR ar-MA ar-SA ay-BO az az-AZ be-BY bg bg-BG bn bn-IN bn-BD br bs-BA ca ca-ES
	cak ck-US cs cs-CZ cy cy-GB da da-DK de de-AT de-DE de-CH dsb el el-GR en en-GB en-AU en-CA en-IE en-IN en-PI
	en-SG en-UD en-US en-ZA en@pirate eo eo-EO es es-AR es-419 es-CL es-CO es-EC es-ES es-LA es-NI es-MX es-US
	es-VE et et-EE eu eu-ES fa fa-IR fb-LT ff fi fi-FI fo fo-FO fr fr-CA fr-FR fr-BE fr-CH fy-NL ga ga-IE gd gl
	gl-ES gn-PY gu-IN gv gx-GR he he-IL hi hi-IN hr hr-HR hsb ht hu hu-HU hy hy-AM id id-ID is is-IS it it-IT ja
	ja-JP jv-ID ka-GE kk-KZ km kl km-KH kab kn kn-IN ko ko-KR ku-TR kw la la-VA lb li-NL lt lt-LT lv lv-LV mai
	mg-MG mk mk-MK ml ml-IN mn-MN mr mr-IN ms ms-MY mt mt-MT my no nb nb-NO ne ne-NP nl nl-BE nl-NL nn-NO oc or-IN
	pa pa-IN pl pl-PL ps-AF pt pt-BR pt-PT qu-PE rm-CH ro ro-RO ru ru-RU sa-IN se-NO sh si-LK sk sk-SK sl sl-SI
	so-SO sq sq-AL sr sr-RS su sv sv-SE sw sw-KE ta ta-IN te te-IN tg tg-TJ th th-TH fil tlh tr tr-TR tt-RU uk
	uk-UA ur ur-PK uz uz-UZ vi vi-VN xh-ZA yi yi-DE zh zh-Hans zh-Hant zh-CN zh-HK zh-SG zh-TW zu-ZA`

// iUpdateSchema is in Misskey's order, which decides what is complained of
// first.
func iUpdateSchema() *schema.Schema {
	text := func(most int) *schema.Schema { return schema.String().OrNull().NotEmpty().MaxLength(most) }
	words := func() *schema.Schema {
		return schema.Array(schema.OneOf(schema.Array(schema.String()), schema.String()))
	}
	visibleTo := func() *schema.Schema { return schema.String().Enum("public", "followers", "private") }
	decoration := schema.Object(
		schema.Prop("id", schema.ID()),
		schema.Prop("angle", schema.Number().OrNull().Between(-0.5, 0.5)),
		schema.Prop("flipH", schema.Boolean().OrNull()),
		schema.Prop("offsetX", schema.Number().OrNull().Between(-0.25, 0.25)),
		schema.Prop("offsetY", schema.Number().OrNull().Between(-0.25, 0.25)),
	).Require("id")
	return schema.Object(
		schema.Prop("name", text(50)),
		schema.Prop("description", text(1500)),
		schema.Prop("followedMessage", text(256)),
		schema.Prop("location", text(50)),
		schema.Prop("birthday", schema.String().OrNull().Pattern("^([0-9]{4})-([0-9]{2})-([0-9]{2})$")),
		schema.Prop("lang", schema.String().OrNull().Enum(strings.Fields(profileLanguages)...)),
		schema.Prop("avatarId", schema.ID().OrNull()),
		schema.Prop("avatarDecorations", schema.Array(decoration).Items(0, 16)),
		schema.Prop("bannerId", schema.ID().OrNull()),
		schema.Prop("fields", schema.Array(schema.Object(schema.Prop("name", schema.String()), schema.Prop("value", schema.String())).Require("name", "value")).Items(0, 16)),
		schema.Prop("isLocked", schema.Boolean()),
		schema.Prop("isExplorable", schema.Boolean()),
		schema.Prop("hideOnlineStatus", schema.Boolean()),
		schema.Prop("publicReactions", schema.Boolean()),
		schema.Prop("carefulBot", schema.Boolean()),
		schema.Prop("autoAcceptFollowed", schema.Boolean()),
		schema.Prop("noCrawle", schema.Boolean()),
		schema.Prop("preventAiLearning", schema.Boolean()),
		schema.Prop("isBot", schema.Boolean()),
		schema.Prop("isCat", schema.Boolean()),
		schema.Prop("injectFeaturedNote", schema.Boolean()),
		schema.Prop("receiveAnnouncementEmail", schema.Boolean()),
		schema.Prop("alwaysMarkNsfw", schema.Boolean()),
		schema.Prop("autoSensitive", schema.Boolean()),
		schema.Prop("followingVisibility", visibleTo()),
		schema.Prop("followersVisibility", visibleTo()),
		schema.Prop("pinnedPageId", schema.ID().OrNull()),
		schema.Prop("mutedWords", words()),
		schema.Prop("hardMutedWords", words()),
		schema.Prop("mutedInstances", schema.Array(schema.String())),
		schema.Prop("notificationRecieveConfig", notificationConfigSchema()),
		schema.Prop("emailNotificationTypes", schema.Array(schema.String())),
		schema.Prop("alsoKnownAs", schema.Array(schema.String()).Items(0, 10).Unique()),
	)
}

// notificationConfigSchema says for each type of notification from whom it is
// wanted.
func notificationConfigSchema() *schema.Schema {
	from := func() *schema.Schema {
		return schema.AnyObject().OneOf(
			schema.Object(schema.Prop("type", schema.String().Enum("all", "following", "follower", "mutualFollow", "followingOrFollower", "never"))).Require("type"),
			schema.Object(schema.Prop("type", schema.String().Enum("list")), schema.Prop("userListId", schema.ID())).Require("type", "userListId"),
		)
	}
	var fields []schema.Property
	for _, typ := range []string{"note", "follow", "mention", "reply", "renote", "quote", "reaction", "pollEnded", "receiveFollowRequest", "followRequestAccepted", "roleAssigned", "achievementEarned", "app", "test"} {
		fields = append(fields, schema.Prop(typ, from()))
	}
	return schema.Object(fields...)
}
