package sbom

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPackages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		data string
		want []string
		err  string
	}{
		"spdx": {`{"spdxVersion":"SPDX-2.3","packages":[{"name":"b","versionInfo":"2"},{"name":"a","externalRefs":[{"referenceType":"cpe23Type","referenceLocator":"x"},{"referenceType":"purl","referenceLocator":"pkg:npm/a@1"}]}]}`,
			[]string{"b@2", "pkg:npm/a@1"}, ""},
		"cyclonedx": {`{"bomFormat":"CycloneDX","components":[{"name":"a","version":"1","components":[{"purl":"pkg:npm/b@2"}]}]}`, []string{"a@1", "pkg:npm/b@2"}, ""},
		"neither":   {`{}`, nil, "it is neither SPDX nor CycloneDX in JSON"},
		"twice":     {`{"spdxVersion":"SPDX-2.3","spdxVersion":"x"}`, nil, "it is not a bill of materials in strict JSON"},
		"deep":      {`{"bomFormat":"CycloneDX","components":` + strings.Repeat(`[{"components":`, 40) + "[]" + strings.Repeat("}]", 40) + `}`, nil, "its components are nested deeper than 32"},
	} {
		got, err := Packages([]byte(tc.data))
		if diff := cmp.Diff(tc.want, got); diff != "" || (err == nil) != (tc.err == "") || err != nil && err.Error() != tc.err {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	if diff := cmp.Diff([]string{"a"}, Only([]string{"a", "b"}, []string{"b", "c"})); diff != "" {
		t.Error(diff)
	}
}

func FuzzPackages(f *testing.F) {
	f.Add([]byte(`{"bomFormat":"CycloneDX","components":[{"components":[{}]}]}`))
	f.Add([]byte(`{"spdxVersion":"SPDX-2.3","packages":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Packages(data)
		if err == nil && len(Only(got, got)) != 0 {
			t.Error("a list differs from itself")
		}
	})
}
