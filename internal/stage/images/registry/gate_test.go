package registry

import (
	"context"
	"net/http"
	"testing"
	"time"
)

func TestRetryAfterForms(t *testing.T) {
	t.Parallel()
	const date = "Mon, 23 Nov 2026 12:00:00 GMT"
	for name, tc := range map[string]struct {
		status int
		header http.Header
		n      int
		want   time.Duration
		again  bool
	}{
		"seconds":            {429, http.Header{"Retry-After": {"7"}}, 1, 7 * time.Second, true},
		"date":               {503, http.Header{"Retry-After": {"Mon, 23 Nov 2026 12:00:09 GMT"}, "Date": {date}}, 1, 9 * time.Second, true},
		"date without clock": {503, http.Header{"Retry-After": {"Mon, 23 Nov 2026 12:00:09 GMT"}}, 2, 2 * time.Second, true},
		"past":               {503, http.Header{"Retry-After": {"Mon, 23 Nov 2026 11:00:00 GMT"}, "Date": {date}}, 1, 0, true},
		"too far":            {503, http.Header{"Retry-After": {"Mon, 23 Nov 2026 13:00:00 GMT"}, "Date": {date}}, 1, time.Hour, false},
		"negative":           {429, http.Header{"Retry-After": {"-5"}}, 1, 0, true},
		"garbage":            {429, http.Header{"Retry-After": {"soon"}}, 3, 4 * time.Second, true},
		"none":               {500, nil, 1, time.Second, true},
		"last attempt":       {429, nil, attempts, 0, false},
		"not busy":           {404, nil, 1, 0, false},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://r.example/v2/", nil)
		if err != nil {
			t.Fatal(err)
		}
		got, again := (&gate{}).again(req, &http.Response{StatusCode: tc.status, Header: tc.header}, nil, tc.n)
		if got != tc.want || again != tc.again {
			t.Errorf("%s: wait %v, again %v; want %v, %v", name, got, again, tc.want, tc.again)
		}
	}
}

func TestATurnIsGivenBack(t *testing.T) {
	t.Parallel()
	var h hosts
	var leave []func()
	for range perHost {
		l, err := h.enter(t.Context(), "r")
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	if _, err := h.enter(t.Context(), "other"); err != nil {
		t.Error("another host has to wait")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.enter(ended, "r"); err == nil {
		t.Error("a fifth connection")
	}
	leave[2]()
	if _, err := h.enter(t.Context(), "r"); err != nil {
		t.Error(err)
	}
}
