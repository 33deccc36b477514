package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"notewire/api/action"
	"notewire/protocol"
)

// misskeyVersion is the version whose protocol is spoken. Clients choose what
// to send by it: Milktea, for one, keeps connections of servers below 13.13.2
// alive in a way of their own.
const misskeyVersion = "2024.10.1"

type nodeinfoLink struct {
	Rel  string `json:"rel"`
	Href string `json:"href"`
}

type nodeinfoDocument struct {
	Version           string           `json:"version"`
	Software          nodeinfoSoftware `json:"software"`
	Protocols         []string         `json:"protocols"` // the schema wants one; this is what Misskey names
	Services          nodeinfoServices `json:"services"`
	OpenRegistrations bool             `json:"openRegistrations"`
	Usage             nodeinfoUsage    `json:"usage"`
	Metadata          nodeinfoMetadata `json:"metadata"`
}

// nodeinfoSoftware says "misskey", because clients look for servers that they
// know; the metadata says what it is.
type nodeinfoSoftware struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type nodeinfoServices struct {
	Inbound  []string `json:"inbound"`
	Outbound []string `json:"outbound"`
}

type nodeinfoUsage struct {
	Users      nodeinfoUsers `json:"users"`
	LocalPosts int           `json:"localPosts"`
}

type nodeinfoUsers struct {
	Total int `json:"total"`
}

type nodeinfoMetadata struct {
	NodeName              string           `json:"nodeName"`
	NodeDescription       string           `json:"nodeDescription"`
	Implementation        nodeinfoSoftware `json:"implementation"`
	Langs                 []string         `json:"langs"`
	DisableRegistration   bool             `json:"disableRegistration"`
	DisableLocalTimeline  bool             `json:"disableLocalTimeline"`
	DisableGlobalTimeline bool             `json:"disableGlobalTimeline"`
	EmailRequired         bool             `json:"emailRequiredForSignup"`
	MaxNoteTextLength     int              `json:"action.MaxNoteTextLength"`
	EnableEmail           bool             `json:"enableEmail"`
	EnableServiceWorker   bool             `json:"enableServiceWorker"`
	ThemeColor            string           `json:"themeColor"`
}

// nodeinfoLinks tells where the documents are.
func (s *Server) nodeinfoLinks(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "public, max-age=600")
	body, err := protocol.Marshal(map[string][]nodeinfoLink{"links": {
		{"http://nodeinfo.diaspora.software/ns/schema/2.1", s.config.BaseURL + "/nodeinfo/2.1"},
		{"http://nodeinfo.diaspora.software/ns/schema/2.0", s.config.BaseURL + "/nodeinfo/2.0"},
	}})
	if err != nil {
		return err
	}
	writeJSON(c.Response(), http.StatusOK, body)
	return nil
}

// nodeinfo describes the server to programs. Both versions have the same
// members here.
func (s *Server) nodeinfo(version string) echo.HandlerFunc {
	return func(c echo.Context) error {
		count, err := s.config.Store.Stats(c.Request().Context())
		if err != nil {
			return err
		}
		body, err := protocol.Marshal(nodeinfoDocument{
			Version:           version,
			Software:          nodeinfoSoftware{"misskey", misskeyVersion},
			Protocols:         []string{"activitypub"},
			Services:          nodeinfoServices{[]string{}, []string{}},
			OpenRegistrations: s.config.OpenRegistration,
			Usage:             nodeinfoUsage{nodeinfoUsers{count.LocalUsers}, count.LocalNotes},
			Metadata: nodeinfoMetadata{
				NodeName:            s.config.Name,
				NodeDescription:     "Notewire, a streaming server that speaks Misskey's protocol",
				Implementation:      nodeinfoSoftware{"notewire", s.config.Version},
				Langs:               []string{},
				DisableRegistration: !s.config.OpenRegistration,
				MaxNoteTextLength:   action.MaxNoteTextLength,
				ThemeColor:          "#86b300",
			},
		})
		if err != nil {
			return err
		}
		h := c.Response().Header()
		h.Set("Cache-Control", "public, max-age=600")
		h.Set("Access-Control-Allow-Headers", "Accept")
		h.Set("Access-Control-Allow-Methods", "GET, OPTIONS")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "Vary")
		h.Set("Content-Type", `application/json; profile="http://nodeinfo.diaspora.software/ns/schema/`+version+`#"; charset=utf-8`)
		c.Response().WriteHeader(http.StatusOK)
		_, err = c.Response().Write(body)
		return err
	}
}
