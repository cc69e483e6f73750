package rules

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// zapCase is one request with its answer and the alerts that ZAP itself raises.
type zapCase struct {
	Name      string              `json:"case"`
	Threshold string              `json:"threshold"`
	Scans     [][]json.RawMessage `json:"scans"`
	Expect    struct {
		Count  int                       `json:"count"`
		Alerts map[string]map[string]any `json:"alerts"`
		Soft   [][]any                   `json:"soft"`
	} `json:"expect"`
	Notes [][]string `json:"notes"`
}

// zapMessage is one exchange of a case.
type zapMessage struct {
	Method, URL             string
	ReqHeaders, RespHeaders [][2]string
	ReqBody, RespBody       string
	Status                  int
	Secure                  *bool
}

// TestAgreementWithZAP compares each rule with ZAP's own, case by case, and prints a
// table. ASSURE_ZAP_CASES names the file with the cases; what differs on purpose is
// explained in disagreements.
func TestAgreementWithZAP(t *testing.T) {
	t.Parallel()
	path := os.Getenv("ASSURE_ZAP_CASES")
	if path == "" {
		t.Skip("ASSURE_ZAP_CASES names no file with request and answer pairs")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []zapCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	table := map[int]*agreement{}
	for i, c := range cases {
		class, _, _ := strings.Cut(c.Name, ".")
		id := zapClasses()[class]
		if table[id] == nil {
			table[id] = &agreement{}
		}
		table[id].compare(t, id, i, c)
	}
	for _, id := range slices.Sorted(maps.Keys(table)) {
		a := table[id]
		t.Logf("%6d: %3d cases, %3d agree, %2d explained, %2d not comparable", id, a.cases, a.agree, a.explained, a.skipped)
	}
}

// agreement counts the cases of one rule.
type agreement struct{ cases, agree, explained, skipped int }

func (a *agreement) compare(t *testing.T, id, index int, c zapCase) {
	t.Helper()
	a.cases++
	i := slices.IndexFunc(catalogue(), func(r rule) bool { return r.id == id })
	if i < 0 || slices.ContainsFunc(c.Notes, func(n []string) bool { return n[0] != "setConfig" }) {
		a.skipped++
		return
	}
	why := disagreements()[fmt.Sprintf("%s#%d", c.Name, index)]
	diff := c.difference(t, catalogue()[i])
	switch {
	case diff == "" && why == "":
		a.agree++
	case diff == "":
		t.Errorf("case %d %s agrees by now: drop its explanation", index, c.Name)
	case why != "":
		a.explained++
	default:
		t.Errorf("case %d %s at %s: %s", index, c.Name, c.Threshold, diff)
	}
}

// difference says in what our rule differs from ZAP's, or nothing.
func (c zapCase) difference(t *testing.T, r rule) string {
	t.Helper()
	var got []Alert
	for _, s := range c.Scans {
		got = append(got, r.alerts(c.page(t, s))...)
	}
	if len(got) != c.Expect.Count {
		var refs []string
		for _, a := range got {
			refs = append(refs, a.Ref+" "+a.Param+" "+a.Evidence)
		}
		return fmt.Sprintf("%d alerts %q, ZAP raises %d", len(got), refs, c.Expect.Count)
	}
	var diffs []string
	for _, n := range slices.Sorted(maps.Keys(c.Expect.Alerts)) {
		at, err := strconv.Atoi(n)
		if err != nil || at >= len(got) {
			t.Fatalf("%s: alert %q", c.Name, n)
		}
		for key, want := range c.Expect.Alerts[n] {
			if have, known := zapField(got[at], key); known && !sameField(have, fmt.Sprint(want)) {
				diffs = append(diffs, fmt.Sprintf("alert %d %s %q, ZAP's is %q", at, key, have, want))
			}
		}
	}
	slices.Sort(diffs)
	return strings.Join(diffs, "; ")
}

// sameField compares two values. The name of a header is the same in every case; ZAP
// quotes it as it was sent.
func sameField(have, want string) bool {
	name, value, ok := strings.Cut(want, ": ")
	ours, rest, _ := strings.Cut(have, ": ")
	return have == want || ok && strings.EqualFold(ours, name) && rest == value && http.CanonicalHeaderKey(name) == ours
}

// zapField is our value for a getter of ZAP's alerts. Texts that are our own words
// cannot be compared.
func zapField(a Alert, getter string) (string, bool) {
	switch getter {
	case "getAlertRef":
		return a.Ref, true
	case "getPluginId":
		return strconv.Itoa(a.PluginID), true
	case "getName":
		return a.Name, true
	case "getRisk":
		return zapLevel(a.Risk), true
	case "getConfidence":
		return zapLevel(a.Confidence), true
	case "getParam":
		return a.Param, true
	case "getEvidence":
		return a.Evidence, true
	case "getCweId":
		return strconv.Itoa(a.CWE), true
	case "getWascId":
		return strconv.Itoa(a.WASC), true
	}
	return "", false
}

// zapLevel is ZAP's number of a risk or confidence.
func zapLevel(word string) string {
	return strconv.Itoa(max(slices.Index(zapLevels(), word), 0))
}

func zapLevels() []string { return []string{"Informational", "Low", "Medium", "High"} }

func (c zapCase) page(t *testing.T, scan []json.RawMessage) *Page {
	t.Helper()
	var m zapMessage
	if err := json.Unmarshal(scan[1], &m); err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	u, err := url.Parse(m.URL)
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	p := &Page{
		Method: cmp.Or(m.Method, "GET"), URL: u, Secure: u.Scheme == "https", Status: cmp.Or(m.Status, 200),
		Request: headers(m.ReqHeaders), RequestBody: []byte(m.ReqBody), Header: headers(m.RespHeaders), Body: []byte(m.RespBody),
		Threshold: map[string]Threshold{"LOW": Low, "HIGH": High}[c.Threshold], Now: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC),
	}
	if m.Secure != nil {
		p.Secure = *m.Secure
	}
	return p
}

