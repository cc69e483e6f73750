package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func serveTLS(t *testing.T, low, high uint16) Target {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	s.TLS = &tls.Config{MinVersion: low, MaxVersion: high}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	return targetOf(t, s.URL)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	plain := func(answer string) func(*testing.T) Target {
		return func(t *testing.T) Target { return targetOf(t, "https://"+speak(t, answer, false)) }
	}
	versions := func(low, high uint16) func(*testing.T) Target {
		return func(t *testing.T) Target { return serveTLS(t, low, high) }
	}
	tests := []struct {
		name         string
		target       func(*testing.T) Target
		tls, plain   Verdict
		message, not string
	}{
		{"1.2 and 1.3", versions(tls.VersionTLS12, tls.VersionTLS13), Pass, Pass, "TLS 1.3, TLS 1.2", "1.1"},
		{"1.3 only", versions(tls.VersionTLS13, tls.VersionTLS13), Pass, Pass, "TLS 1.3", "1.2"},
		{"1.2 only", versions(tls.VersionTLS12, tls.VersionTLS12), Pass, Pass, "TLS 1.2", "1.3"},
		{"down to 1.1", versions(tls.VersionTLS11, tls.VersionTLS13), Fail, Pass, "TLS 1.1", "1.0"},
		{"down to 1.0", versions(tls.VersionTLS10, tls.VersionTLS13), Fail, Pass, "TLS 1.1, TLS 1.0", "SSL"},
		{"1.0 only", versions(tls.VersionTLS10, tls.VersionTLS10), Fail, Pass, "TLS 1.0", "1.1"},
		{"plain http", func(t *testing.T) Target { return serve(t, deny(404)) }, Fail, Fail, "does not offer TLS", ""},
		{"plain http that redirects", func(t *testing.T) Target {
			return serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "https://x/", 308) })
		}, NotApplicable, Pass, "redirects to https", ""},
		{"plain http that redirects to plain http", func(t *testing.T) Target {
			return serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://x/", 308) })
		}, Fail, Fail, "does not offer TLS", ""},
		{"another protocol", plain("SSH-2.0-OpenSSH\r\n"), Fail, Pass, "does not offer TLS", ""},
		{"hangs up", plain(""), Unknown, Pass, "neither", ""},
		{"SSL 3.0 only", plain(string(hello(ssl30, ssl30))), Fail, Pass, "SSL 3.0", ""},
		{"garbage after the header", plain("\x16\x03\x01\x00\x04\x02\xff\xff\xff"), Unknown, Pass, "neither", ""},
		{"closed", func(t *testing.T) Target { return targetOf(t, "https://127.0.0.1:1") }, Unknown, Unknown, "neither", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := TLS(t.Context(), test.target(t))
			if len(got) != 2 || got[0].Rule != TLSRule || got[1].Rule != PlainHTTPRule {
				t.Fatalf("%+v", got)
			}
			if got[0].Verdict != test.tls || !strings.Contains(got[0].Message, test.message) || test.not != "" && strings.Contains(got[0].Message, test.not) {
				t.Errorf("TLS: got %+v, want %s %q", got[0], test.tls, test.message)
			}
			if got[1].Verdict != test.plain || !strings.HasPrefix(got[1].URL, "http://") {
				t.Errorf("plain HTTP: got %+v, want %s", got[1], test.plain)
			}
		})
	}
}

// TestSilenceIsUnknown covers a server that accepts and never speaks.
func TestSilenceIsUnknown(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for _, o := range TLS(ctx, targetOf(t, "https://"+speak(t, "", true))) {
		if o.Verdict != Unknown {
			t.Errorf("%+v", o)
		}
	}
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if o := Store(ctx, speak(t, "", true), nil, nil); o[0].Verdict != Unknown {
		t.Errorf("%+v", o)
	}
}

// TestFallback covers a server that answers a new version with an old one.
func TestFallback(t *testing.T) {
	t.Parallel()
	old := targetOf(t, "https://"+speak(t, string(hello(tls11, tls11)), false))
	if o := old.offer(t.Context(), tls12); o.state != accepted || o.version != tls11 {
		t.Errorf("%+v", o)
	}
	newer := targetOf(t, "https://"+speak(t, string(hello(tls12, tls12)), false))
	if o := newer.offer(t.Context(), tls13); o.state != refused {
		t.Errorf("%+v", o)
	}
}

// TestOldVersionThatHangs makes sure that silence about an old version is no pass.
func TestOldVersionThatHangs(t *testing.T) {
	t.Parallel()
	v := judgeOffers([]offer{{tls13, accepted, ""}, {tls12, accepted, ""}, {tls11, unclear, ""}, {tls10, refused, ""}, {ssl30, refused, ""}})
	if v.verdict != Unknown || !strings.Contains(v.message, "TLS 1.1") {
		t.Errorf("%+v", v)
	}
}

