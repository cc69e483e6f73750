package configfile

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/source"
)

func isYAML(name string) bool { return hasExtension(name, ".yaml", ".yml", ".json") }

func isConf(name string) bool { return hasExtension(name, ".conf") }

// yamlOf returns a reader of YAML files whose first document the test recognises; their
// content is that document.
func yamlOf(is func(root *yaml.Node) bool) func(Input) (any, source.Locator, error) {
	return func(in Input) (any, source.Locator, error) {
		if len(in.Docs) == 0 || in.Docs[0].Root == nil || !is(in.Docs[0].Root) {
			return nil, nil, nil
		}
		content, err := in.Docs[0].Value()
		if err != nil {
			return nil, nil, err
		}
		return content, in.Docs[0], nil
	}
}

// child follows keys from a node, nil when one is missing.
func child(n *yaml.Node, keys ...string) *yaml.Node {
	for _, k := range keys {
		_, v := source.Child(n, k)
		if n = source.Deref(v); n == nil {
			return nil
		}
	}
	return n
}

func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

func hasKeys(n *yaml.Node, keys ...string) bool {
	return !slices.ContainsFunc(keys, func(k string) bool { return child(n, k) == nil })
}

// isAlertRules knows the rule files of Prometheus, Loki and Grafana: groups of rules.
func isAlertRules(root *yaml.Node) bool {
	groups := items(child(root, "groups"))
	return len(groups) > 0 && !slices.ContainsFunc(groups, func(g *yaml.Node) bool {
		rules := items(child(g, "rules"))
		return slices.ContainsFunc(rules, func(r *yaml.Node) bool { return !hasKeys(r, "expr") && !hasKeys(r, "data") })
	}) && slices.ContainsFunc(groups, func(g *yaml.Node) bool { return hasKeys(g, "name", "rules") })
}

// isPrometheus knows the server's configuration. Promtail's has scrape_configs too, but
// also the clients that it sends to; promtool's tests name rule files too.
func isPrometheus(root *yaml.Node) bool {
	if hasKeys(root, "clients") || hasKeys(root, "positions") || hasKeys(root, "tests") {
		return false
	}
	return items(child(root, "scrape_configs")) != nil || items(child(root, "scrape_config_files")) != nil ||
		items(child(root, "rule_files")) != nil && (hasKeys(root, "global") || hasKeys(root, "alerting"))
}

func isAlertmanager(root *yaml.Node) bool {
	route := child(root, "route")
	return route != nil && route.Kind == yaml.MappingNode && items(child(root, "receivers")) != nil
}

// isSigma knows rules in the Sigma format.
func isSigma(root *yaml.Node) bool {
	d := child(root, "detection")
	return d != nil && d.Kind == yaml.MappingNode && hasKeys(root, "title", "logsource")
}
