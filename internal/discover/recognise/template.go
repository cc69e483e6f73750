package recognise

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Mark is a set of template languages whose marks stand in a text.
type Mark uint8

// The marks.
const (
	// Braces: {{ … }} of Go, Jinja or Mustache. That of a GitHub expression is none.
	Braces Mark = 1 << iota
	// Statement: {% … %} of Jinja.
	Statement
	// Percent: <% … %> of ERB and EJS.
	Percent
	// KeyVariable: a variable in place of a key, ${NAME}: or $NAME:.
	KeyVariable
	// Placeholder: __NAME__ or @@NAME@@, which scripts replace.
	Placeholder
)

var (
	keyVariable = regexp.MustCompile(`(?m)^[ \t-]*["']?\$(?:\{[^}\n]*\}|[A-Za-z_]\w*)["']?[ \t]*(?::|$)`)
	placeholder = regexp.MustCompile(`__[A-Z][A-Z0-9_]*?__|@@?[A-Za-z][A-Za-z0-9_.-]*@@?`)
)

// Marks are the template marks of a text.
func Marks(text []byte) (m Mark) {
	text = plain(text)
	if braces(text) {
		m |= Braces
	}
	if bytes.Contains(text, []byte("{%")) {
		m |= Statement
	}
	if bytes.Contains(text, []byte("<%")) && bytes.Contains(text, []byte("%>")) {
		m |= Percent
	}
	if bytes.IndexByte(text, '$') >= 0 && keyVariable.Match(text) {
		m |= KeyVariable
	}
	if (bytes.Contains(text, []byte("__")) || bytes.IndexByte(text, '@') >= 0) && replaced(text) {
		m |= Placeholder
	}
	return m
}

// replaced reports whether a placeholder stands in the text; one @ is that of an address
// or a digest.
func replaced(text []byte) bool {
	for _, m := range placeholder.FindAll(text, 100) {
		if m[0] == '_' || m[len(m)-1] == '@' {
			return true
		}
	}
	return false
}

// braces reports whether {{ stands anywhere without the dollar of an expression.
func braces(text []byte) bool {
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte("{{"))
		if i < 0 {
			return false
		}
		if at += i; at == 0 || text[at-1] != '$' {
			return true
		}
		at += 2
	}
}

// Templated reports whether a text has template marks and lines that speak for a
// deployment: nobody knows what it deploys until a tool has rendered it.
func Templated(text []byte) bool { return Marks(text) != 0 && Speaks(text) }

// deploying are keys at the top of what is deployed.
var deploying = [...]string{"apiVersion", "kind", "services"}

// Speaks reports whether a raw line of a text starts, at the top of it, with a key of
// what is deployed. The text need not be YAML.
func Speaks(text []byte) bool {
	text = plain(text)
	for _, key := range deploying {
		if hasKey(text, key) {
			return true
		}
	}
	return indented(text, "apiVersion") && indented(text, "kind")
}

// indented reports whether some line starts with the key, however deep.
func indented(text []byte, key string) bool {
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte(key))
		if i < 0 {
			return false
		}
		start := at + i
		if at = start + len(key); endsKey(text[at:]) && indentation(text[:start]) >= 0 {
			return true
		}
	}
}

var (
	// places are directories of what is deployed.
	places = [...]string{
		"k8s", "kubernetes", "kube", "deploy", "deployment", "deployments", "manifest", "manifests", "chart", "charts", "helm", "overlays",
		"kustomize", "argocd", "argo", "flux", "gitops", "clusters", "openshift", "swarm", "stacks", "workflows",
	}
	// fixtures are directories of what only looks like something.
	fixtures = [...]string{"testdata", "fixtures", "__fixtures__", "fixture", "issue_template", "discussion_template"}
	// objects are words of names that are given to manifests.
	objects = regexp.MustCompile(`(^|[._-])(deployments?|daemonsets?|statefulsets?|cronjobs?|ingress(es)?|kustomization|manifests?|helmfile|helmrelease|k8s|kubernetes|stack|swarm|pods?)([._-]|$)`)
)

// SpeaksForDeployment reports whether a YAML file that cannot be parsed matters all the
// same: its name, its place or one of its raw lines is that of a deployment.
func SpeaksForDeployment(name string, text []byte) bool {
	if !isStructured(name) {
		return false
	}
	lower := strings.ToLower(made(name))
	dirs := strings.Split(path.Dir(lower), "/")
	held := func(known []string) bool {
		return slices.ContainsFunc(dirs, func(d string) bool { return slices.Contains(known, d) })
	}
	if !held(fixtures[:]) && path.Ext(lower) != ".json" && (held(places[:]) || objects.MatchString(path.Base(lower))) {
		return true
	}
	return IsComposeName(name) || Speaks(text)
}
