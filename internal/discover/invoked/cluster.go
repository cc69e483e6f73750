package invoked

import (
	"slices"
	"strings"
)

const (
	kubectlFlags = "f filename k kustomize n namespace context kubeconfig l selector server s as cluster user token o output field-manager timeout " +
		"grace-period cascade validate dry-run request-timeout"
	helmFlags = "f values set set-string set-file set-json version repo n namespace kube-context kubeconfig timeout description post-renderer " +
		"username password ca-file cert-file key-file keyring history-max output o api-versions a kube-version show-only s name-template registry-config"
)

// kubectl reads what is sent to a cluster; what is only asked for or taken away is not.
func kubectl(words []string) []Invocation {
	o := parse(words, kubectlFlags)
	if len(o.rest) == 0 {
		return nil
	}
	if o.rest[0] == "kustomize" {
		return kustomization(o.rest[1:])
	}
	if !slices.Contains([]string{"apply", "create", "replace", "patch", "set", "diff"}, o.rest[0]) {
		return nil
	}
	var out []Invocation
	if i := (Invocation{Tool: Kubectl}).named(commas(o.all("f", "filename"))...); len(i.Files)+len(i.Unresolved) > 0 {
		out = append(out, i)
	}
	return append(out, kustomization(o.all("k", "kustomize"))...)
}

func commas(names []string) (out []string) {
	for _, n := range names {
		out = append(out, strings.Split(n, ",")...)
	}
	return out
}

func kustomize(words []string) []Invocation {
	o := parse(words, "o output e env mount network-name load-restrictor helm-command enable-alpha-plugins")
	if len(o.rest) == 0 || o.rest[0] != "build" {
		return nil
	}
	if len(o.rest) == 1 {
		o.rest = append(o.rest, ".")
	}
	return kustomization(o.rest[1:2])
}

func kustomization(dirs []string) (out []Invocation) {
	for _, dir := range dirs {
		out = append(out, Invocation{Tool: Kustomize, Target: dir})
	}
	return out
}

// helm reads what a chart is deployed with.
func helm(words []string) []Invocation {
	o := parse(words, helmFlags)
	if len(o.rest) == 0 || !slices.Contains([]string{"install", "upgrade", "template", "lint", "secrets"}, o.rest[0]) {
		return nil
	}
	i := Invocation{Tool: Helm}.named(commas(o.all("f", "values"))...)
	i.Target = o.rest[len(o.rest)-1]
	if len(o.rest) == 1 {
		i.Target = ""
	}
	return []Invocation{i}
}
