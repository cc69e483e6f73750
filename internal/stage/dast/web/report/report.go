// Package report writes what a web scan found in the shapes that users of ZAP's baseline
// scan know.
package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// Files renders the result as the files that users of ZAP's baseline scan know, in
// the shapes of its traditional-json, traditional-md and traditional-html templates.
// The site is the base URL of the target. Text of the pages is escaped in each.
func Files(r web.Result, site, version string, now time.Time) []finding.File {
	doc := newDocument(r, site, version, now)
	return []finding.File{
		{Name: "zap/report_json.json", Data: doc.json()},
		{Name: "zap/report_md.md", Data: doc.markdown()},
		{Name: "zap/report_html.html", Data: doc.html()},
	}
}

// document is the root of traditional-json.
type document struct {
	Program   string `json:"@programName"`
	Version   string `json:"@version"`
	Generated string `json:"@generated"`
	Sites     []site `json:"site"`

	engine string
	notes  []string
}

type site struct {
	Name   string  `json:"@name"`
	Host   string  `json:"@host"`
	Port   string  `json:"@port"`
	SSL    string  `json:"@ssl"`
	Alerts []entry `json:"alerts"`
}

type entry struct {
	PluginID   string     `json:"pluginid"`
	Ref        string     `json:"alertRef"`
	Alert      string     `json:"alert"`
	Name       string     `json:"name"`
	RiskCode   string     `json:"riskcode"`
	Confidence string     `json:"confidence"`
	RiskDesc   string     `json:"riskdesc"`
	Desc       string     `json:"desc"`
	Instances  []instance `json:"instances"`
	Count      string     `json:"count"`
	Systemic   bool       `json:"systemic"`
	Solution   string     `json:"solution"`
	Other      string     `json:"otherinfo"`
	Reference  string     `json:"reference"`
	CWE        string     `json:"cweid"`
	WASC       string     `json:"wascid"`
	Source     string     `json:"sourceid"`

	first rules.Alert
}

type instance struct {
	ID       string `json:"id"`
	URI      string `json:"uri"`
	Node     string `json:"nodeName"`
	Method   string `json:"method"`
	Param    string `json:"param"`
	Attack   string `json:"attack"`
	Evidence string `json:"evidence"`
	Other    string `json:"otherinfo"`
}

func newDocument(r web.Result, base, version string, now time.Time) document {
	s := site{Name: base, SSL: "false", Alerts: group(r.Alerts)}
	if u, err := url.Parse(base); err == nil {
		s.Host, s.Port, s.SSL = u.Hostname(), rules.Port(u), strconv.FormatBool(u.Scheme == "https")
	}
	return document{
		Program: "Assure", Version: version, Generated: now.UTC().Format("Mon, 2 Jan 2006 15:04:05"),
		Sites: []site{s}, engine: r.Engine, notes: slices.Concat(r.Gaps, r.Notes),
	}
}

// group makes one entry of the alerts of one reference, the riskiest first.
func group(alerts []rules.Alert) []entry {
	index := map[string]int{}
	groups := []entry{}
	for _, a := range alerts {
		key := a.Ref + "\x00" + a.Risk + "\x00" + a.Confidence
		i, ok := index[key]
		if !ok {
			i = len(groups)
			index[key] = i
			groups = append(groups, newEntry(a))
		}
		groups[i].add(a)
	}
	slices.SortStableFunc(groups, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.RiskCode, a.RiskCode), cmp.Compare(a.first.PluginID, b.first.PluginID), cmp.Compare(a.Ref, b.Ref))
	})
	return groups
}

func newEntry(a rules.Alert) entry {
	return entry{
		PluginID: strconv.Itoa(a.PluginID), Ref: a.Ref, Alert: a.Name, Name: a.Name,
		RiskCode: strconv.Itoa(rank(a.Risk)), Confidence: strconv.Itoa(rank(a.Confidence)),
		RiskDesc: a.Risk + " (" + a.Confidence + ")", Desc: paragraphs(a.Description), Systemic: a.Systemic,
		Solution: paragraphs(a.Solution), Other: paragraphs(a.Other), Reference: paragraphs(a.Reference),
		CWE: strconv.Itoa(a.CWE), WASC: strconv.Itoa(a.WASC), Source: "1", first: a,
	}
}

