package hardening_test

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
)

var identitiesOf = flag.String("identities-of", "", "a directory of which every YAML file is formatted anew and must keep its findings")

// identities are the fingerprints of all findings, each with what it is about.
func identities(set finding.Set) map[string][]string {
	out := map[string][]string{}
	for _, f := range set.Findings {
		id := f.Fingerprint()
		out[id] = append(out[id], f.Rule+" "+f.Subject+" "+strings.ReplaceAll(f.Key, "\x00", " "))
	}
	return out
}

// gone are the findings of before that after lacks, equal ones counted.
func gone(before, after map[string][]string) (out []string) {
	for id, all := range before {
		if n := len(all) - len(after[id]); n > 0 {
			out = append(out, all[:n]...)
		}
	}
	slices.Sort(out)
	return out
}

// layout is one way to write a document differently that changes nothing of what it says.
type layout struct {
	name   string
	change func(docs []*yaml.Node) []*yaml.Node
	indent int
}

var layouts = []layout{
	{"keys turned around", each(func(n *yaml.Node) { turnKeys(n) }), 2},
	{"lists turned around", each(func(n *yaml.Node) { turnLists(n, "") }), 4},
	{"flow style", each(func(n *yaml.Node) { walk(n, flow) }), 2},
	{"block style", each(func(n *yaml.Node) { walk(n, func(n *yaml.Node) { n.Style &^= yaml.FlowStyle }) }), 8},
	{"quotes", each(func(n *yaml.Node) { walk(n, quote) }), 2},
	{"comments", each(func(n *yaml.Node) { walk(n, func(n *yaml.Node) { n.LineComment, n.HeadComment = "", "# words" }) }), 2},
	{"documents turned around", func(docs []*yaml.Node) []*yaml.Node { slices.Reverse(docs); return docs }, 2},
	{"long forms", each(func(n *yaml.Node) { lengthen(n, "") }), 2},
	{harmless, each(func(n *yaml.Node) { insert(n, "") }), 2},
}

// harmless names the layout that puts items before others, which may have findings of
// their own.
const harmless = "harmless items before"

var harmlessItems = map[string]any{
	"cap_add": "NET_BIND_SERVICE", "ports": map[string]any{"target": 61234, "published": "61234", "host_ip": "127.0.0.1"},
	"volumes": map[string]any{"type": "volume", "target": "/harmless"}, "devices": "/dev/null:/dev/null",
	"containers": map[string]any{"name": "harmless", "image": "harmless"}, "env": map[string]any{"name": "HARMLESS", "value": "1"},
	"rules": map[string]any{"apiGroups": []string{""}, "resources": []string{"pods"}, "verbs": []string{"get"}},
}

func insert(n *yaml.Node, key string) {
	for i, c := range n.Content {
		under := ""
		if n.Kind == yaml.MappingNode && i%2 == 1 {
			under = n.Content[i-1].Value
		}
		insert(c, under)
	}
	var item yaml.Node
	text, _ := yaml.Marshal(n)
	compose := !bytes.Contains(text, []byte("name:")) && !bytes.Contains(text, []byte("containerPort:"))
	if known := harmlessItems[key]; n.Kind == yaml.SequenceNode && known != nil && n.Anchor == "" && item.Encode(known) == nil &&
		(compose || key == "containers" || key == "env") && (key != "rules" || bytes.Contains(text, []byte("verbs:"))) {
		n.Content = slices.Insert(n.Content, 0, &item)
	}
}

func flow(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment = "", "", "" // they would run into what follows
	switch {
	case n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode:
		n.Style |= yaml.FlowStyle
	case n.ShortTag() == "!!null":
		n.Value = "null"
	}
}

func each(change func(*yaml.Node)) func([]*yaml.Node) []*yaml.Node {
	return func(docs []*yaml.Node) []*yaml.Node {
		for _, d := range docs {
			change(d)
		}
		return docs
	}
}

func walk(n *yaml.Node, f func(*yaml.Node)) {
	if n.Kind == yaml.AliasNode {
		return
	}
	f(n)
	for _, c := range n.Content {
		walk(c, f)
	}
}

func quote(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && n.Value != "<<" {
		n.Style = yaml.DoubleQuotedStyle
	}
}

// turnKeys leaves documents with anchors alone, which have to stand before their use.
func turnKeys(n *yaml.Node) {
	anchored := false
	walk(n, func(n *yaml.Node) { anchored = anchored || n.Anchor != "" })
	walk(n, func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode && !anchored {
			for i, j := 0, len(n.Content)-2; i < j; i, j = i+2, j-2 {
				n.Content[i], n.Content[j] = n.Content[j], n.Content[i]
				n.Content[i+1], n.Content[j+1] = n.Content[j+1], n.Content[i+1]
			}
		}
	})
}

// unordered are the lists whose order means nothing.
var unordered = []string{
	"cap_add", "cap_drop", "add", "drop", "volumes", "ports", "devices", "tmpfs", "env", "environment", "containers",
	"volumeMounts", "verbs", "resources", "apiGroups", "subjects", "ingress", "egress", "networks", "depends_on", "hosts", "bypassNetworks",
}

