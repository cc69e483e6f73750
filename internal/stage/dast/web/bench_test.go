package web

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// shop is a page of 50 KB with what real pages have.
func shop(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!DOCTYPE html><html><head><title>Shop %d</title><meta charset="utf-8"><link rel="stylesheet" href="/s.css"><script src="https://cdn.example/x.js"></script></head><body>`, n)
	fmt.Fprintf(&b, `<a href="/p/%d">1</a><a href="/p/%d">2</a><a href="/p/%d">3</a><a href="/p/%d">4</a><div><form method="post" action="/buy"><input name="q"></form></div>`, 4*n+1, 4*n+2, 4*n+3, 4*n+4)
	for i := 0; b.Len() < 50<<10; i++ {
		fmt.Fprintf(&b, `<!-- row %d --><tr class="row"><td style="width:%dpx">Article %d of 2026</td><td><img src="/i/%d.png" alt="Picture"></td><td>%d,99 EUR</td></tr><script>var a%d = {id: %d, name: "x"}; // item</script>`+"\n", i, i, i, i%3, i*7, i, i)
	}
	return b.String()
}

// peak is the most memory that this process has held, in megabytes.
func peak(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("no /proc")
	}
	kb, err := strconv.ParseFloat(regexp.MustCompile(`VmHWM:\s+([0-9]+)`).FindStringSubmatch(string(status))[1], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}

// BenchmarkScan visits 200 pages of 50 KB on the loopback interface with every rule.
func BenchmarkScan(b *testing.B) {
	var pages []string
	for n := range 250 {
		pages = append(pages, shop(n))
	}
	target := site(b, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/p/"))
		http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
		w.Header().Set("Content-Security-Policy", "default-src 'self' https:; script-src 'unsafe-inline' *")
		page200(w, pages[n%len(pages)])
	})
	for b.Loop() {
		r, err := Scan(b.Context(), target, Options{}, nil)
		if err != nil || len(r.URLs) != 200 || len(r.Gaps) > 0 {
			b.Fatalf("%d pages, gaps %q, error %v", len(r.URLs), r.Gaps, err)
		}
	}
	b.ReportMetric(peak(b), "MB-peak")
}
