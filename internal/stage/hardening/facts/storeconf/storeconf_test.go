package storeconf_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/storeconf"
)

func TestValkey(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text    string
		further [][]string
		want    storeconf.Access
	}{
		"empty":             {"", nil, storeconf.Access{State: "open", Why: "it sets no password"}},
		"unprotected":       {"bind 0.0.0.0\nprotected-mode no\n", nil, storeconf.Access{State: "open", Why: "it sets no password and protected-mode no", Line: 2}},
		"password":          {"requirepass \"a b\" # no comment\n", nil, storeconf.Access{State: "closed", Literal: 1}},
		"password is taken": {"requirepass x\nrequirepass \"\"\nbind 0.0.0.0", nil, storeconf.Access{State: "open", Why: "it sets no password", Line: 3}},
		"command line":      {"protected-mode no", [][]string{{"requirepass", "x"}}, storeconf.Access{State: "closed"}},
		"opened by command": {"requirepass x", [][]string{{"requirepass", ""}}, storeconf.Access{State: "open", Why: "it sets no password"}},
		"loopback":          {"bind 127.0.0.1 -::1", nil, storeconf.Access{State: "closed"}},
		"protected":         {"protected-mode yes\n", nil, storeconf.Access{State: "closed"}},
		"protected, bound":  {"protected-mode yes\nbind 10.0.0.1", nil, storeconf.Access{State: "unknown", Why: "protected mode has no password and a bound address", Line: 1}},
		"included":          {"include /etc/more.conf", nil, storeconf.Access{State: "unknown", Why: "it includes another file", Line: 1}},
		"user closed":       {"user default off\nuser app on #0123 ~* +@read", nil, storeconf.Access{State: "closed", Restricted: true}},
		"user open":         {"user default on #0123 nopass ~* +@all", nil, storeconf.Access{State: "open", Why: "the user default needs no password", Line: 1}},
		"commands, memory":  {"requirepass x\nrename-command FLUSHALL \"\"\nmaxmemory 64mb", nil, storeconf.Access{State: "closed", Literal: 1, Restricted: true, Memory: true}},
		"no memory":         {"requirepass x\nmaxmemory 0", nil, storeconf.Access{State: "closed", Literal: 1}},
		"file of users":     {"aclfile /users.acl\r\nprotected-mode no", nil, storeconf.Access{State: "open", Why: "it sets no password and protected-mode no", Line: 2, ACL: "/users.acl"}},
		"a comment":         {"# requirepass x", nil, storeconf.Access{State: "open", Why: "it sets no password"}},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, storeconf.Valkey([]byte(tt.text), tt.further...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestACL(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want storeconf.Access
	}{
		"empty":         {"", storeconf.Access{State: "open", Why: "it says nothing about the user default, who needs no password"}},
		"open":          {"# users\nuser default on nopass ~* &* +@all\n", storeconf.Access{State: "open", Why: "the user default needs no password", Line: 2}},
		"off":           {"user default off\nuser app on >secret ~* +@all -@dangerous", storeconf.Access{State: "closed", Literal: 2, Restricted: true}},
		"hash":          {"user default on #0123 ~* +@all", storeconf.Access{State: "closed"}},
		"hash, nopass":  {"user default on #0123 nopass", storeconf.Access{State: "open", Restricted: true, Why: "the user default needs no password", Line: 1}},
		"another":       {"user default off\nuser app on nopass +get", storeconf.Access{State: "open", Restricted: true, Why: "the user app needs no password", Line: 2}},
		"one command":   {"user default off\nuser app on #0 +config|get", storeconf.Access{State: "closed"}},
		"category":      {"user default off\nuser app on #0 +@admin", storeconf.Access{State: "closed"}},
		"reset":         {"user default on nopass reset", storeconf.Access{State: "closed", Restricted: true}},
		"empty rule":    {`user default on ""`, storeconf.Access{State: "closed", Restricted: true}},
		"without rules": {"user default\nuser", storeconf.Access{State: "closed", Restricted: true}},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, storeconf.ACL([]byte(tt.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOtherStores(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		got  storeconf.Access
		want storeconf.Access
	}{
		"trusted":       {storeconf.HostBased([]byte("local all all trust\nhost all all 0.0.0.0/0 trust")), storeconf.Access{State: "open", Why: "it trusts 0.0.0.0/0 without a password", Line: 2}},
		"loopback":      {storeconf.HostBased([]byte("host all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\nhost all all all scram-sha-256")), storeconf.Access{State: "closed"}},
		"with mask":     {storeconf.HostBased([]byte("hostssl all all 10.0.0.0 255.0.0.0 trust")), storeconf.Access{State: "open", Why: "it trusts 10.0.0.0 without a password", Line: 1}},
		"refused first": {storeconf.HostBased([]byte("host all all all reject\nhost all all all trust")), storeconf.Access{State: "closed"}},
		"included":      {storeconf.HostBased([]byte("include_dir hba.d # more")), storeconf.Access{State: "unknown", Why: "it includes another file", Line: 1}},
		"short":         {storeconf.HostBased([]byte("host all trust")), storeconf.Access{State: "closed"}},
		"no accounts":   {storeconf.MySQL([]byte("[mysqld]\nskip_grant_tables")), storeconf.Access{State: "open", Why: "it switches accounts off with skip-grant-tables", Line: 2}},
		"accounts":      {storeconf.MySQL([]byte("[mysqld]\nskip-grant-tables = OFF # no")), storeconf.Access{}},
		"authorised":    {storeconf.Mongo([]byte("net: {port: 1}\nsecurity:\n  authorization: \"enabled\"\n")), storeconf.Access{State: "closed"}},
		"flat":          {storeconf.Mongo([]byte("security.authorization: enabled")), storeconf.Access{State: "closed"}},
		"disabled":      {storeconf.Mongo([]byte("security:\n  authorization: disabled")), storeconf.Access{State: "open", Why: "it sets security.authorization to disabled", Line: 2}},
		"unsaid":        {storeconf.Mongo([]byte("net:\n  authorization: enabled")), storeconf.Access{State: "open", Why: "it does not set security.authorization"}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func FuzzFiles(f *testing.F) {
	for _, s := range []string{"user default on >x", "requirepass \"", "host all all all trust", "security:\n", "user", "> #", "\x00\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all := []storeconf.Access{storeconf.Valkey(data), storeconf.ACL(data), storeconf.HostBased(data), storeconf.MySQL(data), storeconf.Mongo(data)}
		for i, a := range all {
			if a.Line > strings.Count(string(data), "\n")+1 || a.State == storeconf.Open && a.Why == "" {
				t.Errorf("file %d: %+v", i, a)
			}
		}
	})
}
