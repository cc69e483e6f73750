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
func (r *run) judgeStatement(res verify.Result, v *verdict, want config.ImageAttestation) (*problem, string) {
	s, err := res.Item.Decode()
	if err != nil {
		return &problem{rule: ruleAttestation, text: fmt.Sprintf("%s has an unreadable %s attestation: %v", v.ref, want.Type, err)}, ""
	}
	if want.MaxAge > 0 {
		if p, why := r.judgeAge(res, s, v, want); p != nil || why != "" {
			return p, why
		}
	}
	switch want.Type {
	case "slsa":
		return judgeProvenance(res, s, v, want), ""
	case "spdx", "cyclonedx":
		return r.judgeSBOM(s, v, want)
	}
	return nil, ""
}

func judgeProvenance(res verify.Result, s verify.Statement, v *verdict, want config.ImageAttestation) *problem {
	p, err := readProvenance(s.Content)
	if err == nil {
		err = p.judge(res, want)
	}
	if err != nil {
		return &problem{rule: ruleProvenance, text: fmt.Sprintf("%s was not built as the policy demands: %v", v.ref, err)}
	}
	return nil
}

// judgeAge wants a statement younger than a bound, by the time that a log or clock
// signed, else by what the signer wrote.
func (r *run) judgeAge(res verify.Result, s verify.Statement, v *verdict, want config.ImageAttestation) (*problem, string) {
	at := res.Time
	if at.IsZero() {
		at = written(s)
	}
	now := r.stage.opts.Now
	switch {
	case at.IsZero():
		return &problem{rule: ruleAttestation, text: fmt.Sprintf("%s has a %s attestation without any time, so its age is not known", v.ref, want.Type)}, ""
	case now == nil:
		return nil, "the time is not known, so ages cannot be judged"
	case now().Sub(at) > want.MaxAge:
		return &problem{rule: ruleAttestation, text: fmt.Sprintf("the newest %s attestation of %s is of %s, older than %s", want.Type, v.ref, at.UTC().Format(time.DateOnly), want.MaxAge)}, ""
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
func (r *run) judgeSBOM(s verify.Statement, v *verdict, want config.ImageAttestation) (*problem, string) {
	attested, err := sbom.Packages(s.Content)
	if err == nil && len(attested) == 0 {
		err = fmt.Errorf("it lists no package")
	}
	if err != nil {
		return &problem{rule: ruleAttestation, text: fmt.Sprintf("the %s attestation of %s is no bill of materials: %v", want.Type, v.ref, err)}, ""
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
		return &problem{rule: ruleSBOM, text: fmt.Sprintf("%s cannot be compared with the attestation of %s: %v", want.File, v.ref, err)}, ""
	}
	if more, fewer := sbom.Only(attested, shipped), sbom.Only(shipped, attested); len(more)+len(fewer) > 0 {
		return &problem{rule: ruleSBOM, text: fmt.Sprintf("%s and the attestation of %s differ: %d only attested%s, %d only in the file%s",
			want.File, v.ref, len(more), few(more), len(fewer), few(fewer))}, ""
	}
	return nil, ""
}

func few(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return " (" + atMost(ids) + ")"
}
