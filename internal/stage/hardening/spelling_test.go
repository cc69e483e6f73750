package hardening_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// sevenWays is the same stack, written in all the ways that Compose knows.
var sevenWays = map[string]string{
	"one_file": `-- compose.yaml --
services:
  web:
    image: registry.example.org/web:1.0
    privileged: true
    cap_drop: [ALL]
    ports: ["8080:9090"]
    environment: [DB_PASSWORD=hunter2-hunter2]
  valkey:
    image: valkey/valkey:8.0
    command: [valkey-server, --requirepass, "${VALKEY_PASS}"]
    cap_drop: [ALL]
`,
	"map_and_long_port": `-- compose.yaml --
services:
  web:
    image: registry.example.org/web:1.0
    privileged: true
    cap_drop: [ALL]
    ports:
      - target: 9090
        published: "8080"
    environment:
      DB_PASSWORD: hunter2-hunter2
  valkey:
    image: valkey/valkey:8.0
    command: valkey-server --requirepass ${VALKEY_PASS}
    cap_drop: [ALL]
`,
	"anchors": `-- compose.yaml --
x-drop: &drop
  cap_drop: [ALL]
x-open: &open
  privileged: true
  environment: &env {DB_PASSWORD: hunter2-hunter2}
services:
  web:
    <<: [*drop, *open]
    image: registry.example.org/web:1.0
    ports: ["8080:9090"]
  valkey:
    <<: *drop
    image: valkey/valkey:8.0
    command: [valkey-server, --requirepass, "${VALKEY_PASS}"]
`,
	"extends": `-- compose.yaml --
services:
  web:
    extends: {file: base/common.yml, service: open}
    image: registry.example.org/web:1.0
    ports: ["8080:9090"]
  valkey:
    extends: {file: base/common.yml, service: store}
    command: [valkey-server, --requirepass, "${VALKEY_PASS}"]
-- base/common.yml --
services:
  open:
    privileged: true
    cap_drop: [ALL]
    environment: [DB_PASSWORD=hunter2-hunter2]
  store:
    image: valkey/valkey:8.0
    cap_drop: [ALL]
`,
	"include": `-- compose.yaml --
include: [store/valkey.yml]
services:
  web:
    image: registry.example.org/web:1.0
    privileged: true
    cap_drop: [ALL]
    ports: ["8080:9090"]
    environment: [DB_PASSWORD=hunter2-hunter2]
-- store/valkey.yml --
services:
  valkey:
    image: valkey/valkey:8.0
    command: [valkey-server, --requirepass, "${VALKEY_PASS}"]
    cap_drop: [ALL]
`,
	"two_files": `-- compose.yaml --
services:
  web:
    image: registry.example.org/web:1.0
    privileged: false
    environment: [DB_PASSWORD]
  valkey:
    image: valkey/valkey:8.0
    command: [valkey-server]
    cap_drop: [ALL]
-- compose.override.yaml --
services:
  web:
    privileged: true
    cap_drop: [ALL]
    ports: ["8080:9090"]
    environment: {DB_PASSWORD: hunter2-hunter2}
  valkey:
    command: [valkey-server, --requirepass, "${VALKEY_PASS}"]
`,
	"windows": "",
}

// wanted are texts that the place of a finding has to show.
var wanted = map[string]string{
	"compose/privileged": "true", "compose/secret-literal": "hunter2-hunter2",
	"compose/published-interface": "9090", "compose/store-password-required": "VALKEY_PASS",
}

