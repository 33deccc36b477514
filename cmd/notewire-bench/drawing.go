//go:build linux

package main

import (
	"bytes"
	"fmt"
	"html"
)

// The measures of the picture, in pixels.
const (
	drawWidth  = 890
	drawLabel  = 460 // where the bars begin
	drawBar    = 330 // how long a bar of twice the limit is
	drawRow    = 44
	drawHeader = 64
)

// drawing is an SVG of the figures that have a bar: each as a part of its bar,
// so that all fit on one axis. Left of the line is better, or right of it where
// more is better, which the colour tells.
func drawing(m machine, results []result) []byte {
	var rows []result
	for _, r := range results {
		if r.Bar != 0 {
			rows = append(rows, r)
		}
	}
	height := drawHeader + drawRow*len(rows) + 20
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="system-ui, sans-serif">`+"\n", drawWidth, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", drawWidth, height)
	text := func(x, y, size int, fill, s string) {
		fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="%d" fill="%s">%s</text>`+"\n", x, y, size, fill, html.EscapeString(s))
	}
	text(16, 26, 17, "#1c2733", "Measured against the bars")
	text(16, 46, 12, "#5b6b7b", fmt.Sprintf("%s × %d, %s, commit %s. The line is the bar, the dotted line what comes after it.", m.CPU, m.CPUs, m.Go, m.Commit))
	for i, r := range rows {
		y := drawHeader + i*drawRow
		scale := func(v float64) int { return int(min(max(v/r.Bar, 0), 2) * drawBar / 2) }
		fill := "#2f8f5b"
		if r.verdict() == "MISS" {
			fill = "#c4572e"
		}
		text(16, y+16, 13, "#1c2733", r.Name)
		text(16, y+32, 11, "#5b6b7b", fmt.Sprintf("%s: %s %s, bar %s", r.Engine, number(r.Value), r.Unit, r.bar()))
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="16" rx="2" fill="#eef1f4"/>`+"\n", drawLabel+30, y+8, drawBar)
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="16" rx="2" fill="%s"/>`+"\n", drawLabel+30, y+8, max(2, scale(r.Value)), fill)
		line := func(v float64, dash string) {
			x := drawLabel + 30 + scale(v)
			fmt.Fprintf(&b, `<line x1="%d" x2="%[1]d" y1="%d" y2="%d" stroke="#1c2733" stroke-width="2"%s/>`+"\n", x, y+4, y+28, dash)
		}
		line(r.Bar, "")
		if r.Goal != 0 {
			line(r.Goal, ` stroke-dasharray="2 3"`)
		}
		text(drawLabel+30+drawBar+8, y+21, 12, fill, number(r.Value))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}
