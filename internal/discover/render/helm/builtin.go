package helm

import (
	"encoding/base64"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gobwas/glob"
)

// files is .Files: the chart's other files, read when a template asks.
type files struct {
	shelf *shelf
	dir   string
	names map[string]bool
	run   *run
}

// GetBytes returns a file's content; nothing when there is no such file, as in Helm.
func (f files) GetBytes(name string) []byte {
	if !f.names[name] {
		return []byte{}
	}
	data, err := f.shelf.Read(path.Join(f.dir, name), maxFile)
	if err != nil {
		panic(&limitError{"file " + name + " cannot be read or is too large"})
	}
	f.run.tick(1 + len(data)/64)
	return data
}

// Get returns a file's content as text.
func (f files) Get(name string) string { return string(f.GetBytes(name)) }

// Glob returns the files whose names match.
func (f files) Glob(pattern string) files {
	if len(pattern) > maxPattern {
		panic(&limitError{fmt.Sprintf("Files.Glob is given a pattern of more than %d bytes", maxPattern)})
	}
	g, err := glob.Compile(pattern, '/')
	out := f
	out.names = map[string]bool{}
	for name := range f.names {
		if f.run.tick(1); err == nil && g.Match(name) {
			out.names[name] = true
		}
	}
	return out
}

// content reads all files, by a name made of each path.
func (f files) content(key func(string) string, value func([]byte) string) string {
	m, size := map[string]string{}, 0
	for _, name := range f.sorted() {
		data := f.GetBytes(name)
		if size += len(data); size > maxValue {
			panic(&limitError{"files are too large together"})
		}
		m[key(name)] = value(data)
	}
	return toYAML(m)
}

func (f files) sorted() (names []string) {
	for name := range f.names {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// AsConfig is the data of a ConfigMap.
func (f files) AsConfig() string {
	return f.content(path.Base, func(b []byte) string { return string(b) })
}

// AsSecrets is the data of a Secret.
func (f files) AsSecrets() string { return f.content(path.Base, base64.StdEncoding.EncodeToString) }

// Lines are a file's lines.
func (f files) Lines(name string) []string {
	s := strings.TrimSuffix(f.Get(name), "\n")
	if s == "" {
		return []string{}
	}
	return strings.Split(s, "\n")
}

// kubeVersion is .Capabilities.KubeVersion.
type kubeVersion struct{ Version, Major, Minor string }

// String returns the version.
func (k kubeVersion) String() string { return k.Version }

// GitVersion returns the version.
func (k kubeVersion) GitVersion() string { return k.Version }

// versions is .Capabilities.APIVersions.
type versions []string

// Has tells whether an API version is known.
func (v versions) Has(name string) bool { return slices.Contains(v, name) }

// capabilities are those of helm template v4.2.3 without a cluster: the version that its
// client library belongs to and the built-in APIs.
func capabilities() map[string]any {
	return map[string]any{
		"KubeVersion": kubeVersion{"v1.36.0", "1", "36"},
		"APIVersions": versions{
			"v1", "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1", "apiextensions.k8s.io/v1",
			"apiextensions.k8s.io/v1beta1", "apps/v1", "apps/v1beta1", "apps/v1beta2", "authentication.k8s.io/v1",
			"authorization.k8s.io/v1", "autoscaling/v1", "autoscaling/v2", "batch/v1", "batch/v1beta1",
			"certificates.k8s.io/v1", "coordination.k8s.io/v1", "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1",
			"events.k8s.io/v1", "events.k8s.io/v1beta1", "extensions/v1beta1", "flowcontrol.apiserver.k8s.io/v1",
			"networking.k8s.io/v1", "networking.k8s.io/v1beta1", "node.k8s.io/v1", "policy/v1", "policy/v1beta1",
			"rbac.authorization.k8s.io/v1", "resource.k8s.io/v1", "scheduling.k8s.io/v1", "storage.k8s.io/v1",
			"storage.k8s.io/v1beta1",
		},
		"HelmVersion": map[string]any{"Version": "v4.2.3", "GitCommit": "", "GitTreeState": "clean", "GoVersion": ""},
	}
}

// release is .Release as in a first helm template.
func release() map[string]any {
	return map[string]any{
		"Name": "release-name", "Namespace": "default", "Service": "Helm", "Revision": 1, "IsInstall": true, "IsUpgrade": false,
	}
}
