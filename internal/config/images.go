package config

import "time"

// Images configures the image trust stage.
type Images struct {
	// Keys are the public keys that may sign.
	Keys []Key `yaml:"keys"`
	// Roots are the trusted roots of Sigstore instances. That of the public one is built
	// in; one with the id public-good replaces it.
	Roots []Root `yaml:"roots"`
	// Rules say which images must be signed by whom; the first match decides.
	Rules []ImageRule `yaml:"rules"`
	// Policies are files with ClusterImagePolicy and TrustRoot objects, read from the
	// trusted commit. An image must meet every policy that matches it.
	Policies []string `yaml:"policies"`
	// Registries is the list of allowed registries or repositories; empty allows all.
	Registries []string `yaml:"registries"`
	// InsecureRegistries may be reached by plain HTTP.
	InsecureRegistries []string `yaml:"insecure-registries"`
	// PrivateRegistries may have private or loopback addresses.
	PrivateRegistries []string `yaml:"private-registries"`
	// Mirrors hold copies: their images are judged under the names of the originals.
	Mirrors []Mirror `yaml:"mirrors"`
	// MaxAge is the age above which a pinned image whose tag has moved on is too old; it
	// also asks whether its base has moved on. Zero means neither is asked.
	MaxAge time.Duration `yaml:"max-age"`
	// Blobs say which files of the repository must be signed by whom: plug-ins, SPDX
	// files.
	Blobs []Blob `yaml:"blobs"`
	// VSA also writes a SLSA verification summary of every verified image.
	VSA bool `yaml:"verification-summary"`
}

// Mirror is a place that holds copies of another: ghcr.io/acme at mirror.corp/acme.
type Mirror struct {
	// Of is the registry or repository that is mirrored, At where.
	Of string `yaml:"of"`
	At string `yaml:"at"`
}

// Key is a public key with the name that rules use for it. It has one source; a file may
// name the URL where the same key must be published beside it.
type Key struct {
	ID string `yaml:"id"`
	// File is a PEM file in the repository, read from the trusted commit.
	File string `yaml:"file"`
	// PEM is the key itself.
	PEM string `yaml:"pem"`
	// Env is the environment variable that holds the PEM.
	Env string `yaml:"env"`
	// URL is where the PEM is published, by HTTPS. It needs the fingerprint: what a
	// server says today is no proof of whose key it is.
	URL string `yaml:"url"`
	// SHA256 is the fingerprint that the key must have: the SHA-256 of its
	// SubjectPublicKeyInfo in hex.
	SHA256 string `yaml:"sha256"`
	// ImagePath is where the images that the key signs carry it: /keys/cosign.pub.
	ImagePath string `yaml:"image-path"`
}

// Root is a trusted root with the name that rules use for it. It has one source.
type Root struct {
	ID string `yaml:"id"`
	// File is a Sigstore trusted_root.json in the repository, read from the trusted
	// commit.
	File string `yaml:"file"`
	// TUF is an update repository that serves it. It is asked in each run.
	TUF TUF `yaml:"tuf"`
}

// TUF is an update repository.
type TUF struct {
	// Mirror is its address, by HTTPS.
	Mirror string `yaml:"mirror"`
	// Root is its root.json in the repository, read from the trusted commit.
	Root string `yaml:"root"`
}

// ImageRule demands signatures of the images that match.
type ImageRule struct {
	// Match are globs over the full reference without tag and digest, for example
	// ghcr.io/acme/**.
	Match []string `yaml:"match"`
	// Keys are ids of keys, and Identities the holders of certificates, of which one
	// must have signed.
	Keys       []string        `yaml:"keys"`
	Identities []ImageIdentity `yaml:"identities"`
	// Signers is how many different ones must have signed; zero means one.
	Signers int `yaml:"signers"`
	// Root is the id of the trusted root; empty means the public one.
	Root string `yaml:"root"`
	// Log is required, if-present (default) or ignore: what is asked of the
	// transparency log. Only keys may do without.
	Log string `yaml:"transparency-log"`
	// SameRepository demands that the signature names the image's own repository, as
	// the older format does; else a signature of a copy elsewhere is accepted.
	SameRepository bool `yaml:"same-repository"`
	// Attestations are the signed statements that must be there, by the same signers.
	Attestations []ImageAttestation `yaml:"attestations"`
	// AllowUnsigned accepts unsigned images; it needs a reason.
	AllowUnsigned bool   `yaml:"allow-unsigned"`
	Reason        string `yaml:"reason"`
}

// ImageIdentity is whom a certificate must name: issuer and subject, or a workflow of
// GitHub.
type ImageIdentity struct {
	// Issuer is exact; IssuerRegexp is an expression over all of it.
	Issuer       string `yaml:"issuer"`
	IssuerRegexp string `yaml:"issuer-regexp"`
	// Subject is exact, or a glob when it holds *, which no slash matches; ** matches
	// slashes too. SubjectRegexp is an expression over all of it.
	Subject       string `yaml:"subject"`
	SubjectRegexp string `yaml:"subject-regexp"`
	// Workflow is owner/repository/.github/workflows/file.yml and Ref a glob over the
	// reference that it ran on, for example refs/tags/v*.
	Workflow string `yaml:"workflow"`
	Ref      string `yaml:"ref"`
}

// ImageAttestation demands a signed statement.
type ImageAttestation struct {
	// Type is spdx, cyclonedx, slsa, vuln, openvex, vsa, or a predicate type's URI.
	Type string `yaml:"type"`
	// File is an SPDX or CycloneDX file in the repository that must list the packages
	// that the statement lists.
	File string `yaml:"file"`
	// Builder, Source, Ref and Workflow are globs over what SLSA provenance says.
	Builder  string `yaml:"builder"`
	Source   string `yaml:"source"`
	Ref      string `yaml:"ref"`
	Workflow string `yaml:"workflow"`
	// MaxAge bounds how old the newest statement may be; zero means no bound.
	MaxAge time.Duration `yaml:"max-age"`
}

// Blob demands signatures of files. Each has its signature beside it, with one of the
// endings .sigstore.json, .bundle and .sig.
type Blob struct {
	// Files are globs from the root of the repository; they must match something.
	Files []string `yaml:"files"`
	// Keys, Identities, Root and Log mean the same as for images.
	Keys       []string        `yaml:"keys"`
	Identities []ImageIdentity `yaml:"identities"`
	Root       string          `yaml:"root"`
	Log        string          `yaml:"transparency-log"`
	// PluginVersion is the major.minor that StellaPluginVersion of each plug-in must
	// name, which is a .NET assembly.
	PluginVersion string `yaml:"plugin-version"`
	// Image is a glob over names of images, whose digests each SPDX file must name.
	Image string `yaml:"image"`
}