// The same stack gives the same findings whatever way it is written, each at a place
// that shows what is meant: the value, or the service that lacks the key.
func TestSevenWays(t *testing.T) {
	t.Parallel()
	sevenWays["windows"] = "-- compose.yaml --\n" + strings.ReplaceAll(strings.TrimPrefix(sevenWays["one_file"], "-- compose.yaml --\n"), "\n", "\r\n")
	var first []string
	for _, name := range append([]string{"one_file"}, "map_and_long_port", "anchors", "extends", "include", "two_files", "windows") {
		files := map[string]string{}
		for _, f := range txtar.Parse([]byte(sevenWays[name])).Files {
			files[f.Name] = string(f.Data)
		}
		p := repository(t, files)
		set := judge(t, p, "strict")
		if len(p.Problems)+len(set.Gaps) > 0 {
			t.Fatalf("%s: %v %v", name, p.Problems, set.Gaps)
		}
		var got []string
		for _, f := range set.Findings {
			if !strings.HasPrefix(f.Rule, "compose/") {
				continue
			}
			got = append(got, fmt.Sprintf("%s %s %s", f.Rule, f.Severity, f.Subject))
			text := cutOut(t, files, f)
			if want := wanted[f.Rule]; want != "" && !strings.Contains(text, want) {
				t.Errorf("%s: %s at %s shows %q, not %q", name, f.Rule, f.Location, text, want)
			}
			if f.Rule == "compose/read-only" && text != f.Subject {
				t.Errorf("%s: %s at %s shows %q, not the service", name, f.Rule, f.Location, text)
			}
		}
		slices.Sort(got)
		if first == nil {
			first = got
		}
		if diff := cmp.Diff(first, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	for rule := range wanted {
		if !slices.ContainsFunc(first, func(s string) bool { return strings.HasPrefix(s, rule+" ") }) {
			t.Errorf("%s does not fire", rule)
		}
	}
}

// cutOut is the text of a finding's region.
func cutOut(t *testing.T, files map[string]string, f finding.Finding) string {
	t.Helper()
	data, r := []byte(files[f.Location.URI]), f.Location.Region
	start, end := source.Offset(data, r.StartLine, r.StartColumn), source.Offset(data, r.EndLine, r.EndColumn)
	if start > end || end > len(data) || len(data) == 0 {
		t.Fatalf("%s lies outside of its file", f.Location)
	}
	return string(data[start:end])
}

// Whatever a file holds, the run ends with findings or with a gap at a place of that file.
func TestBadInput(t *testing.T) {
	t.Parallel()
	const web = "services:\n  web:\n    image: web\n    privileged: true\n"
	for name, tt := range map[string]struct {
		text string
		// fires tells whether the weakness must still be found, else there is a gap.
		fires bool
	}{
		"ports":         {web + "    ports: ['1-65535:1-65535']\n", true},
		"bom":           {"\uFEFF" + web, true},
		"crlf":          {strings.ReplaceAll(web, "\n", "\r\n"), true},
		"tab_value":     {strings.ReplaceAll(web, ": true", ":\ttrue"), true},
		"tab_indent":    {"services:\n\tweb:\n\t\timage: web\n", false},
		"nul":           {web + "    hostname: \"a\x00b\"\n", false},
		"invalid_utf8":  {web + "    hostname: \"\xff\xfe\"\n", false},
		"utf16":         {"\xff\xfes\x00e\x00r\x00", false},
		"deep":          {web + "x-a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "\n", false},
		"deep_mapping":  {web + "x-a: " + strings.Repeat("{a: ", 5000) + strings.Repeat("}", 5000) + "\n", false},
		"duplicate":     {web + "    image: other\n", false},
		"self_anchor":   {web + "x-a: &a [*a]\n", false},
		"wide":          {web + "x-a: [" + strings.Repeat("1,", 1<<20) + "1]\n", false},
		"large":         {web + "# " + strings.Repeat("x", 10<<20) + "\n", false},
		"include_cycle": {"include: [compose.yaml]\n" + web, false},
		"empty":         {"", false},
		"only_dashes":   {"---\n---\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := repository(t, map[string]string{"compose.yaml": tt.text})
			set := judge(t, p, "strict")
			fired := slices.ContainsFunc(set.Findings, func(f finding.Finding) bool { return f.Rule == "compose/privileged" })
			if fired != tt.fires {
				t.Errorf("fires: %v, gaps %.300v", fired, set.Gaps)
			}
			if !tt.fires && (len(set.Gaps) == 0 || set.Gaps[0].Location.URI != "compose.yaml" || set.Gaps[0].Location.Region.StartLine < 1) {
				t.Errorf("gaps %v", set.Gaps)
			}
		})
	}
}

// What only has the name of a Compose file is reported by its name.
func TestDirectoryInPlaceOfAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "compose.yaml", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	set := judge(t, build(t, dir), "strict")
	if len(set.Findings) > 0 {
		t.Error(lines(set))
	}
}
