package media

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// SVGType is the type of SVG pictures. They may hold scripts: whoever serves one
// keeps it from running any.
const SVGType = "image/svg+xml"

// svgNamespace is the namespace of SVG's elements.
const svgNamespace = "http://www.w3.org/2000/svg"

// isSVG says whether a file begins as an SVG document does: an element svg, in
// its namespace or in none, with nothing before it but what XML allows there.
func isSVG(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	d := xml.NewDecoder(bytes.NewReader(head))
	d.Strict = true
	d.Entity = map[string]string{}
	for {
		token, err := d.RawToken()
		if err != nil {
			return false // no XML, or its root lies behind the head
		}
		switch t := token.(type) {
		case xml.ProcInst, xml.Comment, xml.Directive:
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return false
			}
		case xml.StartElement:
			return isSVGRoot(t)
		default:
			return false
		}
	}
}

func isSVGRoot(e xml.StartElement) bool {
	if e.Name.Local != "svg" {
		return false
	}
	for _, a := range e.Attr {
		declared := a.Name.Space == "" && a.Name.Local == "xmlns" && e.Name.Space == "" ||
			a.Name.Space == "xmlns" && a.Name.Local == e.Name.Space
		if declared {
			return strings.TrimSpace(a.Value) == svgNamespace
		}
	}
	return e.Name.Space == "" // a prefix has to be declared
}
