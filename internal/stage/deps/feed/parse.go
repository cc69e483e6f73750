package feed

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// maxEntries is far above the number of all vulnerabilities that have an id.
const maxEntries = 5_000_000

var cve = regexp.MustCompile(`^CVE-\d{4}-\d{4,10}$`)

// Exploited is an entry of the KEV catalogue.
type Exploited struct {
	// Added is the day on which CISA added it.
	Added string
	// Ransomware is true when it is known from such campaigns.
	Ransomware bool
}

// Exploited reads the catalogue, by id.
func (c Copy) Exploited() (map[string]Exploited, error) {
	text, err := c.text()
	if err != nil {
		return nil, err
	}
	var file struct {
		CatalogVersion  string `json:"catalogVersion"`
		Count           int    `json:"count"`
		Vulnerabilities []struct {
			CVE        string `json:"cveID"`
			Added      string `json:"dateAdded"`
			Ransomware string `json:"knownRansomwareCampaignUse"`
		} `json:"vulnerabilities"`
	}
	if err := json.NewDecoder(text).Decode(&file); err != nil {
		return nil, fmt.Errorf("it is not the JSON of the KEV catalogue: %w", err)
	}
	n := len(file.Vulnerabilities)
	if file.CatalogVersion == "" || n == 0 || file.Count != 0 && file.Count != n {
		return nil, fmt.Errorf("it is not the whole KEV catalogue: %d entries where it says %d, version %.40q", n, file.Count, file.CatalogVersion)
	}
	all := make(map[string]Exploited, n)
	for _, v := range file.Vulnerabilities {
		if !cve.MatchString(v.CVE) || len(v.Added) > 40 {
			return nil, fmt.Errorf("the KEV catalogue has the entry %.40q, which is no CVE", v.CVE)
		}
		all[v.CVE] = Exploited{Added: v.Added, Ransomware: strings.EqualFold(v.Ransomware, "known")}
	}
	return all, nil
}

// Score is the probability that a vulnerability is exploited within 30 days, and the
// share of all vulnerabilities that are not more likely to be.
type Score struct{ Probability, Percentile float64 }

// Scores reads the scores of the ids that are wanted; every line is checked.
func (c Copy) Scores(want func(id string) bool) (map[string]Score, error) {
	text, err := c.text()
	if err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(text, 1<<16)
	all, n := map[string]Score{}, 0
	for line := 1; ; line++ {
		s, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(s) == 0 {
			break
		} else if err != nil {
			return nil, fmt.Errorf("line %d of the EPSS scores is cut off or too long: %w", line, err)
		}
		s = bytes.TrimRight(s, "\r\n")
		if len(s) == 0 || s[0] == '#' || bytes.HasPrefix(s, []byte("cve,epss")) {
			continue
		}
		if n++; n > maxEntries {
			return nil, fmt.Errorf("the EPSS scores have more than %d entries", maxEntries)
		}
		if err := score(s, want, all); err != nil {
			return nil, fmt.Errorf("line %d of the EPSS scores: %w", line, err)
		}
	}
	if n == 0 {
		return nil, errors.New("it holds no EPSS scores")
	}
	return all, nil
}

func score(line []byte, want func(string) bool, all map[string]Score) error {
	id, rest, _ := bytes.Cut(line, []byte(","))
	p, q, _ := bytes.Cut(rest, []byte(","))
	if !bytes.HasPrefix(id, []byte("CVE-")) || len(id) > 20 {
		return fmt.Errorf("%.40q is no CVE", id)
	}
	probability, err := fraction(p)
	if err != nil {
		return err
	}
	percentile, err := fraction(q)
	if err != nil {
		return err
	}
	if want(string(id)) {
		all[string(id)] = Score{probability, percentile}
	}
	return nil
}

func fraction(s []byte) (float64, error) {
	f, err := strconv.ParseFloat(string(s), 64)
	if err != nil || !(f >= 0 && f <= 1) {
		return 0, fmt.Errorf("%.40q is not a number from 0 to 1", s)
	}
	return f, nil
}

// text is the feed without its compression, bounded.
func (c Copy) text() (io.Reader, error) {
	if !bytes.HasPrefix(c.data, []byte{0x1f, 0x8b}) {
		return bytes.NewReader(c.data), nil
	}
	zr, err := gzip.NewReader(bytes.NewReader(c.data))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return &bounded{zr, maxText}, nil
}

// bounded fails where a plain limit would look like the end.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("it is larger than %d MB unpacked", maxText>>20)
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
