package monitoring

import "testing"

func TestHost(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"backend:8080": "backend", "backend.ops.svc:80": "backend", "127.0.0.1:9090": "127.0.0.1", "[::1]:9090": "::1",
		"https://backend/metrics": "backend", "backend": "backend", "": "",
	} {
		if got := host(target); got != want {
			t.Errorf("host of %q is %q, want %q", target, got, want)
		}
	}
}
