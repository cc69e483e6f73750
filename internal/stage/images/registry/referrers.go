package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// Limits of what hangs on one image.
const (
	maxReferrers = 100
	maxPages     = 10
)

// Referrers lists what refers to the digest: by the API of OCI 1.1 and by the tag that
// stands in for it, because publishers use either whatever the registry can do.
func (c *Client) Referrers(ctx context.Context, ref reference.Reference, digest string) ([]Descriptor, error) {
	return c.referrers.Get(ctx, ref.Name()+" "+digest, func() ([]Descriptor, error) {
		api, err := c.referrerPages(ctx, ref, digest)
		if err != nil {
			return nil, err
		}
		tag, err := c.Manifest(ctx, ref, strings.Replace(digest, ":", "-", 1))
		if err != nil && !Is(err, Absent) && !Is(err, Unknown) {
			return nil, err
		}
		return mergeReferrers(ref, api, tag.Manifests)
	})
}

func mergeReferrers(ref reference.Reference, lists ...[]Descriptor) ([]Descriptor, error) {
	all := slices.Concat(lists...)
	slices.SortStableFunc(all, func(a, b Descriptor) int { return strings.Compare(a.Digest, b.Digest) })
	all = slices.CompactFunc(all, func(a, b Descriptor) bool { return a.Digest == b.Digest })
	if len(all) > maxReferrers {
		return nil, &Error{TooLarge, ref.Host, fmt.Errorf("it lists more than %d referrers", maxReferrers)}
	}
	return all, nil
}

// referrerPages follows the pages of the API; a registry without it yields none.
func (c *Client) referrerPages(ctx context.Context, ref reference.Reference, digest string) ([]Descriptor, error) {
	var all []Descriptor
	path := "referrers/" + digest
	for range maxPages {
		page, next, err := c.referrerPage(ctx, ref, path)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(all) > maxReferrers {
			return mergeReferrers(ref, all)
		}
		if next == "" {
			return all, nil
		}
		path = next
	}
	return nil, &Error{TooLarge, ref.Host, fmt.Errorf("its list of referrers has more than %d pages", maxPages)}
}

func (c *Client) referrerPage(ctx context.Context, ref reference.Reference, path string) (page []Descriptor, next string, err error) {
	resp, err := c.do(ctx, http.MethodGet, ref, path)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return nil, "", nil
	default:
		return nil, "", c.problem(ref, resp)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxManifest+1))
	if err != nil {
		return nil, "", wrap(ref.Host, err)
	}
	if len(body) > maxManifest {
		return nil, "", tooLarge(ref, maxManifest)
	}
	var index Manifest
	if json.Unmarshal(body, &index) != nil {
		return nil, "", &Error{Contradiction, ref.Host, errors.New("its list of referrers is not JSON of an index")}
	}
	next, err = nextPage(resp, ref)
	return index.Manifests, next, wrap(ref.Host, err)
}

// nextPage reads the Link header (RFC 8288). Only the same list of the same registry
// is followed.
func nextPage(resp *http.Response, ref reference.Reference) (string, error) {
	for _, link := range resp.Header.Values("Link") {
		target, params, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(link), "<"), ">")
		if !ok || !strings.Contains(strings.ReplaceAll(params, `"`, ""), "rel=next") {
			continue
		}
		u, err := url.Parse(target)
		if err != nil {
			return "", errors.New("its next page of referrers has no readable address")
		}
		u = resp.Request.URL.ResolveReference(u)
		path, ours := strings.CutPrefix(u.Path, "/v2/"+ref.Path+"/")
		if u.Host != resp.Request.URL.Host || u.Scheme != resp.Request.URL.Scheme || !ours || !strings.HasPrefix(path, "referrers/") {
			return "", errors.New("its next page of referrers leads elsewhere")
		}
		return path + "?" + u.RawQuery, nil
	}
	return "", nil
}
