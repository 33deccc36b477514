package protocol

// MetaLite is what meta answers about the server. Keys that Notewire has
// nothing to say to (captchas, pictures, advertisements, mail) are there, null
// or false, because clients need them.
type MetaLite struct {
	MaintainerName      *string    `json:"maintainerName"`
	MaintainerEmail     *string    `json:"maintainerEmail"`
	Version             string     `json:"version"`
	ProvidesTarball     bool       `json:"providesTarball"`
	Name                *string    `json:"name"`
	ShortName           *string    `json:"shortName"`
	URI                 string     `json:"uri"`
	Description         *string    `json:"description"`
	Langs               []string   `json:"langs"`
	TosURL              *string    `json:"tosUrl"`
	RepositoryURL       *string    `json:"repositoryUrl"`
	FeedbackURL         *string    `json:"feedbackUrl"`
	ImpressumURL        *string    `json:"impressumUrl"`
	PrivacyPolicyURL    *string    `json:"privacyPolicyUrl"`
	InquiryURL          *string    `json:"inquiryUrl"`
	DisableRegistration bool       `json:"disableRegistration"`
	EmailRequired       bool       `json:"emailRequiredForSignup"`
	EnableHcaptcha      bool       `json:"enableHcaptcha"`
	HcaptchaSiteKey     *string    `json:"hcaptchaSiteKey"`
	EnableMcaptcha      bool       `json:"enableMcaptcha"`
	McaptchaSiteKey     *string    `json:"mcaptchaSiteKey"`
	McaptchaInstanceURL *string    `json:"mcaptchaInstanceUrl"`
	EnableRecaptcha     bool       `json:"enableRecaptcha"`
	RecaptchaSiteKey    *string    `json:"recaptchaSiteKey"`
	EnableTurnstile     bool       `json:"enableTurnstile"`
	TurnstileSiteKey    *string    `json:"turnstileSiteKey"`
	EnableTestcaptcha   bool       `json:"enableTestcaptcha"`
	SwPublickey         *string    `json:"swPublickey"`
	ThemeColor          *string    `json:"themeColor"`
	MascotImageURL      string     `json:"mascotImageUrl"`
	BannerURL           *string    `json:"bannerUrl"`
	InfoImageURL        *string    `json:"infoImageUrl"`
	ServerErrorImageURL *string    `json:"serverErrorImageUrl"`
	NotFoundImageURL    *string    `json:"notFoundImageUrl"`
	IconURL             *string    `json:"iconUrl"`
	BackgroundImageURL  *string    `json:"backgroundImageUrl"`
	LogoImageURL        *string    `json:"logoImageUrl"`
	MaxNoteTextLength   int        `json:"maxNoteTextLength"` // characters
	DefaultLightTheme   *string    `json:"defaultLightTheme"`
	DefaultDarkTheme    *string    `json:"defaultDarkTheme"`
	Ads                 []struct{} `json:"ads"`
	NotesPerOneAd       int        `json:"notesPerOneAd"`
	EnableEmail         bool       `json:"enableEmail"`
	EnableServiceWorker bool       `json:"enableServiceWorker"`
	TranslatorAvailable bool       `json:"translatorAvailable"`
	ServerRules         []string   `json:"serverRules"`
	Policies            Policies   `json:"policies"`
	MediaProxy          string     `json:"mediaProxy"`
	EnableURLPreview    bool       `json:"enableUrlPreview"`
	NoteSearchableScope string     `json:"noteSearchableScope"`
	MaxFileSize         int64      `json:"maxFileSize"` // bytes
}

// MetaDetailed is what meta answers unless detail is false.
type MetaDetailed struct {
	MetaLite
	CacheRemoteFiles          bool         `json:"cacheRemoteFiles"`
	CacheRemoteSensitiveFiles bool         `json:"cacheRemoteSensitiveFiles"`
	RequireSetup              bool         `json:"requireSetup"`
	ProxyAccountName          *string      `json:"proxyAccountName"`
	Features                  MetaFeatures `json:"features"`
}

// MetaFeatures says what the server can do. Clients need every one.
type MetaFeatures struct {
	LocalTimeline  bool `json:"localTimeline"`
	GlobalTimeline bool `json:"globalTimeline"`
	Registration   bool `json:"registration"`
	EmailRequired  bool `json:"emailRequiredForSignup"`
	Hcaptcha       bool `json:"hcaptcha"`
	Recaptcha      bool `json:"recaptcha"`
	Turnstile      bool `json:"turnstile"`
	ObjectStorage  bool `json:"objectStorage"`
	ServiceWorker  bool `json:"serviceWorker"`
	Miauth         bool `json:"miauth"`
}

// ServerInfo is what an operator sets and meta tells. Empty strings are null.
type ServerInfo struct {
	Version         string // as clients compare it, for example 2024.10.1
	Name            string
	Description     string
	MaintainerName  string
	MaintainerEmail string
	RepositoryURL   string
	TosURL          string
	PrivacyURL      string
	Registration    bool  // anybody may sign up
	MaxNoteText     int   // characters
	MaxFileSize     int64 // bytes
	Rules           []string
	Policies        Policies
}

// PackMeta packs what meta answers. With detail false only MetaLite is sent.
func (p Packer) PackMeta(info ServerInfo) MetaDetailed {
	return MetaDetailed{
		MetaLite: MetaLite{
			MaintainerName:      orNull(info.MaintainerName),
			MaintainerEmail:     orNull(info.MaintainerEmail),
			Version:             info.Version,
			Name:                orNull(info.Name),
			URI:                 p.BaseURL,
			Description:         orNull(info.Description),
			Langs:               []string{},
			TosURL:              orNull(info.TosURL),
			RepositoryURL:       orNull(info.RepositoryURL),
			PrivacyPolicyURL:    orNull(info.PrivacyURL),
			DisableRegistration: !info.Registration,
			MascotImageURL:      "/assets/ai.png",
			MaxNoteTextLength:   info.MaxNoteText,
			Ads:                 []struct{}{},
			ServerRules:         orEmpty(info.Rules),
			Policies:            info.Policies,
			MediaProxy:          p.BaseURL + "/proxy",
			NoteSearchableScope: "local",
			MaxFileSize:         info.MaxFileSize,
		},
		Features: MetaFeatures{
			LocalTimeline:  info.Policies.LtlAvailable,
			GlobalTimeline: info.Policies.GtlAvailable,
			Registration:   info.Registration,
		},
	}
}