func turnLists(n *yaml.Node, key string) {
	if n.Kind == yaml.SequenceNode && slices.Contains(unordered, key) {
		slices.Reverse(n.Content)
	}
	for i, c := range n.Content {
		under := ""
		if n.Kind == yaml.MappingNode && i%2 == 1 {
			under = n.Content[i-1].Value
		}
		turnLists(c, under)
	}
}

// lengthen writes the short forms of Compose's ports and mounts as mappings.
func lengthen(n *yaml.Node, key string) {
	for i, c := range n.Content {
		under := ""
		if n.Kind == yaml.MappingNode && i%2 == 1 {
			under = n.Content[i-1].Value
		}
		if n.Kind == yaml.SequenceNode && c.Kind == yaml.ScalarNode && c.Anchor == "" {
			if long := longForm(key, c.Value); long != nil {
				n.Content[i] = long
				continue
			}
		}
		lengthen(c, under)
	}
}

func longForm(list, short string) *yaml.Node {
	parts := strings.Split(short, ":")
	if strings.ContainsAny(short, "${}-[") && list == "ports" || strings.ContainsAny(short, "$") || len(parts) < 2 {
		return nil
	}
	var m map[string]any
	switch list {
	case "ports":
		target, protocol, _ := strings.Cut(parts[len(parts)-1], "/")
		m = map[string]any{"published": parts[len(parts)-2], "target": number(target)}
		if protocol != "" {
			m["protocol"] = protocol
		}
		if len(parts) == 3 {
			m["host_ip"] = parts[0]
		}
	case "volumes":
		kind := "volume"
		if strings.ContainsAny(parts[0][:1], "/.~") {
			kind = "bind"
		}
		m = map[string]any{"type": kind, "source": parts[0], "target": parts[1]}
		if len(parts) == 3 && parts[2] != "ro" {
			return nil
		}
		if len(parts) == 3 {
			m["read_only"] = true
		}
	default:
		return nil
	}
	var n yaml.Node
	if n.Encode(m) != nil {
		return nil
	}
	return &n
}

func number(s string) (n int) {
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return n
}

// rewritten is a YAML text in another layout; ok is false when it is none.
func rewritten(text string, l layout) (string, bool) {
	var docs []*yaml.Node
	for dec := yaml.NewDecoder(strings.NewReader(text)); ; {
		var n yaml.Node
		if err := dec.Decode(&n); err != nil {
			if err.Error() == "EOF" {
				break
			}
			return "", false
		}
		docs = append(docs, &n)
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(l.indent)
	for _, d := range l.change(docs) {
		if enc.Encode(d) != nil {
			return "", false
		}
	}
	return out.String(), enc.Close() == nil && len(docs) > 0
}

// relaid are the files in another layout.
func relaid(files map[string]string, l layout) map[string]string {
	out := map[string]string{}
	for name, text := range files {
		out[name] = text
		if ext := filepath.Ext(name); ext == ".yaml" || ext == ".yml" {
			if changed, ok := rewritten(text, l); ok {
				out[name] = changed
			}
		}
	}
	return out
}

// keepsIdentity compares the findings of files in every layout with those as written.
func keepsIdentity(t *testing.T, files map[string]string) (layoutsTried, findings int) {
	t.Helper()
	before := identities(judge(t, repository(t, files), ""))
	for _, l := range layouts {
		after := identities(judge(t, repository(t, relaid(files, l)), ""))
		more := gone(after, before)
		if l.name == harmless {
			more = nil
		}
		if diff := cmp.Diff(gone(before, after), more); diff != "" {
			t.Errorf("%s: findings as written (-) and as written anew (+):\n%s", l.name, diff)
		}
		layoutsTried, findings = layoutsTried+1, findings+len(before)
	}
	return layoutsTried, findings
}

// However the examples of the rules are written, their findings stay the same ones.
func TestIdentityOfExamples(t *testing.T) {
	t.Parallel()
	for _, ex := range engine(t, "").Examples() {
		if ex.Kind == "dockerfile" || aboutLoading[ex.Rule] {
			continue
		}
		t.Run(ex.Rule, func(t *testing.T) {
			t.Parallel()
			files := exampleFiles(ex.Kind, ex.Bad)
			files["db.txt"], files["README.md"] = "", "# App\n"
			keepsIdentity(t, files)
		})
	}
}

// TestIdentityOfCorpus does so with a directory, for the number of findings that it has.
func TestIdentityOfCorpus(t *testing.T) {
	t.Parallel()
	if *identitiesOf == "" {
		t.Skip("no directory given")
	}
	files, tried, findings := 0, 0, 0
	err := filepath.WalkDir(*identitiesOf, func(name string, d fs.DirEntry, err error) error {
		ext := filepath.Ext(name)
		if err != nil || d.IsDir() || ext != ".yaml" && ext != ".yml" {
			return err
		}
		data, err := os.ReadFile(name)
		t.Run(strings.TrimPrefix(name, *identitiesOf), func(t *testing.T) {
			n, m := keepsIdentity(t, map[string]string{filepath.Base(name): string(data), "README.md": ""})
			files, tried, findings = files+1, tried+n, findings+m
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d layouts, %d findings compared", files, tried, findings)
}
