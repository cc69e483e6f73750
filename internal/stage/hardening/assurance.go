package hardening

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
)

// assurance are the facts about what stands beside the deployment as whole files, and
// about what could not be read.
type assurance struct {
	// Problems are the Compose files that do not load, ComposeFiles all that there are.
	Problems     []problem       `json:"problems"`
	ComposeFiles map[string]bool `json:"compose_files"`
	// Host is what the repository sets up on machines.
	Host machine `json:"host"`
	// Plugins are compiled plug-ins.
	Plugins []pluginFile `json:"plugins"`
	// Keys are public keys whose name or directory says a major version.
	Keys []publicKey `json:"keys"`
	// Certificates are those that cert-manager makes for services.
	Certificates []certificate `json:"certificates"`
	// Guides are copies of the hardening guide.
	Guides []guide `json:"guides"`
	// Typography are identifiers with typographic characters.
	Typography []typo `json:"typography"`
}

// problem is a Compose file, or a part of one, that could not be read.
type problem struct {
	File    string `json:"file"`
	Message string `json:"message"`
	// Remote is true when it is fetched from elsewhere.
	Remote bool  `json:"remote"`
	Path   []any `json:"path"`
}

func assuranceFacts(p *plan.Plan) assurance {
	files := object(p.Config.Model["files"])
	found := problems(p)
	return assurance{
		Problems: found, ComposeFiles: composeFiles(p, found), Host: hostFacts(files), Plugins: plugins(p), Keys: publicKeys(p),
		Certificates: certificates(p), Guides: guides(files), Typography: fileTypos(files),
	}
}

func problems(p *plan.Plan) []problem {
	out := []problem{}
	for i, pr := range p.Problems {
		if slices.Contains(pr.Stages, "hardening") && slices.Contains(pr.Stages, "dast") {
			out = append(out, problem{pr.Location.URI, pr.Message, pr.Remote, []any{"problems", i}})
		}
	}
	return out
}

// composeFiles are the files of Compose sets, and those that do not load.
func composeFiles(p *plan.Plan, failed []problem) map[string]bool {
	out := map[string]bool{}
	for _, d := range p.Documents {
		for _, f := range d.Files {
			if d.Kind == plan.Compose {
				out[f] = true
			}
		}
	}
	for _, pr := range failed {
		out[pr.File] = true
	}
	return out
}

// pluginFile is a compiled plug-in.
type pluginFile struct {
	File string `json:"file"`
	// Signed is true when a signature lies beside it.
	Signed bool  `json:"signed"`
	Path   []any `json:"path"`
}

var (
	pluginFiles = regexp.MustCompile(`(?i)(^|/)plug-?ins?/(.*/)?[^/]+\.dll$`)
	signatures  = []string{".sig", ".sigstore", ".sigstore.json", ".bundle"}
)

func plugins(p *plan.Plan) []pluginFile {
	out := []pluginFile{}
	names := map[string]bool{}
	for _, f := range p.Files {
		names[f.Name] = true
	}
	for _, f := range p.Files {
		if pluginFiles.MatchString(f.Name) && !aside.MatchString(f.Name) {
			signed := slices.ContainsFunc(signatures, func(end string) bool { return names[f.Name+end] })
			out = append(out, pluginFile{f.Name, signed, []any{"tree", f.Name}})
		}
	}
	return out
}

// publicKey is a public key of a major version.
type publicKey struct {
	File  string `json:"file"`
	Major string `json:"major"`
	Hash  string `json:"hash"`
	Path  []any  `json:"path"`
}

var (
	cosignKey = regexp.MustCompile(`(?i)(^|/)[^/]*cosign[^/]*\.pub$`)
	keyMajor  = regexp.MustCompile(`(?i)(?:^|[/._-])v?(\d{1,4})(?:\.[^/]*)?(?:/|\.pub$|[_-])`)
)

const maxKeyBytes = 64 << 10

func publicKeys(p *plan.Plan) []publicKey {
	out := []publicKey{}
	for _, f := range p.Files {
		m := keyMajor.FindStringSubmatch(f.Name)
		if m == nil || !cosignKey.MatchString(f.Name) || aside.MatchString(f.Name) || p.Tree == nil {
			continue
		}
		if data, err := p.Tree.Read(f.Name, maxKeyBytes); err == nil {
			sum := sha256.Sum256(data)
			out = append(out, publicKey{f.Name, m[1], hex.EncodeToString(sum[:]), []any{"tree", f.Name}})
		}
	}
	return out
}

