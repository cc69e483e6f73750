package images

import (
	"cmp"
	"encoding/json/v2"
	"errors"
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// provenance is what SLSA provenance says about a build, in any of its versions.
type provenance struct{ builder, source, ref, workflow string }

// slsa is the union of the predicates v0.1, v0.2 and v1.
type slsa struct {
	Builder struct {
		ID string `json:"id"`
	} `json:"builder"`
	Invocation struct {
		ConfigSource struct {
			URI        string `json:"uri"`
			EntryPoint string `json:"entryPoint"`
		} `json:"configSource"`
	} `json:"invocation"`
	Recipe struct {
		EntryPoint string `json:"entryPoint"`
	} `json:"recipe"`
	Materials []struct {
		URI string `json:"uri"`
	} `json:"materials"`
	BuildDefinition struct {
		ExternalParameters struct {
			Workflow struct {
				Ref        string `json:"ref"`
				Repository string `json:"repository"`
				Path       string `json:"path"`
			} `json:"workflow"`
		} `json:"externalParameters"`
		ResolvedDependencies []struct {
			URI string `json:"uri"`
		} `json:"resolvedDependencies"`
	} `json:"buildDefinition"`
	RunDetails struct {
		Builder struct {
			ID string `json:"id"`
		} `json:"builder"`
	} `json:"runDetails"`
}

func readProvenance(content []byte) (provenance, error) {
	var s slsa
	if err := json.Unmarshal(content, &s); err != nil {
		return provenance{}, errors.New("its predicate is not SLSA provenance")
	}
	w := s.BuildDefinition.ExternalParameters.Workflow
	p := provenance{builder: cmp.Or(s.RunDetails.Builder.ID, s.Builder.ID), source: w.Repository, ref: w.Ref, workflow: w.Path}
	uri := s.Invocation.ConfigSource.URI
	switch {
	case uri == "" && len(s.BuildDefinition.ResolvedDependencies) > 0:
		uri = s.BuildDefinition.ResolvedDependencies[0].URI
	case uri == "" && len(s.Materials) > 0:
		uri = s.Materials[0].URI
	}
	source, ref, _ := strings.Cut(strings.TrimPrefix(uri, "git+"), "@")
	p.source, p.ref = cmp.Or(p.source, source), cmp.Or(p.ref, ref)
	p.workflow = cmp.Or(p.workflow, s.Invocation.ConfigSource.EntryPoint, s.Recipe.EntryPoint)
	return p, nil
}

// repository is a repository without what its address may or may not have.
func repository(address string) string {
	address = strings.TrimPrefix(strings.TrimPrefix(address, "git+"), "https://")
	return strings.TrimSuffix(strings.TrimSuffix(address, "/"), ".git")
}

// judge compares what provenance says with what is wanted, and with what the
// certificate of its signer says about the source.
func (p provenance) judge(res verify.Result, want config.ImageAttestation) error {
	for _, c := range []struct{ what, got, want string }{
		{"builder", p.builder, want.Builder},
		{"source", repository(p.source), repository(want.Source)},
		{"ref", p.ref, want.Ref},
		{"workflow", p.workflow, want.Workflow},
	} {
		if c.want != "" && !doublestar.MatchUnvalidated(c.want, c.got) {
			return fmt.Errorf("its provenance names the %s %s, not %s", c.what, orEmptyWord(c.got), c.want)
		}
	}
	if s := repository(res.Item.SourceRepository()); want.Source != "" && s != "" && s != repository(p.source) {
		return fmt.Errorf("its provenance names the source %s, but its signer's certificate %s", repository(p.source), s)
	}
	return nil
}

func orEmptyWord(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}
