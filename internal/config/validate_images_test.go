package config

import (
	"strings"
	"testing"
)

func TestMirrorsAndBlobs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"images: {mirrors: [{of: ghcr.io/acme, at: mirror.corp/acme}], max-age: 744h}":                             "",
		"images: {mirrors: [{of: ghcr.io/acme}]}":                                                                  "images.mirrors[0] needs of and at",
		"images: {keys: [{id: k, pem: x}], blobs: [{files: ['plugins/*.dll'], keys: [k], plugin-version: '2.1'}]}": "",
		"images: {blobs: [{files: ['plugins/*.dll'], keys: [k]}]}":                                                 "images.blobs[0].keys[0] names a key",
		"images: {blobs: [{files: ['plugins/*.dll']}]}":                                                            "images.blobs[0] needs either keys",
		"images: {keys: [{id: k, pem: x}], blobs: [{keys: [k]}]}":                                                  "images.blobs[0] needs files",
		"images: {keys: [{id: k, pem: x}], blobs: [{files: ['['], keys: [k]}]}":                                    "images.blobs[0].files[0] is not a valid glob",
		"images: {keys: [{id: k, pem: x}], blobs: [{files: [a], keys: [k], plugin-version: '2'}]}":                 "images.blobs[0].plugin-version must be major.minor",
	} {
		_, err := Load(Sources{File: "assure.yml", Data: []byte(text)})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
