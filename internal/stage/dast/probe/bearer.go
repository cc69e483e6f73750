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
}

// Bearer asks for each path without a valid token, in several ways and spellings. A
// trailing * is allowed: /jobs* stands for /jobs and what lies below. Success of any
// attempt fails; 401 to the plain path passes; a path that is not there is not
// applicable; everything else is unknown. The body of its POST is not valid JSON, so
// that an open path has nothing to act on.
func Bearer(ctx context.Context, t Target, paths []string) []Outcome {
	control, err := t.ask(ctx, question{method: "GET", path: missing})
	outcomes := make([]Outcome, 0, len(paths))
	for _, path := range paths {
		path = "/" + strings.Trim(path, "/*")
		if err != nil {
			outcomes = append(outcomes, t.outcome(BearerRule, Unknown, path, "The service does not answer: %v.", plain(err)))
			continue
		}
		outcomes = append(outcomes, t.bearer(ctx, path, control))
	}
	return outcomes
}

// bearer makes all attempts on one path. The control is the answer to a path that does
// not exist: a page that is served for every path is no way in.
func (t Target) bearer(ctx context.Context, path string, control reply) Outcome {
	var get, post reply
	for i, a := range attempts(path) {
		r, err := t.ask(ctx, a.question)
		if err != nil {
			return t.outcome(BearerRule, Unknown, a.path, "%s with %s got no answer: %v.", a.method, a.name, plain(err))
		}
		switch {
		case r.ok() && !(control.ok() && r.same(control)):
			o := t.outcome(BearerRule, Fail, a.path, "%s with %s is answered with success.", a.method, a.name)
			o.Evidence = r.line() + ": " + quote(r.body)
			return o
		case i == 0:
			get = r
		case i == 1:
			post = r
		}
	}
	return t.refused(path, get, post)
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
		message = "The path is refused with 403 rather than 401, so nothing shows that a token would be asked for."
	case get.status == 401:
		message = fmt.Sprintf("GET demands a token, but POST is read before anybody is authenticated (%d).", post.status)
	}
	o := t.outcome(BearerRule, v, path, "%s", message)
	o.Evidence = "GET " + get.line() + ", POST " + post.line()
	return o
}

// attempts lists the ways; the plain GET and POST come first.
func attempts(path string) []attempt {
	token := func(value string) http.Header { return http.Header{"Authorization": {"Bearer " + value}} }
	list := []attempt{
		{"no token", question{method: "GET", path: path}},
		{"no token", question{method: "POST", path: path, header: http.Header{"Content-Type": {"application/json"}}, body: "{"}},
		{"a made-up token", question{method: "GET", path: path, header: token("assure.probe.invalid")}},
		{"an unsigned token (alg none)", question{method: "GET", path: path, header: token(unsigned())}},
		{"an unsigned token in the query", question{method: "GET", path: path + "?access_token=" + unsigned()}},
		{"a claim to come from this host", question{method: "GET", path: path, header: http.Header{"X-Forwarded-For": {"127.0.0.1"}, "X-Real-Ip": {"127.0.0.1"}}}},
	}
	for _, p := range spellings(path) {
		list = append(list, attempt{"no token and another spelling of the path", question{method: "GET", path: p}})
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
		path + "/", "//" + name, "/./" + name, strings.ToUpper(path), path + ";a", path + "%2f", path + "/assure-probe",
		fmt.Sprintf("/%%%02X%s", name[0], name[1:]),
	}
}

// unsigned is a JWT that claims to need no signature (RFC 7519, section 6).
func unsigned() string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + enc([]byte(`{"sub":"assure-probe","scope":"admin","exp":4102444800}`)) + "."
}
