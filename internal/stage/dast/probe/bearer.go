package probe

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// attempt is one way to ask for a protected path without a valid token.
type attempt struct {
	name string
	question
	// home is true for a question to the start page that asks for the protected path
	// in a header: only an answer unlike the start page's own is a way in.
	home bool
}

// Bearer asks for each path without a valid token, in several ways and spellings. A
// trailing * is allowed: /jobs* stands for /jobs and what lies below. Success of any
// attempt fails; 401 to the plain path passes; 403 is a warning; a path that is not
// there is not applicable; everything else is unknown. Where the target has a valid
// token, the path must be open to it, or else nothing shows what is refused. The body of its POST is not valid JSON, so
// that an open path has nothing to act on.
func Bearer(ctx context.Context, t Target, paths []string) []Outcome {
	control, err := t.ask(ctx, question{method: "GET", path: missing})
	home, herr := t.ask(ctx, question{method: "GET", path: "/"})
	if err == nil {
		err = herr
	}
	outcomes := make([]Outcome, 0, len(paths))
	for _, path := range paths {
		path = "/" + strings.Trim(path, "/*")
		if err != nil {
			outcomes = append(outcomes, t.outcome(BearerRule, Unknown, path, "The service does not answer: %v.", plain(err)))
			continue
		}
		outcomes = append(outcomes, t.bearer(ctx, path, control, home))
	}
	return outcomes
}

// bearer makes all attempts on one path. The control is the answer to a path that does
// not exist: a page that is served for every path is no way in.
func (t Target) bearer(ctx context.Context, path string, control, home reply) Outcome {
	var get, post reply
	for i, a := range t.attempts(path) {
		r, err := t.ask(ctx, a.question)
		if err != nil {
			return t.outcome(BearerRule, Unknown, a.path, "%s with %s got no answer: %v.", a.method, a.name, plain(err))
		}
		switch {
		case r.ok() && !(control.ok() && r.same(control)) && !(a.home && r.same(home)):
			o := t.outcome(BearerRule, Fail, a.path, "%s with %s is answered with success.", a.method, a.name)
			o.Evidence = r.line() + ": " + quote(r.body)
			return o
		case i == 0:
			get = r
		case i == 1:
			post = r
		}
	}
	return t.positive(ctx, t.refused(path, get, post), path)
}

// positive makes the opposite test of a path that passed: a valid token must open it.
func (t Target) positive(ctx context.Context, o Outcome, path string) Outcome {
	if o.Verdict != Pass || t.Token == "" {
		return o
	}
	r, err := t.ask(ctx, question{method: "GET", path: path, header: http.Header{"Authorization": {"Bearer " + t.Token}}})
	switch {
	case err != nil:
		o.Verdict, o.Message = Unknown, fmt.Sprintf("With a valid token the path gives no answer: %v.", plain(err))
	case r.status == 401:
		o.Verdict, o.Message = Unknown, "The path answers 401 to the valid token too, so nothing shows that it asks for one."
	default:
		o.Message = "Without a valid token the path answers 401, and with one it does not."
	}
	o.Evidence += ", with the token " + r.line()
	return o
}

// refused judges a path that no attempt opened by its plain answers.
func (t Target) refused(path string, get, post reply) Outcome {
	v, message := Unknown, "The path is neither open nor does it demand a token with 401."
	absent := func(status int) bool { return status == 404 || status == 405 }
	switch {
	case get.ok():
		message = "The path answers like a path that does not exist, so nothing shows whether it is protected."
	case get.status == 401 && (post.status == 401 || absent(post.status)), absent(get.status) && post.status == 401:
		v, message = Pass, "Without a valid token the path answers 401."
	case get.status == 404 && absent(post.status):
		v, message = NotApplicable, "The service has no such path."
	case get.status == 403:
		v = Warn
		message = "The path is refused with 403 rather than 401, so nothing shows that a token would be asked for."
	case get.status == 401:
		message = fmt.Sprintf("GET demands a token, but POST is read before anybody is authenticated (%d).", post.status)
	}
	o := t.outcome(BearerRule, v, path, "%s", message)
	o.Evidence = "GET " + get.line() + ", POST " + post.line()
	return o
}

// attempts lists the ways; the plain GET and POST come first.
func (t Target) attempts(path string) []attempt {
	get := func(name string, header http.Header) attempt {
		return attempt{name: name, question: question{method: "GET", path: path, header: header}}
	}
	authorization := func(value string) http.Header { return http.Header{"Authorization": {value}} }
	json := http.Header{"Content-Type": {"application/json"}}
	list := []attempt{
		get("no token", nil),
		{name: "no token", question: question{method: "POST", path: path, header: json, body: "{"}},
		get("a made-up token", authorization("Bearer assure.probe.invalid")),
		get("an empty token", authorization("Bearer ")),
		get("an unsigned token (alg none)", authorization("Bearer "+unsigned())),
		get("a user without a password", authorization("Basic YWRtaW46")),
		{name: "an unsigned token in the query", question: question{method: "GET", path: path + "?access_token=" + unsigned()}},
		{name: "no token", question: question{method: "POST", path: path + "/assure-probe", header: json, body: "{"}},
		{name: "no token and the path in a header", home: true, question: question{method: "GET", path: "/", header: http.Header{"X-Original-Url": {path}, "X-Rewrite-Url": {path}}}},
	}
	for _, peer := range unique([]string{"127.0.0.1", t.Peer}) {
		list = append(list, get("a claim to come from "+peer, http.Header{
			"X-Forwarded-For": {peer}, "X-Real-Ip": {peer}, "X-Client-Ip": {peer}, "True-Client-Ip": {peer}, "Forwarded": {"for=" + peer},
		}))
	}
	for _, p := range spellings(path) {
		list = append(list, attempt{name: "no token and another spelling of the path", question: question{method: "GET", path: p}})
	}
	return list
}

// spellings are other ways to write a path that some servers take for the same.
func spellings(path string) []string {
	name := strings.TrimPrefix(path, "/")
	if name == "" {
		return nil
	}
	return []string{
		path + "/", "//" + name, "/./" + name, "/%2e/" + name, strings.ToUpper(path), path + ";a", "/;/" + name, path + "%2f", path + "%20", path + ".json",
		path + "/assure-probe", "/assure-probe/.." + path, "/assure-probe/%2e%2e" + path, "/assure-probe/..;" + path, path + "/..;/" + name,
		fmt.Sprintf("/%%%02X%s", name[0], name[1:]), fmt.Sprintf("/%%25%02X%s", name[0], name[1:]),
	}
}

// unsigned is a JWT that claims to need no signature (RFC 7519, section 6).
func unsigned() string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + enc([]byte(`{"sub":"assure-probe","scope":"admin","exp":4102444800}`)) + "."
}