func headers(pairs [][2]string) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		h.Add(p[0], p[1])
	}
	return h
}

// zapClasses maps the names of ZAP's test classes to rules.
func zapClasses() map[string]int {
	classes := map[string]int{}
	for name, id := range map[string]int{
		"AntiClickjacking": 10020, "ApplicationError": 90022, "CacheControl": 10015, "Cacheable": 10049, "AlertsCacheable": 10049, "CharsetMismatch": 90011,
		"ContentSecurityPolicyMissing": 10038, "ContentSecurityPolicy": 10055, "ContentTypeMissing": 10019, "CookieHttpOnly": 10010,
		"CookieLooselyScoped": 90033, "CookieSameSite": 10054, "CookieSecureFlag": 10011, "CrossDomainMisconfiguration": 10098,
		"CrossDomainScriptInclusion": 10017, "CsrfCountermeasures": 10202, "DirectoryBrowsing": 10033, "HashDisclosure": 10097,
		"InPageBannerInfoLeak": 10009, "InfoPrivateAddressDisclosure": 2, "InfoSessionIdUrl": 3, "InformationDisclosureDebugErrors": 10023,
		"InformationDisclosureInUrl": 10024, "InformationDisclosureReferrer": 10025, "InformationDisclosureSuspiciousComments": 10027,
		"InsecureAuthentication": 10105, "InsecureFormLoad": 10041, "InsecureFormPost": 10042, "InsecureJsfViewStatePassive": 90001,
		"JsFunction": 10110, "Jso": 90002, "LinkTarget": 10108, "MixedContent": 10040, "ModernAppDetection": 10109, "PermissionsPolicy": 10063,
		"Pii": 10062, "PolyfillCdnScript": 10115, "RetrievedFromCache": 10050, "ServerHeaderInfoLeak": 10036, "ServletParameterPollution": 10026,
		"SourceCodeDisclosure": 10099, "StrictTransportSecurity": 10035, "SubResourceIntegrityAttribute": 90003, "TimestampDisclosure": 10096,
		"UserControlledCharset": 10030, "UserControlledCookie": 10029, "UserControlledHTMLAttributes": 10031, "UserControlledJavascriptEvent": 10043,
		"UserControlledOpenRedirect": 10028, "ViewState": 10032, "XAspNetVersion": 10061, "XBackendServerInformationLeak": 10039,
		"XChromeLoggerDataInfoLeak": 10052, "XContentTypeOption": 10021, "XDebugToken": 10056, "XPoweredByHeaderInfoLeak": 10037, "BigRedirects": 10044,
	} {
		classes[name+"ScanRuleUnitTest"] = id
	}
	classes["HeartBleedScannerUnitTest"], classes["SiteIsolationScanRuleTest"], classes["ApplicationErrorScanRuleBundledStringsUnitTest"] = 10034, 90004, 90022
	return classes
}

// disagreements explains every case in which a rule of ours differs from ZAP's.
func disagreements() map[string]string {
	return map[string]string{
		"InfoSessionIdUrlScanRuleUnitTest.containsSessionIdInResponseHREFParams#151":                                  "ZAP itself does not look for sessions in the links of a page; its test of that is switched off",
		"SiteIsolationScanRuleTest.shouldNotRaiseAlertGivenSiteIsNotIsolatedWhenSuccessNotIdentifiedByCustomPage#386": "the test declares a page with status 200 to be an error by a ZAP context, which we do not have",
	}
}
