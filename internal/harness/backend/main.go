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
	"fmt"
	"log"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strings"
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
	cert, err := selfSigned()
	if err != nil {
		log.Fatal(err)
	}
	s.Handler = hardened()
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
		default:
			http.NotFound(w, r)
		}
	})
}

func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "backend"}, DNSNames: []string{"backend"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
