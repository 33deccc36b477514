package api

import "strings"

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
func iUpdateSchema() *schema {
	text := func(most int) *schema { return str().orNull().upTo(most) }
	words := func() *schema { return array(exactlyOneOf(array(str()), str())) }
	visibleTo := func() *schema { return str().oneOfStrings("public", "followers", "private") }
	decoration := object(
		field("id", id()),
		field("angle", number().orNull().between(-0.5, 0.5)),
		field("flipH", boolean().orNull()),
		field("offsetX", number().orNull().between(-0.25, 0.25)),
		field("offsetY", number().orNull().between(-0.25, 0.25)),
	).require("id")
	return object(
		field("name", text(50)),
		field("description", text(1500)),
		field("followedMessage", text(256)),
		field("location", text(50)),
		field("birthday", str().orNull().matching("^([0-9]{4})-([0-9]{2})-([0-9]{2})$")),
		field("lang", str().orNull().oneOfStrings(strings.Fields(profileLanguages)...)),
		field("avatarId", id().orNull()),
		field("avatarDecorations", array(decoration).count(0, 16)),
		field("bannerId", id().orNull()),
		field("fields", array(object(field("name", str()), field("value", str())).require("name", "value")).count(0, 16)),
		field("isLocked", boolean()),
		field("isExplorable", boolean()),
		field("hideOnlineStatus", boolean()),
		field("publicReactions", boolean()),
		field("carefulBot", boolean()),
		field("autoAcceptFollowed", boolean()),
		field("noCrawle", boolean()),
		field("preventAiLearning", boolean()),
		field("isBot", boolean()),
		field("isCat", boolean()),
		field("injectFeaturedNote", boolean()),
		field("receiveAnnouncementEmail", boolean()),
		field("alwaysMarkNsfw", boolean()),
		field("autoSensitive", boolean()),
		field("followingVisibility", visibleTo()),
		field("followersVisibility", visibleTo()),
		field("pinnedPageId", id().orNull()),
		field("mutedWords", words()),
		field("hardMutedWords", words()),
		field("mutedInstances", array(str())),
		field("notificationRecieveConfig", notificationConfigSchema()),
		field("emailNotificationTypes", array(str())),
		field("alsoKnownAs", array(str()).count(0, 10).noTwice()),
	)
}

// notificationConfigSchema says for each type of notification from whom it is
// wanted.
func notificationConfigSchema() *schema {
	from := func() *schema {
		return &schema{typ: "object", additionalFields: true, oneOf: []*schema{
			object(field("type", str().oneOfStrings("all", "following", "follower", "mutualFollow", "followingOrFollower", "never"))).require("type"),
			object(field("type", str().oneOfStrings("list")), field("userListId", id())).require("type", "userListId"),
		}}
	}
	var fields []schemaField
	for _, typ := range []string{"note", "follow", "mention", "reply", "renote", "quote", "reaction", "pollEnded", "receiveFollowRequest", "followRequestAccepted", "roleAssigned", "achievementEarned", "app", "test"} {
		fields = append(fields, field(typ, from()))
	}
	return object(fields...)
}
