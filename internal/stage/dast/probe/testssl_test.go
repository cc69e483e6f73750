package probe

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTLSAgreesWithTestSSL lets testssl.sh and the probe ask the same servers. It takes
// half a minute a server, so it runs where ASSURE_TESTSSL names the program.
func TestTLSAgreesWithTestSSL(t *testing.T) {
	program := os.Getenv("ASSURE_TESTSSL")
	if program == "" {
		t.Skip("ASSURE_TESTSSL does not name a testssl.sh; make tls-parity does")
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal(err)
	}
	dir := identity(t)
	for name, flags := range servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := opensslServer(t, openssl, dir, flags)
			theirs := testssl(t, program, target.addr())
			ours := map[string]bool{}
			for version, id := range map[uint16]string{ssl30: "SSLv3", tls10: "TLS1", tls11: "TLS1_1", tls12: "TLS1_2", tls13: "TLS1_3"} {
				o := target.offer(t.Context(), version)
				ours[id] = o.state == accepted && o.version == version
			}
			found := strings.Join(messages(Suites(t.Context(), target)), " ")
			for id, group := range map[string]string{
				"cipherlist_NULL": "without encryption", "cipherlist_aNULL": "without authentication", "cipherlist_EXPORT": "of export strength",
				"cipherlist_LOW": "with RC4", "cipherlist_3DES_IDEA": "with DES or 3DES",
			} {
				ours[id] = strings.Contains(found, group)
			}
			for id, we := range ours {
				they, asked := theirs[id]
				t.Logf("%-20s testssl.sh %v, the probe %v", id, they, we)
				if id == "cipherlist_aNULL" && ours["cipherlist_NULL"] {
					continue // suites with neither encryption nor authentication are in both of its lists and in one of ours
				}
				if !asked || they != we {
					t.Errorf("%s: testssl.sh says %v (asked: %v), the probe %v", id, they, asked, we)
				}
			}
		})
	}
}

// testssl tells what testssl.sh is offered, by its own names of protocols and suites.
func testssl(t *testing.T, program, addr string) map[string]bool {
	t.Helper()
	file := filepath.Join(t.TempDir(), "out.json")
	cmd := exec.CommandContext(t.Context(), program, "--quiet", "--color", "0", "--warnings", "off", "-p", "-s", "--jsonfile", file, addr)
	out, err := cmd.CombinedOutput() // its exit code counts findings
	data, rerr := os.ReadFile(file)
	if rerr != nil {
		t.Fatalf("%v: %v\n%s", rerr, err, out)
	}
	var answers []struct{ ID, Finding string }
	if err := json.Unmarshal(data, &answers); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	offered := map[string]bool{}
	for _, a := range answers {
		offered[a.ID] = strings.HasPrefix(a.Finding, "offered")
	}
	return offered
}
