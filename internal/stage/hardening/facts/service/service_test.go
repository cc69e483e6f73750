package service

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/plan"
)

func TestShortPort(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]port{
		"80":                       {First: 80, Last: 80},
		"8080:80":                  {Published: "8080", First: 80, Last: 80},
		"127.0.0.1:8080:80/tcp":    {HostIP: "127.0.0.1", Published: "8080", First: 80, Last: 80, Protocol: "tcp"},
		"127.0.0.1::80":            {HostIP: "127.0.0.1", First: 80, Last: 80},
		"[::1]:8080:80":            {HostIP: "::1", Published: "8080", First: 80, Last: 80},
		"9000-9010:8000-8010/udp":  {Published: "9000-9010", First: 8000, Last: 8010, Protocol: "udp"},
		"8010-8000":                {},
		"99999":                    {},
		"${PORT}:80":               {Published: "${PORT}", First: 80, Last: 80},
		"":                         {},
		"80-":                      {},
		"0.0.0.0:53:53/udp":        {HostIP: "0.0.0.0", Published: "53", First: 53, Last: 53, Protocol: "udp"},
		"::1:1:1":                  {HostIP: "::1", Published: "1", First: 1, Last: 1},
		"1-65535":                  {First: 1, Last: 65535},
		"18446744073709551616:1/x": {Published: "18446744073709551616", First: 1, Last: 1, Protocol: "x"},
	} {
		if diff := cmp.Diff(want, shortPort(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]bool{"127.0.0.1": true, "127.1.2.3": true, "::1": true, "0.0.0.0": false, "": false, "localhost": false} {
		if got := loopback(ip); got != want {
			t.Errorf("%q: %v", ip, got)
		}
	}
}

func TestParseTmpfs(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]tmpfs{
		"/tmp":                               {Target: "/tmp", Valid: "/tmp"},
		"/tmp:size=64m":                      {Target: "/tmp", Size: true, Valid: "/tmp:size=64m"},
		"/tmp:size=64m,exec,nosymlink":       {Target: "/tmp", Size: true, Exec: true, Invalid: []string{"nosymlink"}, Valid: "/tmp:size=64m,exec"},
		"/tmp:exec,noexec":                   {Target: "/tmp", Valid: "/tmp:exec,noexec"},
		"/tmp:noexec,exec":                   {Target: "/tmp", Exec: true, Valid: "/tmp:noexec,exec"},
		"/tmp:mode=1777,uid=1,gid=1,mpol=x":  {Target: "/tmp", Valid: "/tmp:mode=1777,uid=1,gid=1,mpol=x"},
		"/tmp:nr_inodes=1,nr_blocks=1,rw":    {Target: "/tmp", Valid: "/tmp:nr_inodes=1,nr_blocks=1,rw"},
		"/tmp:nosymfollow":                   {Target: "/tmp", Invalid: []string{"nosymfollow"}, Valid: "/tmp"},
		"/tmp:size":                          {Target: "/tmp", Invalid: []string{"size"}, Valid: "/tmp"},
		"/tmp:size=":                         {Target: "/tmp", Valid: "/tmp:size="},
		"/tmp:ro=1":                          {Target: "/tmp", Invalid: []string{"ro=1"}, Valid: "/tmp"},
		"/tmp:defaults,,nodev":               {Target: "/tmp", Invalid: []string{""}, Valid: "/tmp:defaults,nodev"},
		"/tmp:exec dev":                      {Target: "/tmp", Invalid: []string{"exec dev"}, Valid: "/tmp"},
		"":                                   {},
		"/tmp:size=0":                        {Target: "/tmp", Valid: "/tmp:size=0"},
		"/run:rslave,nostrictatime,noatime":  {Target: "/run", Valid: "/run:rslave,nostrictatime,noatime"},
		"/tmp:SIZE=1":                        {Target: "/tmp", Invalid: []string{"SIZE=1"}, Valid: "/tmp"},
		"/tmp:size=64m,mode=1777,size=,exec": {Target: "/tmp", Size: true, Exec: true, Valid: "/tmp:size=64m,mode=1777,size=,exec"},
	} {
		if want.Invalid == nil {
			want.Invalid = []string{}
		}
		if diff := cmp.Diff(want, parseTmpfs(in, nil)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestParseOption(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]option{
		"no-new-privileges":          {Key: "no-new-privileges", On: true},
		"no-new-privileges:true":     {Key: "no-new-privileges", Value: "true", On: true},
		"no-new-privileges=T":        {Key: "no-new-privileges", Value: "T", On: true},
		"no-new-privileges:0":        {Key: "no-new-privileges", Value: "0"},
		"no-new-privileges:yes":      {Key: "no-new-privileges", Value: "yes"},
		"seccomp:./a=b.json":         {Key: "seccomp:./a", Value: "b.json"},
		"seccomp=C:/p.json":          {Key: "seccomp", Value: "C:/p.json"},
		"label:type:x":               {Key: "label", Value: "type:x"},
		"NO-NEW-PRIVILEGES:true":     {Key: "NO-NEW-PRIVILEGES", Value: "true", On: true},
		"systempaths=unconfined":     {Key: "systempaths", Value: "unconfined"},
		"credentialspec=file://x:y ": {Key: "credentialspec", Value: "file://x:y "},
	} {
		if diff := cmp.Diff(want, parseOption(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestDemand(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"${P}": "${P:?set P}", "$P": "${P:?set P}", "${P:-}": "${P:?set P}", "${P-}": "${P:?set P}", "a ${P} $P2": "a ${P:?set P} $P2",
		"${P:+x}": "", "": "", "x": "",
	} {
		if got := demand(raw, []string{"P"}); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]float64{"30s": 30, "1m30s": 90, "": 0, "soon": 0, "500ms": 0.5} {
		if got := seconds(in); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

// A variable that the repository's .env sets is not optional.
func TestOptionalPassword(t *testing.T) {
	t.Parallel()
	s := scope{doc: &plan.Document{}}
	for _, v := range []struct {
		plan.Variable
		want int
	}{{plan.Variable{Name: "P"}, 1}, {plan.Variable{Name: "P", Set: true}, 0}, {plan.Variable{Name: "P", Required: true}, 0}} {
		if got := s.password("${P}", []plan.Variable{v.Variable}, nil).Optional; len(got) != v.want {
			t.Errorf("%+v: optional %v", v.Variable, got)
		}
	}
}
