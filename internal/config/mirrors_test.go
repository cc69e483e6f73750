package config

import (
	"strings"
	"testing"
)

func TestMirrorsNeedBothSides(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"images: {mirrors: [{of: ghcr.io/acme, at: mirror.corp/acme}], max-age: 744h}": "",
		"images: {mirrors: [{of: ghcr.io/acme}]}":                                      "images.mirrors[0] needs of and at",
	} {
		_, err := Load(Sources{File: "assure.yml", Data: []byte(text)})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
