package enginetest

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Server is a test server, built once for all tests of a package: a static program, and
// an image of nothing else, under a name of this test program's own. Tests that are not
// about building start from the image.
type Server struct {
	source, image string
	program       func() (string, error)
	imported      func() error
	// dir is where the program is, and present whether there is an image, once they are.
	dir     string
	present bool
}

// NewServer is the server whose main package lies in the directory source.
func NewServer(source, image string) *Server {
	s := &Server{source: source, image: Unique(image + "-")}
	s.program = sync.OnceValues(s.build)
	s.imported = sync.OnceValue(s.load)
	return s
}

// Place puts the program into a directory.
func (s *Server) Place(t testing.TB, path string) {
	t.Helper()
	program, err := s.program()
	if err == nil {
		err = os.Link(program, path)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Image is the name of the image, which is on the engine now. It starts /app and exposes
// port 8080.
func (s *Server) Image(t testing.TB) string {
	t.Helper()
	if err := s.imported(); err != nil {
		t.Fatal(err)
	}
	return s.image
}

// Run runs the tests and closes the server.
func (s *Server) Run(m *testing.M) int {
	defer s.Close()
	return m.Run()
}

// Close removes the program and its image, as far as there are any.
func (s *Server) Close() {
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
	if s.present {
		_ = s.ask(http.MethodDelete, "/images/"+s.image+"?force=1", nil)
	}
}

func (s *Server) build() (_ string, err error) {
	if s.dir, err = os.MkdirTemp("", "assure-server-"); err != nil {
		return "", err
	}
	program := filepath.Join(s.dir, "app")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, s.source)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build test server: %w: %s", err, out)
	}
	return program, nil
}

// load imports the image, which takes a fraction of the time of a build.
func (s *Server) load() error {
	path, err := s.program()
	if err != nil {
		return err
	}
	program, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var root bytes.Buffer
	w := tar.NewWriter(&root)
	_ = w.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: int64(len(program)), Typeflag: tar.TypeReg})
	_, _ = w.Write(program)
	if err := w.Close(); err != nil {
		return err
	}
	q := url.Values{"fromSrc": {"-"}, "repo": {s.image}, "tag": {"latest"}, "changes": {`ENTRYPOINT ["/app"]`, "EXPOSE 8080"}}
	s.present = true
	return s.ask(http.MethodPost, "/images/create?"+q.Encode(), &root)
}

// ask asks the engine for something.
func (s *Server) ask(method, path string, body io.Reader) error {
	c := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	defer c.CloseIdleConnections()
	req, err := http.NewRequest(method, "http://engine"+path, body)
	if err != nil {
		return err
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 || bytes.Contains(text, []byte(`"error"`)) {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	return nil
}
