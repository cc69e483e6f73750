package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
)

// group is a set of cipher suites that share a weakness.
type group struct {
	name    string
	verdict Verdict
	suites  []uint16
}

// groups sorts the registered suites up to TLS 1.2 by what is wrong with them, worst
// first (RFC 7465, RFC 9155, RFC 9325). TLS 1.3 has no weak suite.
func groups() []group {
	return []group{
		{"without encryption", Fail, []uint16{0x0001, 0x0002, 0x003B, 0x002C, 0x002D, 0x002E, 0x00B0, 0x00B1, 0x00B4, 0x00B5, 0x00B8, 0x00B9, 0xC001, 0xC006, 0xC00B, 0xC010, 0xC015, 0xC039, 0xC03A, 0xC03B}},
		{"without authentication", Fail, []uint16{0x0018, 0x001B, 0x0034, 0x003A, 0x006C, 0x006D, 0x00A6, 0x00A7, 0x0046, 0x0089, 0x009B, 0x00BF, 0x00C5, 0xC016, 0xC017, 0xC018, 0xC019}},
		{"of export strength", Fail, []uint16{0x0003, 0x0006, 0x0008, 0x000B, 0x000E, 0x0011, 0x0014, 0x0017, 0x0019, 0x0062, 0x0064, 0x0065}},
		{"with RC4", Fail, []uint16{0x0004, 0x0005, 0x0066, 0xC002, 0xC007, 0xC00C, 0xC011}},
		{"with DES or 3DES", Fail, []uint16{0x0009, 0x000A, 0x000C, 0x000D, 0x000F, 0x0010, 0x0012, 0x0013, 0x0015, 0x0016, 0x001A, 0xC003, 0xC008, 0xC00D, 0xC012}},
		{"without forward secrecy", Warn, []uint16{0x002F, 0x0035, 0x003C, 0x003D, 0x009C, 0x009D, 0x0041, 0x0084, 0x0096, 0x00BA, 0x00C0, 0xC09C, 0xC09D, 0xC0A0, 0xC0A1, 0xC07A, 0xC07B, 0xC050, 0xC051, 0xC03C, 0xC03D, 0x0007}},
	}
}

// maxSuites bounds how many suites of a group are told apart.
const maxSuites = 8

// Suites asks which weak cipher suites the target accepts, one group at a time. It does
// not finish a handshake.
func Suites(ctx context.Context, t Target) []Outcome {
	o := t.outcome(SuitesRule, Pass, "", "The service accepts no weak cipher suite.")
	var said, seen []string
	for _, g := range groups() {
		accepted, state, detail := t.group(ctx, g.suites)
		switch {
		case state == foreign:
			return []Outcome{t.outcome(SuitesRule, NotApplicable, "", "The port does not speak TLS.")}
		case len(accepted) > 0:
			said, seen = append(said, g.name), append(seen, accepted...)
			o.Verdict = worse(o.Verdict, g.verdict)
		case state == unclear:
			o.Verdict = worse(o.Verdict, Unknown)
			o.Message = fmt.Sprintf("The service did not say whether it accepts suites %s: %s.", g.name, detail)
		}
	}
	if len(said) > 0 {
		o.Message = "The service accepts cipher suites " + strings.Join(said, ", ") + "."
	}
	o.Evidence = strings.Join(seen, " ")
	return []Outcome{o}
}

// group returns the names of the suites of a group that the target picks, and what
// came of the first question.
func (t Target) group(ctx context.Context, suites []uint16) (names []string, first state, detail string) {
	left := slices.Clone(suites)
	for i := 0; i < maxSuites && len(left) > 0; i++ {
		o, a := t.greet(ctx, tls12, left)
		if i == 0 {
			first, detail = o.state, o.detail
		}
		at := slices.Index(left, a.cipher)
		if a.kind != greeting || at < 0 {
			break
		}
		names, left = append(names, suiteName(a.cipher)), slices.Delete(left, at, at+1)
	}
	return names, first, detail
}

// suiteName is the registered name where it is known.
func suiteName(id uint16) string {
	if name := tls.CipherSuiteName(id); !strings.HasPrefix(name, "0x") {
		return name
	}
	return fmt.Sprintf("%#04x", id)
}

// worse is the more serious of two verdicts.
func worse(a, b Verdict) Verdict {
	if severity(b) > severity(a) {
		return b
	}
	return a
}
