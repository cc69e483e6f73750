package reference

import "testing"

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pattern, image string
		want           bool
	}{
		{"nginx", "nginx", true},
		{"nginx", "docker.io/library/nginx:1", true},
		{"nginx", "nginx/stranger", false},
		{"nginx", "ghcr.io/nginx", false},
		{"docker.io/library/nginx", "nginx", true},
		{"docker.io/nginx", "nginx", false},
		{"index.docker.io/library/nginx", "nginx", true},
		{"Docker.io/library", "nginx", true},
		{"acme/app", "acme/app:1", true},
		{"acme/app", "ghcr.io/acme/app", false},
		{"ghcr.io/acme", "ghcr.io/acme/app", true},
		{"ghcr.io/acme", "ghcr.io/acme/a/b", true},
		{"ghcr.io/acme/", "ghcr.io/acme/app", true},
		{"ghcr.io/acme", "ghcr.io/acme-evil/app", false},
		{"ghcr.io/acme/*", "ghcr.io/acme/a/b", false},
		{"ghcr.io/acme/**", "ghcr.io/acme/a/b", true},
		{"localhost:5000", "localhost:5000/app", true},
		{"localhost", "localhost:5000/app", false},
		{"**", "ghcr.io/acme/app", true},
		{"", "nginx", false},
		{"/", "nginx", false},
		{"nginx:1", "nginx:1", false},
	} {
		ref, err := Parse(tc.image)
		if err != nil {
			t.Fatal(err)
		}
		if got := ref.Matches(tc.pattern); got != tc.want {
			t.Errorf("%q matches %s: %t, want %t", tc.pattern, tc.image, got, tc.want)
		}
	}
}

func TestMeant(t *testing.T) {
	t.Parallel()
	var images []Reference
	for _, s := range []string{"nginx:1", "bitnami/redis", "ghcr.io/acme/app", "localhost:5000/x"} {
		r, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, r)
	}
	for pattern, want := range map[string]string{
		"docker.io/nginx":          "docker.io/library/nginx",
		"nginx:1.27":               "nginx",
		"nginx:stable":             "nginx",
		"ghcr.io/acme/app:1":       "ghcr.io/acme/app",
		"ghcr.io/acme/app@sha256:": "ghcr.io/acme/app",
		"https://ghcr.io/acme":     "ghcr.io/acme",
		"quay.io/acme/**":          "",
		"bitnami":                  "docker.io/bitnami",
		"ghcr.io/Acme":             "ghcr.io/acme",
		"other":                    "",
		"**":                       "",
		"":                         "",
		"/":                        "",
	} {
		if got := Meant(pattern, images); got != want {
			t.Errorf("%q: %q, want %q", pattern, got, want)
		}
	}
}

func FuzzMatches(f *testing.F) {
	for _, s := range []string{"nginx", "a/**", "://", ":@", "[", "{a,b}/*", "/:/"} {
		f.Add(s)
	}
	r := Reference{Host: "docker.io", Path: "library/nginx"}
	f.Fuzz(func(t *testing.T, s string) {
		r.Matches(s)
		Meant(s, []Reference{r})
	})
}
