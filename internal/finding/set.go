package finding

import "time"

// Set is what a stage returns: what it knows, what it judged, what it found and what
// it could not see.
type Set struct {
	// Rules are all rules that the stage knows of and that this run may mention.
	Rules []Rule
	// Judged counts, by rule id, the subjects that the rule was applied to. A rule
	// that is absent or zero was not assessed, which is not the same as satisfied.
	Judged map[string]int
	// Unknown counts, by rule id, the subjects that the rule applies to but could not
	// decide about.
	Unknown map[string]int
	// Seen says of each file that the stage judged what judged it, for example
	// "12 rules" or "34 packages". A file that is absent was not judged.
	Seen map[string]string
	// Findings are the hits, in any order.
	Findings []Finding
	// Coverage counts what was looked at, by a plural noun: "lock files": 3. A set
	// whose counts are all zero had nothing to check.
	Coverage map[string]int
	// Gaps are the things that could not be seen. One is enough to degrade the stage.
	Gaps []Gap
	// Notes are facts for the reader that change nothing, such as which engine ran.
	Notes []string
	// Database names the data that findings were matched against, nil without one.
	Database *Database
	// Files are evidence to be written below the output directory.
	Files []File
	// Inventories are the packages of images, for comparison with those of other stages.
	Inventories []Inventory
}

// Database identifies a vulnerability database.
type Database struct {
	// Digest is sha256:<hex> of the database file or of its OCI layer.
	Digest string
	// Source is where it came from, a path or a registry reference.
	Source string
	// UpdatedAt is when its publisher built it.
	UpdatedAt time.Time
}

// File is a piece of evidence.
type File struct {
	// Name is a slash-separated path below the output directory, chosen by us.
	Name string
	Data []byte
}

// Add appends the findings and counts of another set to s.
func (s *Set) Add(o Set) {
	s.Rules = append(s.Rules, o.Rules...)
	s.Findings = append(s.Findings, o.Findings...)
	s.Gaps = append(s.Gaps, o.Gaps...)
	s.Notes = append(s.Notes, o.Notes...)
	s.Files = append(s.Files, o.Files...)
	s.Inventories = append(s.Inventories, o.Inventories...)
	s.Judged = addCounts(s.Judged, o.Judged)
	s.Unknown = addCounts(s.Unknown, o.Unknown)
	for file, by := range o.Seen {
		s.See(file, by)
	}
	s.Coverage = addCounts(s.Coverage, o.Coverage)
	if s.Database == nil {
		s.Database = o.Database
	}
}

// Judge notes that the rule was applied to n more subjects.
func (s *Set) Judge(rule string, n int) {
	s.Judged = addCounts(s.Judged, map[string]int{rule: n})
}

// Doubt notes that the rule could not decide about n more subjects.
func (s *Set) Doubt(rule string, n int) {
	s.Unknown = addCounts(s.Unknown, map[string]int{rule: n})
}

// See notes what judged the file. The first word about a file stays.
func (s *Set) See(file, by string) {
	if s.Seen == nil {
		s.Seen = map[string]string{}
	}
	if _, ok := s.Seen[file]; !ok {
		s.Seen[file] = by
	}
}

// Cover notes that n more of the named things were looked at.
func (s *Set) Cover(what string, n int) {
	s.Coverage = addCounts(s.Coverage, map[string]int{what: n})
}

func addCounts(to, from map[string]int) map[string]int {
	if to == nil {
		if from == nil {
			return nil
		}
		to = make(map[string]int, len(from))
	}
	for k, n := range from {
		to[k] += n
	}
	return to
}
