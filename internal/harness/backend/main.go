// Command backend is the harness's web service. As it stands it breaks the hardening
// guide in several ways; started with HARDENED=1 it keeps to it.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

const page = `<!doctype html>
<html><head><title>Scans</title><script src="https://cdn.example.net/app.js"></script></head>
<body><h1>Scans</h1><a href="/reports">reports</a> <a href="/about">about</a>
<form method="post" action="/login"><input name="user"><input name="password" type="password"></form>
</body></html>`

func main() {
	if len(os.Args) > 1 && os.Args[1] == "health" {
		os.Exit(health())
	}
	s := &http.Server{Addr: ":8080", Handler: weak(), ReadHeaderTimeout: 5 * time.Second}
	if os.Getenv("HARDENED") == "" {
		log.Fatal(s.ListenAndServe())
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	s.ErrorLog = slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn)
	cert, err := issued()
	if err != nil {
		log.Fatal(err)
	}
	slog.Info("starting")
	s.Handler = limited(hardened())
	s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	log.Fatal(s.ListenAndServeTLS("", ""))
}

// health is the container's own health check: an image without a shell has no other.
func health() int {
	url, client := "http://127.0.0.1:8080/health", &http.Client{Timeout: 2 * time.Second}
	if os.Getenv("HARDENED") != "" {
		url = strings.Replace(url, "http:", "https:", 1)
		client.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // its own certificate, on loopback
	}
	resp, err := client.Get(url) //nolint:noctx // bounded by the client's timeout
	if err != nil {
		return 1
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}

// weak serves every method, echoes TRACE, sets careless cookies and asks for no token.
func weak() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "backend/1.4.2")
		w.Header().Set("X-Powered-By", "Demo")
		if r.Method == http.MethodTrace {
			w.Header().Set("Content-Type", "message/http")
			_ = r.Write(w)
			return
		}
		switch r.URL.Path {
		case "/", "/reports", "/about":
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, page)
		case "/health":
			fmt.Fprint(w, "ok")
		case "/jobs":
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Access-Control-Allow-Origin", "*")
			fmt.Fprint(w, `{"jobs":[]}`)
		default:
			http.NotFound(w, r)
		}
	})
}

// hardened answers as the guide asks.
func hardened() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
			"Strict-Transport-Security":    "max-age=31536000; includeSubDomains",
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Permissions-Policy":           "geolocation=()",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cross-Origin-Embedder-Policy": "require-corp",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cache-Control":                "no-store, no-cache, must-revalidate",
		} {
			w.Header().Set(name, value)
		}
		switch {
		case !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPatch}, r.Method):
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		case strings.HasPrefix(r.URL.Path, "/jobs"):
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "unauthorized", http.StatusUnauthorized)
		case r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, `<!doctype html><html lang="en"><head><title>Scans</title></head><body><a href="/health">health</a></body></html>`)
		case r.URL.Path == "/health":
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			fmt.Fprint(w, "ok")
		case r.URL.Path == "/metrics":
			w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
			fmt.Fprintln(w, "stella_quota_token_days_remaining 21")
		default:
			http.NotFound(w, r)
		}
	})
}

// limited lets forty requests a second through, and twenty at once. The container's own
// health check is let through always.
func limited(h http.Handler) http.Handler {
	const rate, burst = 40.0, 20.0
	var mu sync.Mutex
	tokens, last := burst, time.Now()
	take := func() bool {
		mu.Lock()
		defer mu.Unlock()
		tokens = min(burst, tokens+rate*time.Since(last).Seconds())
		last = time.Now()
		if tokens < 1 {
			return false
		}
		tokens--
		return true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.RemoteAddr, "127.") && !take() {
			http.Error(w, "too many requests", http.StatusTooManyRequests)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// issued is a certificate that an authority has signed, as a deployment would have.
func issued() (tls.Certificate, error) {
	caKey, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	key, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(err1, err2); err != nil {
		return tls.Certificate{}, err
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "backend"}, DNSNames: []string{"backend"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca, &key.PublicKey, caKey)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
