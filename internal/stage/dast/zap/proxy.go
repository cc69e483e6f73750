package zap

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"

	zapapi "github.com/zaproxy/zap-api-go/zap"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// maxAnswer bounds one answer of ZAP, in bytes.
const maxAnswer = 32 << 20

// proxy stands between the client library and ZAP. The library believes it to be ZAP's
// own proxy and knows a token of this run only; the API key is added here, as a header,
// so that no error of the library can hold it.
type proxy struct {
	ctx    context.Context
	config Config
	base   *url.URL
	token  string
	server *http.Server
	addr   string
	client *http.Client

	mu   sync.Mutex
	last error
}

// newProxy listens on the loopback interface until close.
func newProxy(ctx context.Context, c Config) (*proxy, error) {
	base, err := url.Parse(strings.TrimRight(c.URL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, errors.New("the address of ZAP's API is no http URL such as http://127.0.0.1:8090; set zap-url")
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the ZAP client: %w", err)
	}
	p := &proxy{ctx: ctx, config: c, base: base, token: rand.Text(), addr: listener.Addr().String()}
	p.client = &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: c.Timeout}
	go func() { _ = p.server.Serve(listener) }() // ends with ErrServerClosed in close
	return p, nil
}

func (p *proxy) close() { _ = p.server.Close() }

// api is the library, set to come through the proxy.
func (p *proxy) api() (zapapi.Interface, error) {
	return zapapi.NewClient(&zapapi.Config{Base: zapapi.DefaultBase, BaseOther: zapapi.DefaultBaseOther, Proxy: "http://" + p.addr, APIKey: p.token})
}

// ServeHTTP passes one call of the library on, and only calls of the library.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if r.URL.Host != "zap" || query.Get(zapapi.ZAP_API_KEY_PARAM) != p.token {
		http.Error(w, "this proxy serves one client only", http.StatusForbidden)
		return
	}
	query.Del(zapapi.ZAP_API_KEY_PARAM)
	data, err := p.forward(r.URL.Path, query)
	p.record(r.URL.Path, query, data, err)
	if err != nil {
		p.keep(p.mask(fmt.Errorf("ask ZAP for %s: %w", r.URL.Path, err)))
		data = []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data) // the library reports a broken connection itself
}

// record tells the transcript about a call and how it ended.
func (p *proxy) record(path string, query url.Values, data []byte, err error) {
	if p.config.Transcript == nil {
		return
	}
	line := path
	if len(query) > 0 {
		line += "?" + query.Encode()
	}
	end := strings.TrimSpace(string(data[:min(len(data), 200)]))
	if err != nil {
		end = "error: " + err.Error()
	}
	p.config.Transcript(p.mask(errors.New(line + " -> " + rules.Clip(end))).Error())
}

// forward asks ZAP under the deadline of one call.
func (p *proxy) forward(path string, query url.Values) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(p.ctx, p.config.Timeout, fmt.Errorf("no answer within %s", p.config.Timeout))
	defer cancel()
	u := *p.base
	u.Path, u.RawQuery = p.base.Path+path, query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set(zapapi.ZAP_API_KEY_HEADER, p.config.APIKey)
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, explain(ctx, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, explain(ctx, err)
	case len(data) > maxAnswer:
		return nil, fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	}
	return data, status(resp, data)
}

// explain says why ZAP did not answer. ZAP hangs up without a word on a wrong key.
func explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if u := new(url.Error); errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) {
		return fmt.Errorf("ZAP closed the connection without an answer (%w): it does so when the API key is wrong, when our address is not among its api.addrs, when it still starts or when it crashed", err)
	}
	return err
}

// status turns an HTTP status other than 200 into an error with ZAP's own code.
func status(resp *http.Response, data []byte) error {
	switch {
	case resp.StatusCode == http.StatusOK:
		return nil
	case resp.StatusCode/100 == 3:
		return fmt.Errorf("HTTP %d redirects elsewhere, so it is not ZAP's API that answers", resp.StatusCode)
	}
	var problem struct{ Code, Message, Detail string }
	if json.Unmarshal(data, &problem) != nil || problem.Code == "" {
		return fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	return fmt.Errorf("HTTP %d: %s", resp.StatusCode, rules.Clip(strings.TrimSpace(problem.Code+" "+problem.Message+" "+problem.Detail)))
}

// mask removes the API key, the target's credentials and the run's token from an error, in whatever form they
// came.
func (p *proxy) mask(err error) error {
	text := err.Error()
	secrets := []string{p.config.APIKey, p.token}
	for _, values := range p.config.Headers {
		secrets = append(secrets, values...)
	}
	for _, s := range slices.Clone(secrets) {
		secrets = append(secrets, url.QueryEscape(s), url.PathEscape(s))
	}
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}

func (p *proxy) keep(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = err
}

// taken returns the error of the call that just ended, once.
func (p *proxy) taken() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.last
	p.last = nil
	return err
}
