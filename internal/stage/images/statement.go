package images

import (
	"encoding/json/v2"
	"fmt"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/sbom"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// judgeStatement compares a verified statement with what is wanted of it: a problem, or
// why that cannot be told.
func (r *run) judgeStatement(res verify.Result, want config.ImageAttestation) (*problem, string) {
	s, err := res.Item.Decode()
	if err != nil {
		return &problem{rule: ruleAttestation, text: fmt.Sprintf("has an unreadable %s attestation: %v", want.Type, err)}, ""
	}
	if want.MaxAge > 0 {
		if p, why := r.judgeAge(res, s, want); p != nil || why != "" {
			return p, why
		}
	}
	switch want.Type {
	case "slsa":
		return judgeProvenance(res, s, want), ""
	case "spdx", "cyclonedx":
		return r.judgeSBOM(s, want)
	}
	return nil, ""
}

func judgeProvenance(res verify.Result, s verify.Statement, want config.ImageAttestation) *problem {
	p, err := readProvenance(s.Content)
	if err == nil {
		err = p.judge(res, want)
	}
	if err != nil {
		return &problem{rule: ruleProvenance, text: fmt.Sprintf("was not built as the policy demands: %v", err)}
	}
	return nil
}

// judgeAge wants a statement younger than a bound, by the time that a log or clock
// signed, else by what the signer wrote.
func (r *run) judgeAge(res verify.Result, s verify.Statement, want config.ImageAttestation) (*problem, string) {
	at := res.Time
	if at.IsZero() {
		at = written(s)
	}
	now := r.stage.opts.Now
	switch {
	case at.IsZero():
		return &problem{rule: ruleAttestation, text: fmt.Sprintf("has a %s attestation without any time, so its age is not known", want.Type)}, ""
	case now == nil:
		return nil, "the time is not known, so ages cannot be judged"
	case now().Sub(at) > want.MaxAge:
		return &problem{rule: ruleAttestation, text: fmt.Sprintf("has a %s attestation of %s, older than %s", want.Type, at.UTC().Format(time.DateOnly), want.MaxAge)}, ""
	}
	return nil, ""
}

// written is the time inside of a predicate: of a scan, a VEX document, a summary.
func written(s verify.Statement) time.Time {
	var p struct {
		Metadata struct {
			Finished time.Time `json:"scanFinishedOn"`
		} `json:"metadata"`
		Timestamp time.Time `json:"timestamp"`
		Verified  time.Time `json:"timeVerified"`
	}
	if json.Unmarshal(s.Content, &p) != nil {
		return time.Time{}
	}
	for _, t := range []time.Time{p.Metadata.Finished, p.Timestamp, p.Verified} {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// judgeSBOM wants a bill of materials that lists something, and the same as the file.
func (r *run) judgeSBOM(s verify.Statement, want config.ImageAttestation) (*problem, string) {
	attested, err := sbom.Packages(s.Content)
	if err == nil && len(attested) == 0 {
		err = fmt.Errorf("it lists no package")
	}
	if err != nil {
		return &problem{rule: ruleAttestation, text: fmt.Sprintf("has a %s attestation that is no bill of materials: %v", want.Type, err)}, ""
	}
	if want.File == "" {
		return nil, ""
	}
	data, err := r.stage.read(want.File)
	if err != nil {
		return nil, fmt.Sprintf("the shipped bill of materials could not be compared: %v", err)
	}
	shipped, err := sbom.Packages(data)
	if err != nil {
		return &problem{rule: ruleSBOM, text: fmt.Sprintf("has an attestation that cannot be compared with %s: %v", want.File, err)}, ""
	}
	if more, fewer := sbom.Only(attested, shipped), sbom.Only(shipped, attested); len(more)+len(fewer) > 0 {
		return &problem{rule: ruleSBOM, text: fmt.Sprintf("has an attestation that differs from %s: %d only attested%s, %d only in the file%s",
			want.File, len(more), few(more), len(fewer), few(fewer))}, ""
	}
	return nil, ""
}

func few(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return " (" + atMost(ids) + ")"
}