// TestClientHello lets crypto/tls read the hello.
func TestClientHello(t *testing.T) {
	t.Parallel()
	for _, v := range []uint16{tls10, tls11, tls12, tls13} {
		client, server := net.Pipe()
		go func() { _, _ = client.Write(clientHello(v, offered(v), "backend.example")) }()
		seen := make(chan *tls.ClientHelloInfo, 1)
		conn := tls.Server(server, &tls.Config{GetConfigForClient: func(i *tls.ClientHelloInfo) (*tls.Config, error) {
			seen <- i
			return nil, context.Canceled
		}})
		go func() { _ = conn.HandshakeContext(t.Context()) }()
		i := <-seen
		client.Close()
		if i.ServerName != "backend.example" || len(i.SupportedVersions) == 0 || i.SupportedVersions[0] != v || len(i.CipherSuites) != len(offered(v)) {
			t.Errorf("%s: %+v", versionName(v), i)
		}
	}
	if h := clientHello(tls12, offered(tls12), "127.0.0.1"); bytes.Contains(h, []byte("127.0.0.1")) {
		t.Error("an address stands in the server name")
	}
}

// hello is a ServerHello record.
func hello(record, version uint16, extensions ...byte) []byte {
	body := append([]byte{byte(version >> 8), byte(version)}, make([]byte, 32)...)
	body = append(body, 0, 0xC0, 0x2F, 0)
	if extensions != nil {
		body = append(body, block(extensions)...)
	}
	message := append([]byte{2, 0, byte(len(body) >> 8), byte(len(body))}, body...)
	return append([]byte{22, byte(record >> 8), byte(record)}, block(message)...)
}

func TestReadAnswer(t *testing.T) {
	t.Parallel()
	whole := hello(tls12, tls12, 0, 43, 0, 2, 3, 4)
	split := append(append([]byte{22, 3, 3, 0, 10}, whole[5:15]...), append([]byte{22, 3, 3, 0, byte(len(whole) - 15)}, whole[15:]...)...)
	tests := []struct {
		name  string
		in    []byte
		kind  kind
		want  uint16
		fails bool
	}{
		{"TLS 1.2", hello(tls12, tls12), greeting, tls12, false},
		{"TLS 1.3", whole, greeting, tls13, false},
		{"in two records", split, greeting, tls13, false},
		{"alert", []byte{21, 3, 1, 0, 2, 2, 70}, alert, 0, false},
		{"http", []byte("HTTP/1.1 400 Bad Request"), notTLS, 0, false},
		{"short text", []byte("no"), notTLS, 0, false},
		{"cut", whole[:20], 0, 0, true},
		{"empty record", []byte{22, 3, 3, 0, 0}, 0, 0, true},
		{"another message", []byte{22, 3, 3, 0, 4, 11, 0, 0, 0}, 0, 0, true},
		{"extension too long", hello(tls12, tls12, 0, 43, 0, 9, 3, 4), 0, 0, true},
		{"huge record", []byte{22, 3, 3, 255, 255}, 0, 0, true},
		{"huge message", bytes.Repeat(append([]byte{22, 3, 3, 0x3f, 0xff, 2, 255, 255, 255}, make([]byte, 0x3ffb)...), 3), 0, 0, true},
	}
	for _, test := range tests {
		a, err := readAnswer(bytes.NewReader(test.in))
		if (err != nil) != test.fails || a.kind != test.kind || a.version != test.want {
			t.Errorf("%s: %+v, %v", test.name, a, err)
		}
	}
}

func TestHugeRecordIsNotRead(t *testing.T) {
	t.Parallel()
	_, err := readAnswer(bytes.NewReader(append([]byte{22, 3, 3, 255, 255}, make([]byte, 1<<16)...)))
	if err == nil || !strings.Contains(err.Error(), "longer than TLS allows") {
		t.Error(err)
	}
}

func FuzzReadAnswer(f *testing.F) {
	f.Add(hello(tls12, tls12, 0, 43, 0, 2, 3, 4))
	f.Add([]byte{21, 3, 1, 0, 2, 2, 70})
	f.Add([]byte("HTTP/1.1 400 Bad Request"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := readAnswer(bytes.NewReader(data))
		if err != nil && a.kind == greeting {
			t.Errorf("%+v with %v", a, err)
		}
		if len(a.text) > maxHandshake+2048 {
			t.Errorf("%d bytes of text", len(a.text))
		}
	})
}
