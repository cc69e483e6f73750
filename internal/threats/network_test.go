package threats_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// TestT24_NothingOfTheCheckoutIsACache plants an empty database wherever one might be
// looked for.
func TestT24_NothingOfTheCheckoutIsACache(t *testing.T) {
	j := propose(t, files{"requirements.txt": "flask==3.0.0\n"}, files{"requirements.txt": "jinja2==2.11.2\n"}).data(t)
	j.ends(t, "without a planted database", 1)
	real := j.env["INPUT_DATABASE"]
	delete(j.env, "INPUT_DATABASE")
	j.env["INPUT_STAGES"] = "deps"
	for _, dir := range []string{".cache/trivy/db", ".cache/assure/db", "assure-cache/db", ".trivy/db", "db"} {
		for _, name := range []string{"trivy.db", "metadata.json"} {
			data, err := os.ReadFile(filepath.Join(real, name))
			if err != nil {
				t.Fatal(err)
			}
			put(t, j.repo, files{filepath.Join(dir, name): string(data)})
		}
	}
	j.env["HOME"], j.env["XDG_CACHE_HOME"] = j.repo, filepath.Join(j.repo, ".cache")
	t.Chdir(j.repo)
	j.ends(t, "with a database in the checkout and none of our own", 2)
	for _, inside := range []string{"db", filepath.Join(j.repo, "db")} {
		j.env["INPUT_DATABASE"] = inside
		if code := j.run(t); code == 0 {
			t.Errorf("a database that the change brings counts: %s", &j.log)
		}
	}
}

// TestT25_NoInternalAddressIsAsked has a server on the loopback address, which images
// name by its address, by a name and behind a redirect.
func TestT25_NoInternalAddressIsAsked(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	port := host[strings.LastIndex(host, ":"):]
	text := "services:\n"
	for i, registry := range []string{host, "localhost" + port, "[::1]" + port, "127.1" + port, "169.254.169.254", "10.0.0.1" + port, "[fd00:ec2::254]"} {
		text += "  s" + string(rune('a'+i)) + ": {image: \"" + registry + "/x/y:1\"}\n"
	}
	j := propose(t, files{"compose.yaml": clean}, files{"compose.yaml": text}).data(t)
	delete(j.env, "INPUT_OFFLINE")
	j.env["INPUT_STAGES"], j.env["INPUT_SCAN-IMAGES"] = "deps,images", "always"
	j.ends(t, "images of internal addresses", 2)
	if n := asked.Load(); n > 0 {
		t.Errorf("the server was asked %d times", n)
	}
}