// certificate is one that cert-manager makes.
type certificate struct {
	Name   string `json:"name"`
	Issuer string `json:"issuer"`
	// SelfSigned is true when its issuer, found in the repository, signs with the
	// certificate's own key; Known is false when the issuer is not there.
	SelfSigned bool  `json:"self_signed"`
	Known      bool  `json:"known"`
	Path       []any `json:"path"`
}

// issuerNotes are the annotations by which an ingress asks for a certificate.
var issuerNotes = map[string]string{"cert-manager.io/issuer": "Issuer", "cert-manager.io/cluster-issuer": "ClusterIssuer"}

// certificates joins certificates and ingresses with the issuers that they name. A CA
// that signs itself is how an internal CA begins and is left alone.
func certificates(p *plan.Plan) []certificate {
	issuers := map[string]bool{}
	for _, d := range p.Documents {
		if kind := text(d.Model["kind"]); kind == "Issuer" || kind == "ClusterIssuer" {
			_, self := object(d.Model["spec"])["selfSigned"]
			issuers[kind+"/"+nameOf(d.Model)] = self
		}
	}
	out := []certificate{}
	add := func(name, kind, issuer string, at ...any) {
		if kind == "" {
			kind = "Issuer"
		}
		self, known := issuers[kind+"/"+issuer]
		out = append(out, certificate{name, issuer, self, known, at})
	}
	for i, d := range p.Documents {
		spec := object(d.Model["spec"])
		switch kind := text(d.Model["kind"]); {
		case kind == "Certificate" && spec["isCA"] != true:
			if ref := object(spec["issuerRef"]); ref != nil {
				add(nameOf(d.Model), text(ref["kind"]), text(ref["name"]), "documents", i, "spec", "issuerRef", "name")
			}
		case kind == "Ingress":
			notes := object(object(d.Model["metadata"])["annotations"])
			for _, key := range sortedKeys(notes) {
				if kind := issuerNotes[key]; kind != "" {
					add(nameOf(d.Model), kind, text(notes[key]), "documents", i, "metadata", "annotations", key)
				}
			}
		}
	}
	return out
}

func nameOf(model map[string]any) string { return text(object(model["metadata"])["name"]) }

// guide is a copy of the hardening guide in the repository.
type guide struct {
	File    string `json:"file"`
	Version string `json:"version"`
	Path    []any  `json:"path"`
}

var (
	guideName    = regexp.MustCompile(`(?i)hardening[^/]*guide|guide[^/]*hardening`)
	guideVersion = regexp.MustCompile(`\(?\b(v\d+\.\d+)\b`)
)

const guideHead = 20

// guides finds copies by their name and the version that their first lines say.
func guides(files map[string]any) []guide {
	out := []guide{}
	for _, name := range sortedKeys(files) {
		f := object(files[name])
		if f["family"] != "document" || !guideName.MatchString(path.Base(name)) {
			continue
		}
		lines := list(object(f["content"])["lines"])
		for i, line := range lines[:min(len(lines), guideHead)] {
			if m := guideVersion.FindStringSubmatch(text(line)); m != nil {
				out = append(out, guide{name, m[1], at(name, "lines", i)})
				break
			}
		}
	}
	return out
}

// machine is what the repository sets up on machines.
type machine struct {
	Mounts  []hostMount `json:"mounts"`
	Watches []string    `json:"watches"`
	// Audit is the path of a file of auditd's rules, nil without one.
	Audit []any `json:"audit"`
}

// hostMount is a file system of the machine.
type hostMount struct {
	Target  string   `json:"target"`
	Options []string `json:"options"`
	Path    []any    `json:"path"`
}

func hostFacts(files map[string]any) machine {
	h := machine{Mounts: []hostMount{}, Watches: []string{}}
	for _, name := range sortedKeys(files) {
		f := object(files[name])
		if f["family"] != "host" || isTrial(name) {
			continue
		}
		content := object(f["content"])
		for i, item := range list(content["mounts"]) {
			m := hostMount{text(object(item)["target"]), []string{}, at(name, "mounts", i)}
			for _, o := range list(object(item)["options"]) {
				m.Options = append(m.Options, strings.TrimSpace(text(o)))
			}
			h.Mounts = append(h.Mounts, m)
		}
		watches := list(content["watches"])
		for _, w := range watches {
			h.Watches = append(h.Watches, text(object(w)["path"]))
		}
		if h.Audit == nil && (len(watches) > 0 || strings.HasSuffix(name, ".rules")) {
			h.Audit = at(name)
			if len(watches) > 0 {
				h.Audit = at(name, "watches", 0)
			}
		}
	}
	return h
}
