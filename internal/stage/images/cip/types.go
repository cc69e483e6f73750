package cip

import "encoding/json/jsontext"

// The objects as policy-controller writes them. A field that is a Value is known and
// judged by whether it is there.
type policyObject struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Spec       struct {
		Images []struct {
			Glob string `json:"glob"`
		} `json:"images"`
		Authorities []authorityObject `json:"authorities"`
		Mode        string            `json:"mode"`
		Match       jsontext.Value    `json:"match"`
		Policy      jsontext.Value    `json:"policy"`
	} `json:"spec"`
	Status jsontext.Value `json:"status"`
}

type metadata struct {
	Name string         `json:"name"`
	Rest jsontext.Value `json:",unknown"`
}

type authorityObject struct {
	Name            string              `json:"name"`
	Key             *keyObject          `json:"key"`
	Keyless         *keylessObject      `json:"keyless"`
	Static          *staticObject       `json:"static"`
	CTLog           *reference          `json:"ctlog"`
	Timestamp       *reference          `json:"rfc3161timestamp"`
	Source          jsontext.Value      `json:"source"`
	Attestations    []attestationObject `json:"attestations"`
	SignatureFormat string              `json:"signatureFormat"`
}

type keyObject struct {
	Data          string         `json:"data"`
	HashAlgorithm string         `json:"hashAlgorithm"`
	SecretRef     jsontext.Value `json:"secretRef"`
	KMS           string         `json:"kms"`
}

type keylessObject struct {
	URL               string           `json:"url"`
	Identities        []identityObject `json:"identities"`
	CACert            jsontext.Value   `json:"ca-cert"`
	TrustRootRef      string           `json:"trustRootRef"`
	InsecureIgnoreSCT bool             `json:"insecureIgnoreSCT"`
}

type identityObject struct {
	Issuer        string `json:"issuer"`
	IssuerRegExp  string `json:"issuerRegExp"`
	Subject       string `json:"subject"`
	SubjectRegExp string `json:"subjectRegExp"`
}

type staticObject struct {
	Action  string `json:"action"`
	Message string `json:"message"`
}

type reference struct {
	URL          string `json:"url"`
	TrustRootRef string `json:"trustRootRef"`
}

type attestationObject struct {
	Name          string         `json:"name"`
	PredicateType string         `json:"predicateType"`
	Policy        jsontext.Value `json:"policy"`
}

type rootObject struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Spec       struct {
		SigstoreKeys *Keys          `json:"sigstoreKeys"`
		Remote       *Remote        `json:"remote"`
		Repository   jsontext.Value `json:"repository"`
	} `json:"spec"`
	Status jsontext.Value `json:"status"`
}

// Keys are the parts of a private Sigstore instance, each in PEM.
type Keys struct {
	CertificateAuthorities []Issuer `json:"certificateAuthorities"`
	TLogs                  []Log    `json:"tLogs"`
	CTLogs                 []Log    `json:"ctLogs"`
	TimestampAuthorities   []Issuer `json:"timestampAuthorities"`
}

// Log is a log of an instance.
type Log struct {
	BaseURL       string `json:"baseURL"`
	HashAlgorithm string `json:"hashAlgorithm"`
	PublicKey     []byte `json:"publicKey"`
}

// Issuer is an authority of an instance with its chain.
type Issuer struct {
	Subject jsontext.Value `json:"subject"`
	URI     string         `json:"uri"`
	Chain   []byte         `json:"certChain"`
}

// Remote is an update repository with its own root.
type Remote struct {
	Mirror  string `json:"mirror"`
	Root    []byte `json:"root"`
	Targets string `json:"targets"`
}
