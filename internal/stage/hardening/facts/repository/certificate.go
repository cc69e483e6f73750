package repository

import (
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

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
		if kind := value.Text(d.Model["kind"]); kind == "Issuer" || kind == "ClusterIssuer" {
			_, self := value.Object(d.Model["spec"])["selfSigned"]
			issuers[kind+"/"+value.Name(d.Model)] = self
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
		spec := value.Object(d.Model["spec"])
		switch kind := value.Text(d.Model["kind"]); {
		case kind == "Certificate" && spec["isCA"] != true:
			if ref := value.Object(spec["issuerRef"]); ref != nil {
				add(value.Name(d.Model), value.Text(ref["kind"]), value.Text(ref["name"]), "documents", i, "spec", "issuerRef", "name")
			}
		case kind == "Ingress":
			notes := value.Object(value.Object(d.Model["metadata"])["annotations"])
			for _, key := range value.Keys(notes) {
				if kind := issuerNotes[key]; kind != "" {
					add(value.Name(d.Model), kind, value.Text(notes[key]), "documents", i, "metadata", "annotations", key)
				}
			}
		}
	}
	return out
}
