package report

import (
	"fmt"
	"strings"
)

// markdown is the report in the shape of ZAP's traditional-md.
func (z document) markdown() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Web scan report\n\nSite: %s\n\nGenerated on %s by %s %s, engine %s\n\n", escape(z.Sites[0].Name), z.Generated, z.Program, escape(z.Version), escape(z.engine))
	z.summary(&b)
	if len(z.Sites[0].Alerts) > 0 {
		b.WriteString("## Alert Detail\n\n")
	}
	for _, v := range z.views() {
		v.markdown(&b)
	}
	if len(z.notes) > 0 {
		b.WriteString("## Notes\n\n")
	}
	for _, n := range z.notes {
		fmt.Fprintf(&b, "- %s\n", escape(n))
	}
	return []byte(b.String())
}

func (z document) summary(b *strings.Builder) {
	count := map[string]int{}
	for _, v := range z.views() {
		count[v.Risk]++
	}
	b.WriteString("## Summary of Alerts\n\n| Risk Level | Number of Alerts |\n| --- | --- |\n")
	for _, risk := range []string{"High", "Medium", "Low", "Informational"} {
		fmt.Fprintf(b, "| %s | %d |\n", risk, count[risk])
	}
	b.WriteString("\n## Alerts\n\n| Name | Risk Level | Number of Instances |\n| --- | --- | --- |\n")
	for _, v := range z.views() {
		fmt.Fprintf(b, "| %s | %s | %s |\n", escape(v.Name), v.Risk, v.Count)
	}
	b.WriteString("\n")
}

func (v view) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "### %s\n\n##### %s\n\n### Description\n\n%s\n\n", escape(v.Name), v.RiskDesc, escape(v.Description))
	for _, i := range v.Instances {
		fmt.Fprintf(b, "* URL: %s\n  * Method: %s\n  * Parameter: %s\n  * Attack: ``\n  * Evidence: %s\n  * Other Info: %s\n", escape(i.URI), escape(i.Method), escape(i.Param), escape(i.Evidence), escape(i.Other))
	}
	fmt.Fprintf(b, "\nInstances: %s\n\n### Solution\n\n%s\n\n### Reference\n\n", v.Count, escape(v.Remedy))
	for _, l := range v.Links {
		fmt.Fprintf(b, "* %s\n", escape(l))
	}
	fmt.Fprintf(b, "\n#### CWE Id: %s\n\n#### WASC Id: %s\n\n#### Source ID: 3\n\n", v.CWE, v.WASC)
}

// escape makes foreign text plain in Markdown: on one line, with no character that
// starts markup, HTML, a link or a mention.
func escape(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(s), " ") {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '@':
			b.WriteString("&#64;")
		case r == ':':
			b.WriteString("&#58;")
		case strings.ContainsRune("\\`*_{}[]()#+-.!|>~$", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
