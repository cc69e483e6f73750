package rules

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// hashKinds are the formats of 10097 in the order of their references, as they stand at
// the start of a text. They are what password stores hold; bare digits, which mean
// little, have the references after them.
var hashKinds = []*regexp.Regexp{
	regexp.MustCompile(`^(?i)\$LM\$[a-f0-9]{16}`),
	regexp.MustCompile(`^(?i)\$K4\$[a-f0-9]{16},`),
	regexp.MustCompile(`^(?i)\$2[ay]\$05\$[a-z0-9+\-_./=]{53}`),
	regexp.MustCompile(`^\$1\$[./0-9A-Za-z]{0,8}\$[./0-9A-Za-z]{22}`),
	regexp.MustCompile(`^\$5\$(?:rounds=[0-9]+\$)?[./0-9A-Za-z]{0,16}\$[./0-9A-Za-z]{43}`),
	regexp.MustCompile(`^\$6\$(?:rounds=[0-9]+\$)?[./0-9A-Za-z]{0,16}\$[./0-9A-Za-z]{86}`),
	regexp.MustCompile(`^\$2[aby]?\$[0-9]{2}\$[./0-9A-Za-z]{53}`),
	regexp.MustCompile(`^(?:\$3\$\$|\$NT\$)[0-9a-f]{32}`),
}

// maxHash is longer than any of these, and maxDollars how many places of one text are
// looked at: a page of nothing else must not keep us busy.
const (
	maxHash    = 200
	maxDollars = 10_000
)

// crypted finds password hashes. Each begins with a dollar and one of few characters.
func crypted(text []byte) []hit {
	var hits []hit
	places := offsets(text, "$1", "$2", "$3", "$5", "$6", "$L", "$l", "$K", "$k", "$N")
	for _, at := range places[:min(len(places), maxDollars)] {
		for i, re := range hashKinds {
			if m := re.Find(text[at:min(at+maxHash, len(text))]); m != nil && len(hits) < maxHits {
				hits = append(hits, hit{variant: i + 1, evidence: string(m)})
			}
		}
	}
	return hits
}

// bareHashes are the lengths of bare hexadecimal hashes by variant.
var bareHashes = map[int]int{48: 9, 128: 10, 96: 11, 64: 12, 56: 13, 40: 14, 32: 16}

// hashes is 10097: password hashes, and at the low threshold everything of the shape
// of a hash, in what was sent and what came back.
func hashes(p *Page) []hit {
	texts := [][]byte{headerText(p.Header), p.Body}
	if p.javascript() && !p.low() {
		texts = nil
	}
	texts = append(texts, headerText(p.Request), p.RequestBody)
	var hits []hit
	for _, text := range texts {
		hits = append(hits, crypted(text)...)
	}
	for _, text := range texts {
		if p.low() {
			hits = append(hits, bare(text)...)
		}
	}
	return hits
}

// bare finds words that are hexadecimal digits of a hash's length.
func bare(text []byte) []hit {
	var hits []hit
	for i := 0; i < len(text) && len(hits) < maxHits; {
		start, hex := i, true
		for i < len(text) && word(text[i]) {
			hex = hex && strings.IndexByte("0123456789abcdefABCDEF", text[i]) >= 0
			i++
		}
		s := string(text[start:i])
		v := bareHashes[len(s)]
		known := v > 0 && hex && (v != 9 || strings.ToUpper(s) == s) && !(v == 16 && bytes.HasSuffix(bytes.ToLower(text[max(start-11, 0):start]), []byte("jsessionid=")))
		if known {
			hits = append(hits, hit{variant: v, evidence: s})
		}
		if i == start {
			i++
		}
	}
	return hits
}

func headerText(h map[string][]string) []byte {
	var b bytes.Buffer
	for _, name := range names(h) {
		for _, v := range h[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	return b.Bytes()
}
