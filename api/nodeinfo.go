package api

import (
	"github.com/labstack/echo/v4"

	"notewire/protocol"
)

// misskeyVersion is the version whose protocol is spoken. Clients choose what
// to send by it.
const misskeyVersion = "2024.10.1"

const repositoryURL = "https://github.com/misskey-dev/misskey"

type nodeinfoLink struct {
	Rel  string `json:"rel"`
	Href string `json:"href"`
}

// nodeinfoLinks tells where the documents are.
func (s *Server) nodeinfoLinks(c echo.Context) error {
	c.Response().Header().Set("Access-Control-Allow-Origin", "*")
	body, err := protocol.Marshal(map[string][]nodeinfoLink{"links": {
		{"http://nodeinfo.diaspora.software/ns/schema/2.1", s.config.BaseURL + "/nodeinfo/2.1"},
		{"http://nodeinfo.diaspora.software/ns/schema/2.0", s.config.BaseURL + "/nodeinfo/2.0"},
	}})
	if err != nil {
		return err
	}
	writeJSON(c.Response(), 200, body)
	return nil
}
