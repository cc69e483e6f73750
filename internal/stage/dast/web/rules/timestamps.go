package rules

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// timestamps is 10096: seconds since 1970. Above the low threshold only those count
// that lie within ten years, at the high one within one.
func timestamps(p *Page) []hit {
	if p.font() {
		return nil
	}
	var hits []hit
	for _, text := range append(quiet(p), p.Body) {
		for i := 0; i < len(text) && len(hits) < maxHits; {
			start := i
			for i < len(text) && word(text[i]) {
				i++
			}
			if i == start {
				i++
				continue
			}
			if s := text[start:i]; len(s) == 10 && p.recent(string(s)) && !bytes.HasPrefix(text[i:], []byte("%")) {
				hits = append(hits, hit{evidence: string(s)})
			}
		}
	}
	for i := range hits {
		n, _ := strconv.ParseInt(hits[i].evidence, 10, 64) // recent read it before
		hits[i].other = fmt.Sprintf("%s is %s.", hits[i].evidence, time.Unix(n, 0).UTC().Format(time.DateTime))
	}
	return hits
}

// recent reports whether ten digits are a time that the threshold asks for.
func (p *Page) recent(digits string) bool {
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n < 1_000_000_000 {
		return false
	}
	years := map[Threshold]int{Medium: 10, High: 1}[p.Threshold]
	at := time.Unix(n, 0)
	return years == 0 || at.After(p.Now.AddDate(-years, 0, 0)) && at.Before(p.Now.AddDate(years, 0, 0))
}

// quiet lists the headers as lines, without those that hold times for a reason.
func quiet(p *Page) [][]byte {
	known := []string{"Keep-Alive", "Cache-Control", "Etag", "Age", "Strict-Transport-Security", "Report-To", "Nel", "Expect-Ct", "Ratelimit-Reset", "X-Ratelimit-Reset", "X-Rate-Limit-Reset"}
	var lines [][]byte
	for _, name := range names(p.Header) {
		for _, v := range p.Header[name] {
			if !slices.Contains(known, name) {
				lines = append(lines, []byte(name+": "+v))
			}
		}
	}
	return lines
}
