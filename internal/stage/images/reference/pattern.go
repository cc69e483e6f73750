package reference

import (
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Hub gives a pattern the host that references have: in lower case, and docker.io for an
// alias of Docker Hub.
func Hub(pattern string) string {
	host, rest, deeper := strings.Cut(pattern, "/")
	if host = canonicalHost(host); deeper {
		return host + "/" + rest
	}
	return host
}

// Matches reports whether a pattern of the configuration speaks of the image: a glob over
// its name, or a registry, namespace or repository that it is in. A word without a slash
// and without a dot is one of Docker's own images and nothing below it: nginx is
// docker.io/library/nginx, while nginx/other is somebody else's.
func (r Reference) Matches(pattern string) bool {
	pattern = strings.TrimSuffix(Hub(pattern), "/")
	if pattern == "" {
		return false
	}
	for _, name := range [...]string{r.Name(), r.Familiar()} {
		if doublestar.MatchUnvalidated(pattern, name) {
			return true
		}
	}
	return strings.HasPrefix(r.Name(), pattern+"/")
}

// Meant guesses what was meant by a pattern that matches none of the images, "" without a
// guess.
func Meant(pattern string, images []Reference) string {
	plain := pattern
	if _, after, ok := strings.Cut(plain, "://"); ok {
		plain = after
	}
	plain, _, _ = strings.Cut(plain, "@")
	if i := strings.LastIndexByte(plain, ':'); i > strings.LastIndexByte(plain, '/') && strings.Contains(plain, "/") {
		plain = plain[:i]
	} else if r, err := Parse(plain); err == nil && r.Tag != "" && strings.Trim(r.Tag, "0123456789") != "" {
		plain = r.Familiar()
	}
	for _, r := range images {
		if plain != pattern && r.Matches(plain) {
			return plain
		}
	}
	return named(plain, images)
}

// hostOf is the registry that a pattern names, docker.io where it names none.
func hostOf(pattern string) string {
	host, _, ok := strings.Cut(pattern, "/")
	if ok && (strings.ContainsAny(host, ".:") || host == "localhost") {
		return canonicalHost(host)
	}
	return canonicalHost("docker.io")
}

// named is the image of the same registry, or the namespace of one, that ends as the
// pattern does.
func named(pattern string, images []Reference) string {
	last := strings.ToLower(strings.Trim(pattern[strings.LastIndexByte(strings.TrimRight(pattern, "/*"), '/')+1:], "/*"))
	if last == "" {
		return ""
	}
	host := hostOf(pattern)
	for _, r := range images {
		if r.Host != host {
			continue // a change would choose what is suggested
		}
		parts := strings.Split(r.Name(), "/")
		for i := len(parts) - 1; i > 0; i-- {
			if parts[i] == last {
				return strings.Join(parts[:i+1], "/")
			}
		}
	}
	return ""
}
