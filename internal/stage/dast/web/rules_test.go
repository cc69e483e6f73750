package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// answer builds a page: headers are "Name: value" lines. An HTML type is the default;
// "-" as the only header means none.
func answer(t testing.TB, address string, status int, headers, body string) *page {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	p := &page{method: "GET", url: u, secure: u.Scheme == "https", status: status, header: http.Header{}, body: []byte(body), now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	if headers != "-" && !strings.Contains(headers, "Content-Type:") {
		p.header.Set("Content-Type", "text/html; charset=utf-8")
	}
	for line := range strings.SplitSeq(strings.Trim(headers, "-"), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			p.header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	return p
}

const (
	plainly = "http://shop.example/dir/page"
	secret  = "https://shop.example/dir/page"
	markup  = "<html><body>hello</body></html>"
)

// ruleCase is one answer and what one rule says to it: "ref param|evidence" lines, of
// which trailing empty parts may be left out.
type ruleCase struct {
	rule      int
	name      string
	threshold Threshold
	url       string
	status    int
	headers   string
	body      string
	want      []string
}

func TestRules(t *testing.T) {
	t.Parallel()
	silent := map[int]bool{}
	fires := map[int]bool{}
	for _, c := range slices.Concat(cookieCases(), headerCases(), policyCases(), markupCases()) {
		t.Run(c.name, func(t *testing.T) {
			p := answer(t, c.url, c.status, c.headers, c.body)
			p.threshold = c.threshold
			var got []string
			for _, r := range catalogue() {
				if r.id != c.rule {
					continue
				}
				for _, a := range r.alerts(p) {
					got = append(got, strings.TrimRight(a.Ref+" "+a.Param+"|"+a.Evidence, " |"))
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("rule %d: %s", c.rule, d)
			}
		})
		fires[c.rule] = fires[c.rule] || len(c.want) > 0
		silent[c.rule] = silent[c.rule] || len(c.want) == 0
	}
	for _, r := range catalogue() {
		if !fires[r.id] || !silent[r.id] {
			t.Errorf("rule %d has no case that fires or none that stays silent", r.id)
		}
	}
}

func cookieCases() []ruleCase {
	return []ruleCase{
		{10010, "no HttpOnly", Medium, plainly, 200, "Set-Cookie: id=1; Path=/\nSet-Cookie: b=2; httponly", markup, []string{"10010 id|Set-Cookie: id"}},
		{10010, "HttpOnly", Medium, plainly, 200, "Set-Cookie: id=1; HttpOnly", markup, nil},
		{10010, "deleted cookies", Medium, plainly, 200, "Set-Cookie: a=; expires=Thu, 01 Jan 1970 00:00:00 GMT\nSet-Cookie: b=; expires=Thu, 01-Jan-1970 00:00:00 GMT\nSet-Cookie: c=; Max-Age=0\nSet-Cookie: d=; Expires=0", markup, nil},
		{10010, "living cookies", Medium, plainly, 200, "Set-Cookie: a=1; expires=Fri, 01 Jan 2027 00:00:00 GMT\nSet-Cookie: b=1; Max-Age=60; expires=Thu, 01 Jan 1970 00:00:00 GMT", markup, []string{"10010 a|Set-Cookie: a", "10010 b|Set-Cookie: b"}},
		{10011, "not Secure", Medium, secret, 200, "Set-Cookie: id=1", markup, []string{"10011 id|Set-Cookie: id"}},
		{10011, "Secure", Medium, secret, 200, "Set-Cookie: id=1; SECURE", markup, nil},
		{10011, "plain HTTP", Medium, plainly, 200, "Set-Cookie: id=1", markup, nil},
		{10054, "SameSite", Medium, plainly, 200, "Set-Cookie: a=1; SameSite=Lax\nSet-Cookie: b=1; samesite=STRICT", markup, nil},
		{10054, "SameSite missing, none, wrong", Medium, plainly, 200, "Set-Cookie: a=1\nSet-Cookie: b=1; SameSite=None\nSet-Cookie: c=1; SameSite=yes\nSet-Cookie: d=1; SameSite", markup,
			[]string{"10054-1 a|Set-Cookie: a", "10054-2 b|Set-Cookie: b", "10054-3 c|Set-Cookie: c", "10054-1 d|Set-Cookie: d"}},
		{10054, "SameSite None at high", High, plainly, 200, "Set-Cookie: b=1; SameSite=None", markup, nil},
		{90033, "parent domain", Medium, "http://a.b.example/", 200, "Set-Cookie: a=1; Domain = .B.example", markup, []string{"90033 a|Domain = .B.example"}},
		{90033, "own domain", Medium, "http://b.example/", 200, "Set-Cookie: a=1; Domain=.b.example\nSet-Cookie: b=1\nSet-Cookie: c=1; Domain=example.b", markup, nil},
		{90033, "address", Medium, "http://10.0.0.1/", 200, "Set-Cookie: a=1; Domain=0.0.1", markup, nil},
	}
}

func headerCases() []ruleCase {
	return []ruleCase{
		{10009, "banner in an error page", Medium, plainly, 404, "", "<hr>nginx/1.18.0 (Ubuntu)", []string{"10009 |nginx/1.18.0"}},
		{10009, "banner in a page", Medium, plainly, 200, "", "nginx/1.18.0", nil},
		{10009, "banner in a page at low", Low, plainly, 200, "", "Apache/2.4", []string{"10009 |Apache/2.4"}},
		{10015, "no cache control", Medium, secret, 200, "", markup, []string{"10015 cache-control"}},
		{10015, "cacheable", Medium, secret, 200, "Cache-Control: no-store\nCache-Control: no-cache", markup, []string{"10015 cache-control|no-store, no-cache"}},
		{10015, "not cacheable", Medium, secret, 200, "Cache-Control: No-Store, no-cache, must-revalidate", markup, nil},
		{10015, "plain HTTP", Medium, plainly, 200, "", markup, nil},
		{10015, "script", Medium, secret + ".js", 200, "Content-Type: text/javascript", "x()", nil},
		{10015, "script at low", Low, secret + ".js", 200, "Content-Type: text/javascript", "x()", []string{"10015 cache-control"}},
		{10015, "image at low", Low, secret, 200, "Content-Type: image/png", "x", nil},
		{10015, "error", Medium, secret, 404, "", markup, nil},
		{10019, "type", Medium, plainly, 200, "", markup, nil},
		{10019, "no type", Medium, plainly, 200, "-", markup, []string{"10019-1 content-type"}},
		{10019, "empty type", Medium, plainly, 200, "Content-Type:", markup, []string{"10019-2 content-type"}},
		{10019, "no body", Medium, plainly, 200, "-", "", nil},
		{10034, "heartbleed", Medium, plainly, 200, "Server: Apache/2.2 OpenSSL/1.0.1e mod_x", markup, []string{"10034 |OpenSSL/1.0.1e"}},
		{10034, "mended", Medium, plainly, 200, "Server: OpenSSL/1.0.1g\nServer: OpenSSL/1.0.2", markup, nil},
		{10036, "version", Medium, plainly, 200, "Server: nginx/1.18.0", markup, []string{"10036-2 |nginx/1.18.0"}},
		{10036, "no version", Medium, plainly, 200, "Server: nginx", markup, nil},
		{10036, "no version at low", Low, plainly, 200, "Server: nginx", markup, []string{"10036-1 |nginx"}},
		{10037, "powered by", Medium, plainly, 200, "X-Powered-By: PHP/5.4\nX-Powered-By: Y", markup, []string{"10037 |X-Powered-By: PHP/5.4"}},
		{10037, "not powered", Medium, plainly, 200, "", markup, nil},
		{10039, "backend", Medium, plainly, 200, "X-Backend-Server: node-7", markup, []string{"10039 |node-7"}},
		{10039, "no backend", Medium, plainly, 200, "", markup, nil},
		{10044, "big redirect", Medium, plainly, 302, "Location: /x", strings.Repeat("secret ", 50), []string{"10044-1"}},
		{10044, "redirect with links", Medium, plainly, 302, "Location: /x", "<a href=1><a HREF=2>", []string{"10044-2"}},
		{10044, "small redirect", Medium, plainly, 302, "Location: /x", "<a href=/x>", nil},
		{10044, "not modified", Medium, plainly, 304, "Location: /x", strings.Repeat("secret ", 50), nil},
		{10050, "cache hit", Medium, plainly, 200, "X-Cache: MISS from a, hit from b", markup, []string{"10050-1 |hit from b"}},
		{10050, "age", Medium, plainly, 200, "Age: 12", markup, []string{"10050-2 |Age: 12"}},
		{10050, "fresh", Medium, plainly, 200, "X-Cache: MISS, HITTEST\nAge: -1", markup, nil},
		{10052, "chrome logger", Medium, plainly, 200, "X-ChromePhp-Data: e30=", markup, []string{"10052 |e30="}},
		{10052, "no chrome logger", Medium, plainly, 200, "", markup, nil},
		{10056, "debug token", Medium, plainly, 200, "X-Debug-Token: ab12", markup, []string{"10056 |X-Debug-Token: ab12"}},
		{10056, "no debug token", Medium, plainly, 200, "", markup, nil},
		{10061, "asp", Medium, plainly, 200, "X-AspNetMvc-Version: 5.2", markup, []string{"10061 |5.2"}},
		{10061, "no asp", Medium, plainly, 200, "", markup, nil},
		{10098, "any origin", Medium, plainly, 200, "Access-Control-Allow-Origin: *", markup, []string{"10098 |Access-Control-Allow-Origin: *"}},
		{10098, "one origin", Medium, plainly, 200, "Access-Control-Allow-Origin: https://a.example", markup, nil},
		{10105, "basic in the clear", Medium, plainly, 401, "WWW-Authenticate: basic realm=x", markup, []string{"10105-2 |WWW-Authenticate: basic realm=x"}},
		{10105, "basic over TLS, bearer", Medium, secret, 401, "WWW-Authenticate: Basic realm=x", markup, nil},
		{10105, "bearer in the clear", Medium, plainly, 401, "WWW-Authenticate: Bearer", markup, nil},
	}
}

func policyCases() []ruleCase {
	good := "Content-Security-Policy: default-src 'self'; form-action 'self'; frame-ancestors 'none'"
	return []ruleCase{
		{10020, "framing open", Medium, plainly, 200, "", markup, []string{"10020-1 x-frame-options"}},
		{10020, "framing closed", Medium, plainly, 200, "X-Frame-Options: SameOrigin", markup, nil},
		{10020, "framing closed by policy", Medium, plainly, 200, good, markup, nil},
		{10020, "policy without framing", Medium, plainly, 200, "Content-Security-Policy: default-src 'none'", markup, []string{"10020-1 x-frame-options"}},
		{10020, "framing malformed and twice", Medium, plainly, 200, "X-Frame-Options: ALLOWALL\nX-Frame-Options: DENY", markup, []string{"10020-4 x-frame-options|ALLOWALL", "10020-2 x-frame-options"}},
		{10020, "framing in meta", Medium, plainly, 200, "X-Frame-Options: DENY", "<META HTTP-EQUIV=x-frame-options content=deny>", []string{"10020-3 x-frame-options|<META HTTP-EQUIV=x-frame-options content=deny>"}},
		{10020, "framing of an error", Medium, plainly, 404, "", markup, nil},
		{10020, "framing of text at low", Low, plainly, 404, "Content-Type: text/plain", "x", []string{"10020-1 x-frame-options"}},
		{10021, "sniffing", Medium, plainly, 200, "", markup, []string{"10021 x-content-type-options"}},
		{10021, "sniffing wrong", Medium, plainly, 200, "X-Content-Type-Options: sniff", markup, []string{"10021 x-content-type-options|sniff"}},
		{10021, "no sniffing", Medium, plainly, 200, "X-Content-Type-Options: NoSniff", markup, nil},
		{10021, "sniffing an error", Medium, plainly, 500, "", markup, nil},
		{10021, "sniffing an error at low", Low, plainly, 500, "", markup, []string{"10021 x-content-type-options"}},
		{10035, "transport", Medium, secret, 404, "Strict-Transport-Security: max-age=600; includeSubDomains", markup, nil},
		{10035, "no transport", Medium, secret, 404, "", markup, []string{"10035-1"}},
		{10035, "no transport over HTTP", Medium, plainly, 200, "", markup, nil},
		{10035, "transport off", Medium, secret, 200, `Strict-Transport-Security: max-age="0"`, markup, []string{`10035-2 |max-age="0"`}},
		{10035, "transport twice", Medium, secret, 200, "Strict-Transport-Security: max-age=1\nStrict-Transport-Security: max-age=2", markup, []string{"10035-3"}},
		{10035, "transport over HTTP at low", Low, plainly, 200, "Strict-Transport-Security: max-age=1", markup, []string{"10035-4 |max-age=1"}},
		{10035, "transport without age", Medium, secret, 200, "Strict-Transport-Security: includeSubDomains; max-age=x", markup, []string{"10035-5 |includeSubDomains; max-age=x"}},
		{10035, "transport in meta", Medium, secret, 200, "Strict-Transport-Security: max-age=1", "<meta http-equiv=strict-transport-security>", []string{"10035-6 |<meta http-equiv=strict-transport-security>"}},
		{10035, "transport quoted", Medium, secret, 200, `Strict-Transport-Security: "max-age=1"`, markup, []string{`10035-7 |"max-age=1"`}},
		{10035, "transport junk", Medium, secret, 200, "Strict-Transport-Security: max-age=1”", markup, []string{"10035-8 |max-age=1”"}},
		{10035, "redirect home", Medium, secret, 301, "Location: /x", markup, nil},
		{10035, "redirect home at low", Low, secret, 301, "Location: /x", markup, []string{"10035-1"}},
		{10035, "redirect away", Medium, secret, 301, "Location: https://other.example/", markup, []string{"10035-1"}},
		{10038, "no policy", Medium, plainly, 404, "", markup, []string{"10038-1"}},
		{10038, "policy", Medium, plainly, 200, good, markup, nil},
		{10038, "policy in meta", Medium, plainly, 200, "", "<meta http-equiv=Content-Security-Policy content=x>", nil},
		{10038, "policy in a comment", Medium, plainly, 200, "", "<!-- <meta http-equiv=Content-Security-Policy content=x> -->", []string{"10038-1"}},
		{10038, "old and report-only policy", Medium, plainly, 200, "X-WebKit-CSP: x\nContent-Security-Policy-Report-Only: y", markup, []string{"10038-1", "10038-2", "10038-3 |y"}},
		{10038, "redirect", Medium, plainly, 302, "", markup, nil},
		{10038, "json", Medium, plainly, 200, "Content-Type: application/json", "{}", nil},
		{10055, "good", Medium, plainly, 200, good, markup, nil},
		{10055, "none", Medium, plainly, 200, "", markup, nil},
		{10055, "anything", Medium, plainly, 200, "Content-Security-Policy: default-src *", markup, csp("default-src *", 13, 4)},
		{10055, "scheme", Medium, plainly, 200, "Content-Security-Policy: default-src 'self' https:; form-action 'self'; frame-ancestors 'self'", markup, csp("default-src 'self' https:; form-action 'self'; frame-ancestors 'self'", 4)},
		{10055, "strict dynamic", Medium, plainly, 200, "Content-Security-Policy: default-src 'self'; script-src 'nonce-x' 'unsafe-inline' 'strict-dynamic' https:; form-action 'self'; frame-ancestors 'self'", markup, nil},
		{10055, "inline, eval, hashes", Medium, plainly, 200, "Content-Security-Policy: default-src 'self'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-hashes' 'unsafe-inline'; form-action 'self'; frame-ancestors 'self'", markup,
			csp("default-src 'self'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-hashes' 'unsafe-inline'; form-action 'self'; frame-ancestors 'self'", 5, 6, 8, 10)},
		{10055, "twice and unquoted", Medium, plainly, 200, "Content-Security-Policy: default-src self; default-src *; form-action 'self'; frame-ancestors 'self'", markup, csp("default-src self; default-src *; form-action 'self'; frame-ancestors 'self'", 3)},
		{10055, "beyond ASCII", Medium, plainly, 200, "Content-Security-Policy: default-src ‘self’", markup, csp("default-src ‘self’", 9)},
		{10055, "two policies in one header", Medium, plainly, 200, good + ", default-src 'none'; form-action 'none'", markup, csp("default-src 'none'; form-action 'none'", 13)},
		{10055, "meta", Medium, plainly, 200, good, `<meta http-equiv="content-security-policy" content="default-src 'self'; sandbox">`,
			append(csp("default-src 'self'; sandbox", 11, 13), `10055-12 content-security-policy|<meta http-equiv="content-security-policy" content="default-src 'self'; sandbox">`)},
		{10055, "meta cannot set frame-ancestors", Medium, plainly, 200, "", `<meta http-equiv="content-security-policy" content="default-src 'self'; form-action 'self'">`, nil},
		{10055, "old names", Medium, plainly, 200, "X-Content-Security-Policy: a\nX-WebKit-CSP: b", markup, []string{"10055-1 x-content-security-policy|a", "10055-2 x-webkit-csp|b"}},
		{10055, "image", Medium, plainly, 200, "Content-Type: image/png\nContent-Security-Policy: default-src *", "x", nil},
		{10063, "no permissions policy", Medium, plainly, 200, "", markup, []string{"10063-1"}},
		{10063, "feature policy", Medium, plainly, 200, "Feature-Policy: x", markup, []string{"10063-2 |Feature-Policy"}},
		{10063, "permissions policy", Medium, plainly, 200, "Permissions-Policy: camera=()", markup, nil},
		{10063, "permissions of json", Medium, plainly, 200, "Content-Type: application/json", "{}", nil},
		{90004, "isolation of a page", Medium, plainly, 200, "", markup, []string{"90004-1 Cross-Origin-Resource-Policy", "90004-2 Cross-Origin-Embedder-Policy", "90004-3 Cross-Origin-Opener-Policy"}},
		{90004, "isolation of json", Medium, plainly, 200, "Content-Type: application/json\nCross-Origin-Resource-Policy: same-site", "{}", []string{"90004-1 Cross-Origin-Resource-Policy|same-site"}},
		{90004, "isolation of shared json", Medium, plainly, 200, "Content-Type: application/json\nAccess-Control-Allow-Methods: GET", "{}", nil},
		{90004, "isolated", Medium, plainly, 200, "Cross-Origin-Resource-Policy: same-origin; report-to=x\nCross-Origin-Embedder-Policy: credentialless\nCross-Origin-Opener-Policy: same-origin", markup, nil},
		{90004, "isolation of an error", Medium, plainly, 404, "", markup, nil},
	}
}

func csp(policy string, variants ...int) []string {
	var want []string
	for _, v := range variants {
		want = append(want, fmt.Sprintf("10055-%d content-security-policy|%s", v, policy))
	}
	return want
}

func markupCases() []ruleCase {
	form := `<div><form method=post><input name=user><input id=pin></form></div>`
	return []ruleCase{
		{10017, "foreign script", Medium, plainly, 200, "", `<script src="//cdn.example/x.js"></script><script src=/y.js></script>`, []string{`10017 //cdn.example/x.js|<script src="//cdn.example/x.js">`}},
		{10017, "vouched script", Medium, plainly, 200, "", `<script src="//cdn.example/x.js" integrity="sha384-x"></script>`, nil},
		{10017, "own script in other case", Medium, plainly, 200, "", `<script src="http://SHOP.example/x.js"></script>`, nil},
		{10017, "script in a comment or a string", Medium, plainly, 200, "", `<!--<script src="//a.example/"></script>--><script>"<script src='//a.example/'>"</script>`, nil},
		{10017, "empty script elements", Medium, plainly, 200, "", `<script src="/a"/><script src="//b.example/"/>`, []string{`10017 //b.example/|<script src="//b.example/"/>`}},
		{10033, "listing", Medium, plainly, 200, "", "<title>Index of /backup</title>", []string{"10033 |<title>Index of /backup</title>"}},
		{10033, "iis listing", Medium, plainly, 200, "", `<pre><A HREF="/">[To Parent Directory]</A><br><br>`, []string{`10033 |<pre><A HREF="/">[To Parent Directory]</A><br><br>`}},
		{10033, "title", Medium, plainly, 200, "", "<title>Index of names</title>", nil},
		{10040, "mixed image", Medium, secret, 200, "", `<img src="HTTP://a.example/x">`, []string{"10040-1 |HTTP://a.example/x"}},
		{10040, "mixed script", Medium, secret, 200, "", `<img src="http://a.example/x"><script src=http://b.example/></script>`, []string{"10040-2 |http://a.example/x"}},
		{10040, "mixed form at high", High, secret, 200, "", `<form action=http://a.example/>`, nil},
		{10040, "link", Medium, secret, 200, "", `<a href="http://a.example/x">`, nil},
		{10041, "form to TLS", Medium, plainly, 200, "", `<form action="https://a.example/">`, []string{"10041 |https://a.example/"}},
		{10041, "form to itself", Medium, plainly, 200, "", `<form action="/login">`, nil},
		{10042, "form to plain HTTP", Medium, secret, 200, "", `<form action="http://a.example/">`, []string{"10042 |http://a.example/"}},
		{10042, "error with a form", Medium, secret, 404, "", `<form action="http://a.example/">`, nil},
		{10108, "opener", Medium, plainly, 200, "", `<a href="//b.example" target=_blank rel="nofollow Opener">x</a>`, []string{`10108 |<a href="//b.example" target=_blank rel="nofollow Opener">x</a>`}},
		{10108, "no opener", Medium, plainly, 200, "", `<a href="//b.example" target=_blank>x</a><a href="//b.example" target=_blank rel="opener noopener"></a><a href="/x" target=_blank rel=opener>`, nil},
		{10115, "sold script", Medium, plainly, 200, "", `<script src="https://cdn.polyfill.io/v3/x.js"></script>`, []string{`10115 https://cdn.polyfill.io/v3/x.js|<script src="https://cdn.polyfill.io/v3/x.js">`}},
		{10115, "sold script inline", Medium, plainly, 200, "", `<script>load("https://bootcss.com/x.js")</script>`, []string{"10115 |https://bootcss.com/x.js"}},
		{10115, "script of a similar name", Medium, plainly, 200, "", `<script src="https://notpolyfill.io/x.js">load("https://polyfill.io.example/")</script>`, nil},
		{10202, "form without token", Medium, plainly, 200, "", form, []string{"10202 |<form method=post>"}},
		{10202, "form with token", Medium, plainly, 200, "", strings.Replace(form, "user", "_CsrfToken", 1), nil},
		{10202, "form that searches", Medium, plainly, 200, "", strings.Replace(form, "post", "get", 1), nil},
		{10202, "form that searches at low", Low, plainly, 200, "", strings.Replace(form, "post", "get", 1), []string{"10202 |<form method=get>"}},
		{10202, "form alone", Medium, plainly, 200, "", strings.TrimSuffix(strings.TrimPrefix(form, "<div>"), "</div>"), nil},
		{90003, "no integrity", Medium, plainly, 200, "", `<link rel="Stylesheet x" href="//c.example/a.css"><link href="//c.example/b.css"><script src="//c.example/c.js"></script>`,
			[]string{`90003 |<link rel="Stylesheet x" href="//c.example/a.css">`, `90003 |<link href="//c.example/b.css">`, `90003 |<script src="//c.example/c.js">`}},
		{90003, "integrity", Medium, plainly, 200, "", `<link rel=icon href="//c.example/a.ico"><script src="//c.example/c.js" integrity=sha384-x></script><script src=/a.js></script>`, nil},
	}
}

// TestCatalogue checks what every rule must say about itself.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	last := 0
	for _, r := range catalogue() {
		if r.id <= last || r.name == "" || r.description == "" || r.solution == "" || r.cwe == 0 || !strings.HasPrefix(r.reference, "https://") || rank(r.risk) == 0 && r.risk != "Informational" || rank(r.confidence) == 0 {
			t.Errorf("rule %d is incomplete or out of order", r.id)
		}
		last = r.id
	}
	if rules := Rules(); len(rules) < 30 || rules[0].ID != "zap/10009" || rules[0].HelpURI == "" {
		t.Errorf("%d rules, first %+v", len(rules), rules[0])
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	if got := Clip("a\x1b[31m\x00b\xff\n"); got != "a [31m b \n" {
		t.Errorf("%q", got)
	}
	if got := Clip(strings.Repeat("ä", 5000)); len(got) > maxText+8 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d bytes", len(got))
	}
}

// FuzzRules runs every rule on hostile pages: no panic, evidence short.
func FuzzRules(f *testing.F) {
	for _, c := range slices.Concat(cookieCases(), headerCases(), policyCases(), markupCases()) {
		f.Add(c.headers, c.body, c.status, int(c.threshold))
	}
	f.Fuzz(func(t *testing.T, headers, body string, status, threshold int) {
		p := answer(t, secret, status, headers, body)
		p.threshold = Threshold(threshold)
		for _, r := range catalogue() {
			for _, a := range r.alerts(p) {
				if len(a.Evidence) > maxText+8 || len(a.Param) > maxText+8 || a.Ref == "" || a.Name == "" {
					t.Errorf("%+v", a)
				}
			}
		}
		for _, e := range p.doc().elements {
			if e.start > e.end || e.end > e.close || e.close > e.after || e.after > len(body) {
				t.Errorf("%+v of %d", e, len(body))
			}
		}
		links(p)
	})
}
