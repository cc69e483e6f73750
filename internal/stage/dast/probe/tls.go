package probe

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
)

// TLS asks which protocol versions the target speaks and whether its port also answers
// plain HTTP. It offers one version at a time with a hello of its own, because a TLS
// library would refuse to speak the old ones, and does not finish the handshake.
func TLS(ctx context.Context, t Target) []Outcome {
	plain := t.plainHTTP(ctx)
	var offers []offer
	for _, v := range []uint16{tls13, tls12, tls11, tls10, ssl30} {
		offers = append(offers, t.offer(ctx, v))
	}
	o := judgeOffers(offers)
	if plain.redirects && o.noTLS {
		o.verdict, o.message = NotApplicable, "The port speaks plain HTTP only and redirects to https."
	}
	out := t.outcome(TLSRule, o.verdict, "", "%s", o.message)
	out.Evidence = o.evidence
	return []Outcome{out, plain.Outcome}
}

// offer is what came of one version.
type offer struct {
	version uint16
	state   state
	detail  string
}

type state int

const (
	unclear state = iota
	accepted
	refused
	foreign // not TLS at all
)

// offer sends one hello for a version.
func (t Target) offer(ctx context.Context, version uint16) offer {
	o, _ := t.greet(ctx, version, offered(version))
	return o
}

// greet sends one hello and returns what came of it.
func (t Target) greet(ctx context.Context, version uint16, suites []uint16) (offer, answer) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := connect(ctx, t.addr(), t.dial)
	if err != nil {
		return offer{version, unclear, err.Error()}, answer{}
	}
	defer conn.Close()
	if _, err := conn.Write(clientHello(version, suites, t.Base.Hostname())); err != nil {
		return offer{version, unclear, err.Error()}, answer{}
	}
	a, err := readAnswer(conn)
	if err != nil {
		a = answer{}
	}
	return heard(version, a, err), a
}

// heard judges the answer to a hello.
func heard(version uint16, a answer, err error) offer {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return offer{version, unclear, "no answer in time"}
	case err != nil:
		return offer{version, refused, "closed: " + err.Error()}
	case a.kind == alert:
		return offer{version, refused, fmt.Sprintf("alert %d", a.alert)}
	case a.kind == notTLS:
		return offer{version, foreign, quote(a.text)}
	case a.version == version:
		return offer{version, accepted, fmt.Sprintf("suite %#04x", a.cipher)}
	case a.version < version && a.version < tls12:
		// Asked for a new version, the server falls back to an old one.
		return offer{a.version, accepted, fmt.Sprintf("suite %#04x", a.cipher)}
	}
	return offer{version, refused, "answered with " + versionName(a.version)}
}

// verdictOf is the sum of all offers.
type verdictOf struct {
	verdict           Verdict
	message, evidence string
	noTLS             bool
}

func judgeOffers(offers []offer) verdictOf {
	in := func(s state, old bool) (names []string) {
		for _, o := range offers {
			if o.state == s && (o.version < tls12) == old && !slices.Contains(names, versionName(o.version)) {
				names = append(names, versionName(o.version))
			}
		}
		return names
	}
	var v verdictOf
	for _, o := range offers {
		v.evidence += fmt.Sprintf("%s: %s; ", versionName(o.version), o.detail)
	}
	v.evidence = strings.TrimSuffix(v.evidence, "; ")
	old, modern := in(accepted, true), in(accepted, false)
	switch {
	case len(old) > 0:
		v.verdict, v.message = Fail, "The service accepts "+strings.Join(old, ", ")+"."
	case len(modern) == 0 && len(in(foreign, false)) > 0:
		v.verdict, v.message, v.noTLS = Fail, "The service does not offer TLS.", true
	case len(modern) == 0:
		v.verdict, v.message = Unknown, "The service accepted neither TLS 1.2 nor TLS 1.3."
	case len(in(unclear, true)) > 0:
		v.verdict, v.message = Unknown, "The service did not say whether it accepts "+strings.Join(in(unclear, true), ", ")+"."
	default:
		v.verdict, v.message = Pass, "The service accepts "+strings.Join(modern, ", ")+" and refuses older versions."
	}
	return v
}

// plainAnswer is the outcome of plain HTTP on the target's port.
type plainAnswer struct {
	Outcome
	redirects bool
}

// plainHTTP sends a request in the clear to the target's port.
func (t Target) plainHTTP(ctx context.Context) plainAnswer {
	status, location, raw, err := t.plainRequest(ctx)
	u, _ := url.Parse(location)
	secure := u != nil && strings.EqualFold(u.Scheme, "https")
	p := plainAnswer{redirects: status/100 == 3 && secure}
	v, message := Fail, "The port answers plain HTTP."
	switch {
	case p.redirects:
		v, message = Pass, "The port redirects plain HTTP to https."
	case slices.Contains([]int{400, 403, 421, 426, 495, 496, 497}, status):
		v, message = Pass, "The port refuses plain HTTP."
	case status == 0 && (errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, errDial)):
		v, message = Unknown, fmt.Sprintf("Plain HTTP got no answer: %v.", err)
	case status == 0:
		v, message = Pass, "The port does not speak plain HTTP."
	}
	p.Outcome = t.outcome(PlainHTTPRule, v, "", "%s", message)
	p.URL = "http://" + t.addr() + t.at("").EscapedPath()
	p.Evidence = quote(raw)
	return p
}

var errDial = errors.New("cannot connect")

// plainRequest returns the status of a plain request, 0 when the answer is not HTTP.
func (t Target) plainRequest(ctx context.Context) (status int, location string, raw []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := connect(ctx, t.addr(), t.dial)
	if err != nil {
		return 0, "", nil, fmt.Errorf("%w: %w", errDial, err)
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", t.at("").RequestURI(), t.Base.Host)
	if err != nil {
		return 0, "", nil, err
	}
	var seen bytes.Buffer
	resp, err := http.ReadResponse(bufio.NewReader(io.TeeReader(io.LimitReader(conn, maxHeader), &seen)), nil)
	if err != nil {
		return 0, "", seen.Bytes(), err
	}
	resp.Body.Close()
	line, _, _ := bytes.Cut(seen.Bytes(), []byte("\r\n"))
	return resp.StatusCode, resp.Header.Get("Location"), line, nil
}
