package probe

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// madeUp is a verb that nobody can have allowed on purpose.
const madeUp = "ASSUREPROBE"

// DefaultMethods are the methods that the guide allows.
func DefaultMethods() []string { return []string{"GET", "POST", "PATCH"} }

// Methods asks which HTTP methods the target answers beside the allowed ones; nil means
// DefaultMethods. HEAD and OPTIONS are not judged: health checks and CORS need them.
//
// Methods that could change something are asked for on a path that does not exist, so
// that nothing is changed; TRACE and a made-up verb are asked for on the target's own
// path too. A refusal (400, 403, 405, 501) passes and success fails. A 404 is a
// warning: the method was let through, and only the path was refused.
func Methods(ctx context.Context, t Target, allowed []string) []Outcome {
	if allowed == nil {
		allowed = DefaultMethods()
	}
	if r, err := t.ask(ctx, question{method: "GET"}); err != nil {
		return []Outcome{
			t.outcome(MethodsRule, Unknown, "", "The service does not answer GET, so its methods could not be asked for: %v.", plain(err)),
			t.outcome(TraceRule, Unknown, "", "The service does not answer GET, so TRACE could not be asked for: %v.", plain(err)),
		}
	} else if t.elsewhere(r) {
		return []Outcome{t.outcome(MethodsRule, NotApplicable, "", "The port only redirects to https."), t.trace(ctx)}
	}
	outcomes := []Outcome{t.trace(ctx)}
	for _, m := range []string{"TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "TRACK", madeUp} {
		if !slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, m) }) {
			outcomes = append(outcomes, t.method(ctx, m))
		}
	}
	return append(outcomes, t.overrides(ctx)...)
}

// overrides asks whether a header turns an allowed method into another. A made-up verb
// is what the header names, so that nobody acts on it; DELETE is asked for on a path
// that does not exist.
func (t Target) overrides(ctx context.Context) (outcomes []Outcome) {
	usual, err := t.ask(ctx, question{method: "POST", path: missing})
	if err != nil {
		return []Outcome{t.outcome(MethodsRule, Unknown, missing, "POST got no answer: %v.", plain(err))}
	}
	for _, name := range []string{"X-Http-Method-Override", "X-Http-Method", "X-Method-Override"} {
		for _, verb := range []string{"DELETE", madeUp} {
			r, err := t.ask(ctx, question{method: "POST", path: missing, header: http.Header{name: {verb}}})
			if err == nil && r.status != usual.status {
				o := t.outcome(MethodsRule, Warn, missing, "The header %s turns POST into %s.", name, verb)
				if r.ok() {
					o.Verdict = Fail
				}
				o.Evidence = "POST " + usual.line() + ", with the header " + r.line()
				outcomes = append(outcomes, o)
				break
			}
		}
	}
	return outcomes
}

// elsewhere tells whether a plain port does nothing but send the caller to TLS.
func (t Target) elsewhere(r reply) bool {
	u, err := url.Parse(r.header.Get("Location"))
	return t.Base.Scheme == "http" && r.status/100 == 3 && err == nil && u.Scheme == "https"
}

// method asks for one method, and judges the worse of its answers.
func (t Target) method(ctx context.Context, method string) Outcome {
	paths := []string{missing}
	if method == madeUp || method == "TRACE" {
		paths = append(paths, "")
	}
	worst := t.outcome(MethodsRule, Pass, missing, "%s is refused.", method)
	for _, path := range paths {
		r, err := t.ask(ctx, question{method: method, path: path})
		o := t.methodOutcome(method, path, r, err)
		if severity(o.Verdict) > severity(worst.Verdict) || worst.Evidence == "" {
			worst = o
		}
	}
	return worst
}

func (t Target) methodOutcome(method, path string, r reply, err error) Outcome {
	if err != nil {
		return t.outcome(MethodsRule, Unknown, path, "%s got no answer: %v.", method, plain(err))
	}
	var o Outcome
	switch {
	case r.ok():
		o = t.outcome(MethodsRule, Fail, path, "%s is answered with success; only the allowed methods may pass.", method)
	case slices.Contains([]int{400, 403, 405, 501}, r.status):
		o = t.outcome(MethodsRule, Pass, path, "%s is refused.", method)
	case r.status == 404:
		o = t.outcome(MethodsRule, Warn, path, "%s reached the application, which did not know the path; nothing in front of it refuses the method.", method)
	default:
		o = t.outcome(MethodsRule, Unknown, path, "%s was neither refused nor answered with success.", method)
	}
	o.Evidence = r.line()
	return o
}

// severity orders verdicts, so that the worst of several answers is reported.
func severity(v Verdict) int {
	return slices.Index([]Verdict{NotApplicable, Pass, Unknown, Warn, Fail}, v)
}

// trace asks whether TRACE gives a header back.
func (t Target) trace(ctx context.Context) Outcome {
	r, err := t.ask(ctx, question{method: "TRACE", header: http.Header{canaryName: {canary}}})
	if err != nil {
		return t.outcome(TraceRule, Unknown, "", "TRACE got no answer: %v.", plain(err))
	}
	if bytes.Contains(r.body, []byte(canary)) {
		o := t.outcome(TraceRule, Fail, "", "TRACE echoes the request with its headers.")
		o.Evidence = r.line() + ": " + quote(r.body)
		return o
	}
	o := t.outcome(TraceRule, Pass, "", "TRACE does not echo the request.")
	o.Evidence = r.line()
	return o
}

// plain drops the URL that net/http puts before an error; outcomes carry their own.
func plain(err error) error {
	if u := new(url.Error); errors.As(err, &u) {
		return u.Err
	}
	return err
}
