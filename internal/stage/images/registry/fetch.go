package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// StatusError is an answer of a web server that is not the file.
type StatusError struct {
	Code int
	text string
}

// Error names the status.
func (e *StatusError) Error() string { return "it answers " + e.text }

// Fetch reads a file from a web server by HTTPS, under the same bounds as everything
// else and without credentials.
func (c *Client) Fetch(ctx context.Context, address string, limit int64) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("read %s: only https addresses are read", address)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", address, err)
	}
	client := &http.Client{Transport: c.gate, CheckRedirect: fewRedirects}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", address, wrap(u.Host, err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read %s: %w", address, &StatusError{resp.StatusCode, resp.Status})
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = errors.New("it is too large")
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", address, err)
	}
	return data, nil
}
