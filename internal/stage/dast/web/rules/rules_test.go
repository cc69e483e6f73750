package rules

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
func answer(t testing.TB, address string, status int, headers, body string) *Page {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{Method: "GET", URL: u, Secure: u.Scheme == "https", Status: status, Header: http.Header{}, Body: []byte(body), Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	if headers != "-" && !strings.Contains(headers, "Content-Type:") {
		p.Header.Set("Content-Type", "text/html; charset=utf-8")
	}
	for line := range strings.SplitSeq(strings.Trim(headers, "-"), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			p.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
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
	for _, c := range slices.Concat(cookieCases(), headerCases(), policyCases(), markupCases(), disclosureCases(), guessCases()) {
		t.Run(c.name, func(t *testing.T) {
			p := answer(t, c.url, c.status, c.headers, c.body)
			p.Threshold = c.threshold
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
	if len(fires) < 40 {
		t.Errorf("only %d rules have cases", len(fires))
	}
	for _, r := range catalogue() {
		if (!fires[r.id] || !silent[r.id]) && r.id != 10025 && r.id != 10049 { // 10025 judges requests; 10049 always speaks
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
		{10034, "fixed", Medium, plainly, 200, "Server: OpenSSL/1.0.1g\nServer: OpenSSL/1.0.2", markup, nil},
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
		{10035, "transport in meta", Medium, secret, 200, "Strict-Transport-Security: max-age=1", "<meta http-equiv=strict-transport-security>", []string{"10035-6 |strict-transport-security"}},
		{10035, "transport quoted", Medium, secret, 200, `Strict-Transport-Security: "max-age=1"`, markup, []string{`10035-7 |"max-age=1"`}},
		{10035, "transport junk", Medium, secret, 200, "Strict-Transport-Security: max-age=1”", markup, []string{"10035-8 |Strict-Transport-Security"}},
		{10035, "redirect home", Medium, secret, 301, "Location: /x", markup, nil},
		{10035, "redirect to another port", Medium, secret, 301, "Location: https://shop.example:8443/", markup, []string{"10035-1"}},
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
		{90004, "isolation in several headers", Medium, plainly, 200, "Content-Type: application/json\nCross-Origin-Resource-Policy: same-site\nCross-Origin-Resource-Policy: x; report-to=y", "{}",
			[]string{"90004-1 Cross-Origin-Resource-Policy|same-site", "90004-1 Cross-Origin-Resource-Policy|x"}},
		{90004, "isolation of a picture", Medium, plainly, 200, "Content-Type: image/svg+xml\nAccess-Control-Allow-Private-Network: true", "x", nil},
		{90004, "isolation of an error", Medium, plainly, 404, "", markup, nil},
	}
}

// TestFramingBehindAPolicy checks that the old header matters less where the policy has
// the same power.
func TestFramingBehindAPolicy(t *testing.T) {
	t.Parallel()
	p := answer(t, plainly, 200, "Content-Security-Policy: frame-ancestors 'none'", markup)
	p.Threshold = Low
	if a := catalogueRule(10020).alerts(p); len(a) != 1 || a[0].Risk != "Low" || a[0].Confidence != "Medium" {
		t.Errorf("%+v", a)
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
		{10017, "foreign script", Medium, plainly, 200, "", `<script src="//cdn.example/x.js"></script><script src=/y.js></script>`, []string{`10017 //cdn.example/x.js|<script src="//cdn.example/x.js"></script>`}},
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
			[]string{`90003 |<link rel="Stylesheet x" href="//c.example/a.css">`, `90003 |<link href="//c.example/b.css">`, `90003 |<script src="//c.example/c.js"></script>`}},
		{90003, "integrity", Medium, plainly, 200, "", `<link rel=icon href="//c.example/a.ico"><script src="//c.example/c.js" integrity=sha384-x></script><script src=/a.js></script>`, nil},
	}
}

func disclosureCases() []ruleCase {
	const java = "\xac\xed\x00\x05sr"
	link := `<a href="https://other.example/">`
	return []ruleCase{
		{2, "private addresses", Medium, plainly, 200, "", "at 10.0.0.7:8080, ip-172-31-0-9 and 192.168.1.1.", []string{"2 |10.0.0.7:8080"}},
		{2, "no private addresses", Medium, plainly, 200, "", "version 10.1.2 or 110.0.0.1, 10.0.0.1.2 and 172.32.0.1, ship-10-0-0-1, 10.0.0.256, 10.0.0.1x", nil},
		{2, "private address of no text", Medium, plainly, 200, "Content-Type: image/png", "10.0.0.7", nil},
		{2, "own private address", Medium, "http://10.0.0.7:8080/", 200, "", "10.0.0.7:8080", nil},
		{2, "own private address at low", Low, "http://10.0.0.7:8080/", 200, "", "10.0.0.7:8080", []string{"2 |10.0.0.7:8080"}},
		{3, "session parameter", Medium, "http://shop.example/?PHPSESSID=0123456789", 200, "", link, []string{"3-1 PHPSESSID|0123456789", "3-3 |other.example"}},
		{3, "session in the path", Medium, "http://shop.example/a;jsessionid=0123ABCD?x=1", 200, "", "", []string{"3-2 |jsessionid=0123ABCD"}},
		{3, "short session", Medium, "http://shop.example/?sid=12345678", 200, "", link, nil},
		{3, "session and own links", Medium, "http://shop.example/?sid=123456789", 200, "", `<a href=http://shop.example/b>`, []string{"3-1 sid|123456789"}},
		{10028, "redirect by parameter", Medium, "http://shop.example/?a=b&to=https%3A%2F%2Fother.example%2F", 302, "Location: https://other.example/", "", []string{"10028 to"}},
		{10028, "redirect to a host by parameter", Medium, "http://shop.example/?to=Other.example:8080", 301, "Location: https://other.example:8080/x", "", []string{"10028 to"}},
		{10028, "redirect home", Medium, "http://shop.example/?to=http://shop.example/x", 302, "Location: http://shop.example/x", "", nil},
		{10028, "redirect without say", Medium, "http://shop.example/?to=x", 302, "Location: https://other.example/", "", nil},
		{10028, "other redirect by parameter", Medium, "http://shop.example/?to=other.example", 307, "Location: https://other.example/", "", nil},
		{10049, "no store", Medium, plainly, 200, "Cache-Control: No-Store", markup, []string{"10049-1 |No-Store"}},
		{10049, "private, without a space", Medium, plainly, 200, "Cache-Control: max-age=60,private", markup, []string{"10049-1 |private"}},
		{10049, "uncommon status", Medium, plainly, 403, "", markup, []string{"10049-1 |403"}},
		{10049, "uncommon status that lasts", Medium, plainly, 403, "Cache-Control: max-age=5", markup, []string{"10049-3 |max-age=5"}},
		{10049, "no cache", Medium, plainly, 200, "Cache-Control: no-cache", markup, []string{"10049-2 |no-cache"}},
		{10049, "stale and strict", Medium, plainly, 200, "Cache-Control: max-age=0", markup, []string{"10049-2 |max-age=0"}},
		{10049, "stale and lax", Medium, plainly, 200, "Expires: 0\nDate: Thu, 01 Jan 2026 00:00:00 GMT", markup, []string{"10049-3"}},
		{10049, "ages given twice", Medium, plainly, 200, "Cache-Control: max-age=0, max-age=5", markup, []string{"10049-3"}},
		{10049, "expires later", Medium, plainly, 200, "Expires: Thu, 01 Jan 2026 01:00:00 GMT\nDate: Thu, 01 Jan 2026 00:00:00 GMT", markup, []string{"10049-3 |Thu, 01 Jan 2026 01:00:00 GMT"}},
		{10110, "eval", Medium, plainly, 200, "", "<p>eval(1)<script>x = $eval (y)</script>", []string{"10110 |eval ("}},
		{10110, "eval in a file", Medium, plainly, 200, "Content-Type: text/javascript", "bypassSecurityTrustHtml(x)", []string{"10110 |bypassSecurityTrustHtml("}},
		{10110, "no eval", Medium, plainly, 200, "", "<p>eval(1)<script>medieval(1); evaluate(2)</script>", nil},
		{10110, "eval in a text", Medium, plainly, 200, "Content-Type: text/plain", "eval(x)", nil},
		{90002, "java body", Medium, plainly, 200, "Content-Type: application/octet-stream", java, []string{"90002"}},
		{90002, "java cookie, header and parameter", Medium, "http://shop.example/?o=rO0ABX", 200, "Set-Cookie: s=rO0ABXNy; Path=/\nX-O: %C2%AC%C3%AD%00%05x", "", []string{"90002 o", "90002 s|s=rO0ABXNy", "90002 X-O|X-O: %C2%AC%C3%AD%00%05x"}},
		{90002, "no java", Medium, "http://shop.example/?o=xrO0ABX", 200, "Set-Cookie: s=1; Path=rO0ABXNy", "x" + java, nil},
		{90022, "status 500", Medium, plainly, 500, "", markup, []string{"90022 |HTTP/1.1 500"}},
		{90022, "status 500 at high", High, plainly, 500, "", "java.lang.NullPointerException", nil},
		{90022, "stack trace", High, plainly, 200, "", "<pre>at com.acme.Shop.pay(Shop.java:12)", []string{"90022 |at com.acme.Shop.pay(Shop.java:12)"}},
		{90022, "database error", Medium, plainly, 503, "Content-Type: text/plain", "ORA-00942: table or view", []string{"90022 |ORA-00942"}},
		{90022, "error in a script or a missing page", Medium, plainly, 404, "", "java.lang.NullPointerException", nil},
		{90022, "error in a file", Medium, plainly, 200, "Content-Type: text/javascript", "ReferenceError: x", nil},
		{90022, "error in a program", Medium, plainly, 200, "-", "\x00\x01java.lang.NullPointerException", nil},
	}
}

func guessCases() []ruleCase {
	md5 := "d41d8cd98f00b204e9800998ecf8427e"
	return []ruleCase{
		{10023, "debug page", Medium, plainly, 200, "", "<p>STACK TRACE: x", []string{"10023 |STACK TRACE:"}},
		{10023, "debug words in a script", Medium, plainly, 200, "Content-Type: text/javascript", "'Stack Trace:'", nil},
		{10023, "debug words in a script at low", Low, plainly, 200, "Content-Type: text/javascript", "'Stack Trace:'", []string{"10023 |Stack Trace:"}},
		{10024, "secret in the address", Medium, "http://shop.example/?authToken=1&m=a@b.example&c=4111111111111111&s=123-45-6789", 200, "", "",
			[]string{"10024 authToken|authToken", "10024 c|4111111111111111", "10024 m|a@b.example", "10024 s|123-45-6789"}},
		{10024, "nothing in the address", Medium, "http://shop.example/?page=2&c=4111111111111112", 200, "", "", nil},
		{10027, "comments", Medium, plainly, 200, "", "<!-- todo: admin --><script>// the user\nx = 'TODO // TODO'; y = a / b; z = /TODO/\n/* debugging */</script>", []string{"10027 | todo: admin", "10027 |// the user"}},
		{10027, "script", Medium, plainly, 200, "Content-Type: text/javascript", "f(`\n// TODO ${x}`); s = \"/* TODO */\"; u = 'http://x/TODO'", nil},
		{10062, "card", Medium, plainly, 200, "", "card 4111 1111 1111 1111, order 4111111111111112", []string{"10062 |4111 1111 1111 1111"}},
		{10062, "no card", Medium, plainly, 200, "", `<p style="left:4111111111111111px">0.4111111111111111 x_4111111111111111 a4111111111111111 41 11 11 11 11 11 11 11`, nil},
		{10062, "card in a text at low", Low, plainly, 200, "Content-Type: text/plain", "x_4111111111111111", []string{"10062 |4111111111111111"}},
		{10096, "time", Medium, plainly, 200, "X-Built: 1760000000", "a 1760000001 b", []string{"10096 |1760000000", "10096 |1760000001"}},
		{10096, "no time", Medium, plainly, 200, "Etag: 1760000000", "1000000000 x1760000000 1760000000% 17600000000", nil},
		{10096, "old time at low", Low, plainly, 200, "", "1000000000", []string{"10096 |1000000000"}},
		{10096, "old time at high", High, plainly, 200, "", "1600000000", nil},
		{10097, "password hash", Medium, plainly, 200, "", "$NT$7f8fe03093cc84b267b109625f6bbf4b " + md5, []string{"10097-8 |$NT$7f8fe03093cc84b267b109625f6bbf4b"}},
		{10097, "hash at low", Low, plainly, 200, "", md5 + " jsessionid=" + md5, []string{"10097-16 |" + md5}},
		{10097, "hash in a script", Medium, plainly, 200, "Content-Type: text/javascript", "$NT$7f8fe03093cc84b267b109625f6bbf4b", nil},
		{90011, "other charset", Medium, plainly, 200, "", `<meta charset=latin1><meta http-equiv=content-type content="text/html; charset=UTF-8">`, []string{"90011-2"}},
		{90011, "other charsets at low", Low, plainly, 200, "", `<meta charset=latin1><meta http-equiv=content-type content="text/html; charset=ascii">`, []string{"90011-3", "90011-1", "90011-2"}},
		{90011, "other charset of xml", Medium, plainly, 200, "Content-Type: text/xml; charset=utf-8", `<?xml version="1.0" encoding='latin1'?>`, []string{"90011-4"}},
		{90011, "same charset", Medium, plainly, 200, "", "<meta charset=UTF-8>", nil},
	}
}

// TestRequestRules checks what the rules say about what was sent.
func TestRequestRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule                  int
		url, name, value, ref string
	}{
		{10025, plainly, "Referer", "http://other.example/?passWord=x", "10025 |passWord"},
		{10025, plainly, "Referer", "http://other.example/?m=a@b.example", "10025 |a@b.example"},
		{10025, plainly, "Referer", "http://SHOP.example/?password=x", ""},
		{10025, plainly, "Referer", "/?password=x", ""},
		{10105, plainly, "Authorization", "basic YTpi", "10105-1 |Authorization: Basic"},
		{10105, plainly, "Authorization", "Bearer x", ""},
		{10105, secret, "Authorization", "Basic YTpi", ""},
		{10049, plainly, "Authorization", "Bearer x", "10049-1 |authorization:"},
		{90002, plainly, "Cookie", "a=1; b=rO0ABX", "90002 b|b=rO0ABX"},
		{10097, plainly, "X-Hash", "$NT$7f8fe03093cc84b267b109625f6bbf4b", "10097-8 |$NT$7f8fe03093cc84b267b109625f6bbf4b"},
	} {
		p := answer(t, c.url, 200, "", markup)
		p.Request = http.Header{c.name: {c.value}}
		got := ""
		for _, a := range catalogueRule(c.rule).alerts(p) {
			got += strings.TrimRight(a.Ref+" "+a.Param+"|"+a.Evidence, " |")
		}
		if got != c.ref {
			t.Errorf("%d, %s: %q gives %q, want %q", c.rule, c.name, c.value, got, c.ref)
		}
	}
	p := answer(t, plainly, 200, "", markup)
	p.Request = http.Header{"Authorization": {"Basic YTpi"}}
	if a := catalogueRule(10105).alerts(p); len(a) != 1 || a[0].Risk != "High" || a[0].CWE != 287 || strings.Contains(a[0].Evidence+a[0].Other, "YTpi") {
		t.Errorf("credentials: %+v", a)
	}
}

// TestCatalogue checks what every rule must say about itself.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	last := 0
	for _, r := range catalogue() {
		if r.id <= last || r.name == "" || r.description == "" || r.solution == "" || r.cwe == 0 || !strings.HasPrefix(r.reference, "https://") || !slices.Contains(zapLevels(), r.risk) || !slices.Contains(zapLevels()[1:], r.confidence) {
			t.Errorf("rule %d is incomplete or out of order", r.id)
		}
		last = r.id
	}
	if rules := List(); len(rules) != 49 || rules[0].ID != "zap/2" || rules[0].HelpURI == "" {
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
	for _, c := range slices.Concat(cookieCases(), headerCases(), policyCases(), markupCases(), disclosureCases(), guessCases()) {
		f.Add(c.headers, c.body, c.status, int(c.threshold))
	}
	f.Fuzz(func(t *testing.T, headers, body string, status, threshold int) {
		p := answer(t, secret, status, headers, body)
		p.Threshold = Threshold(threshold)
		for _, r := range catalogue() {
			for _, a := range r.alerts(p) {
				if len(a.Evidence) > maxText+8 || len(a.Param) > maxText+8 || a.Ref == "" || a.Name == "" {
					t.Errorf("%+v", a)
				}
			}
		}
		for _, e := range p.Doc().Elements {
			if e.start > e.end || e.end > e.close || e.close > e.after || e.after > len(body) {
				t.Errorf("%+v of %d", e, len(body))
			}
		}
	})
}

// FuzzPolicy judges hostile policies: no panic, few hits, directives in lower case.
func FuzzPolicy(f *testing.F) {
	for _, text := range []string{
		"default-src 'self'; script-src 'nonce-x' 'strict-dynamic' https:; frame-ancestors *", "default-src self; default-src *;;", "\xff; SCRIPT-SRC\t'UNSAFE-INLINE'",
		"sandbox; report-uri /x; plugin-types a/b", "script-src http://*:80/x https://*.example 'sha256-x'", ";", "default-src " + strings.Repeat("*:1 ", 1000),
	} {
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, meta bool) {
		c, n := parsePolicy(text)
		for name := range c {
			if name != strings.ToLower(name) || strings.ContainsAny(name, " ;\t\n") {
				t.Errorf("directive %q", name)
			}
		}
		hits := judge(text, meta)
		if len(hits) > 13 || len(n.problems) > 20 {
			t.Errorf("%d hits, %d problems", len(hits), len(n.problems))
		}
		for _, h := range hits {
			if h.variant < 1 || h.variant > 13 {
				t.Errorf("variant %d", h.variant)
			}
		}
		if d := cmp.Diff(fmt.Sprint(hits), fmt.Sprint(judge(text, meta))); d != "" {
			t.Error(d)
		}
	})
}

func catalogueRule(id int) rule {
	for _, r := range catalogue() {
		if r.id == id {
			return r
		}
	}
	panic("no such rule")
}