func (g *entry) add(a rules.Alert) {
	g.Instances = append(g.Instances, instance{
		ID: strconv.Itoa(len(g.Instances)), URI: a.URL, Node: a.URL, Method: a.Method, Param: a.Param, Evidence: a.Evidence, Other: a.Other,
	})
	g.Count = strconv.Itoa(len(g.Instances))
}

// rank is ZAP's number of a risk or confidence.
func rank(word string) int {
	return max(slices.Index([]string{"Informational", "Low", "Medium", "High"}, word), 0)
}

// paragraphs is ZAP's way to put text into JSON: as HTML.
func paragraphs(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		fmt.Fprintf(&b, "<p>%s</p>", html.EscapeString(strings.TrimSpace(line)))
	}
	return b.String()
}

func (z document) json() []byte {
	data, err := json.MarshalIndent(z, "", "\t")
	if err != nil { // only strings and booleans: it cannot happen
		return nil
	}
	return append(data, '\n')
}

func (z document) html() []byte {
	var b strings.Builder
	if err := htmlReport.Execute(&b, map[string]any{"Report": z, "Engine": z.engine, "Notes": z.notes, "Groups": z.views()}); err != nil {
		return nil
	}
	return []byte(b.String())
}

// view is one alert with its plain texts, for the templates that escape themselves.
type view struct {
	entry
	Risk, Description, Remedy string
	Links                     []string
}

func (z document) views() []view {
	var views []view
	for _, g := range z.Sites[0].Alerts {
		views = append(views, view{entry: g, Risk: g.first.Risk, Description: g.first.Description, Remedy: g.first.Solution, Links: strings.Fields(g.first.Reference)})
	}
	return views
}

var htmlReport = template.Must(template.New("report").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Web scan report</title>
<style>
body { font-family: sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em; }
table { border-collapse: collapse; width: 100%; margin: 1em 0; }
th, td { border: 1px solid #bbb; padding: .3em .6em; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.High { background: #f4c7c3; } .Medium { background: #fce8b2; } .Low { background: #fff6cc; } .Informational { background: #dbe9fb; }
</style>
</head>
<body>
<h1>Web scan report</h1>
{{range .Report.Sites}}<p>Site: {{.Name}}</p>{{end}}
<p>Generated on {{.Report.Generated}} by {{.Report.Program}} {{.Report.Version}}, engine {{.Engine}}</p>
<h2>Alerts</h2>
<table>
<tr><th>Name</th><th>Risk level</th><th>Number of instances</th></tr>
{{range .Groups}}<tr class="{{.Risk}}"><td><a href="#{{.Ref}}-{{.RiskCode}}-{{.Confidence}}">{{.Name}}</a></td><td>{{.RiskDesc}}</td><td>{{.Count}}</td></tr>
{{end}}</table>
{{range .Groups}}<h3 id="{{.Ref}}-{{.RiskCode}}-{{.Confidence}}">{{.RiskDesc}}: {{.Name}}</h3>
<p>{{.Description}}</p>
<table>
<tr><th>Method</th><th>URL</th><th>Parameter</th><th>Evidence</th><th>Other information</th></tr>
{{range .Instances}}<tr><td>{{.Method}}</td><td>{{.URI}}</td><td>{{.Param}}</td><td>{{.Evidence}}</td><td>{{.Other}}</td></tr>
{{end}}</table>
<p>Solution: {{.Remedy}}</p>
<p>Reference: {{range .Links}}{{.}} {{end}}CWE {{.CWE}}, WASC {{.WASC}}, rule {{.Ref}}</p>
{{end}}{{if .Notes}}<h2>Notes</h2>
<ul>
{{range .Notes}}<li>{{.}}</li>
{{end}}</ul>
{{end}}</body>
</html>
`))
