// Package facts carries what a kernel says about a process from the side-car, which
// sees the process, to the program, which asks. It needs nothing but the standard
// library.
package facts

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// maxFile bounds what is read of a file of the kernel.
const maxFile = 256 << 10

// Raw are files of /proc/<pid>, as the kernel wrote them; nil where they cannot be read.
type Raw struct {
	Status    []byte `json:"status"`
	Mountinfo []byte `json:"mountinfo"`
}

// Read reads the files of a process below dir, such as /proc/1.
func Read(dir string) Raw {
	return Raw{Status: file(filepath.Join(dir, "status")), Mountinfo: file(filepath.Join(dir, "mountinfo"))}
}

func file(name string) []byte {
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil
	}
	return data
}

// Write is the side-car's whole work: it tells what it can read of the process.
func Write(w io.Writer, dir string) error {
	raw := Read(dir)
	if raw.Status == nil {
		return fmt.Errorf("read %s: the process cannot be seen", dir)
	}
	return json.NewEncoder(w).Encode(raw)
}

// Decode reads what Write wrote.
func Decode(data []byte) (Raw, error) {
	var raw Raw
	if err := json.Unmarshal(data, &raw); err != nil {
		return Raw{}, fmt.Errorf("read facts: %w", err)
	}
	if len(raw.Status) == 0 {
		return Raw{}, errors.New("read facts: nothing is known of the process")
	}
	return raw, nil
}

// Facts are what is known of a process; the zero value knows nothing.
type Facts struct {
	// Status are the fields of proc_pid_status(5).
	Status map[string]string
	// Mounts are its mounts, in order.
	Mounts []Mount
}

// Mount is a line of proc_pid_mountinfo(5).
type Mount struct {
	Point, Type string
	// Options are those of the mount and of its file system.
	Options []string
}

// Parse reads the raw files; lines that make no sense are left out.
func Parse(raw Raw) Facts {
	f := Facts{Mounts: mounts(string(raw.Mountinfo))}
	for line := range strings.Lines(string(raw.Status)) {
		if k, v, ok := strings.Cut(line, ":"); ok {
			if f.Status == nil {
				f.Status = map[string]string{}
			}
			f.Status[k] = strings.TrimSpace(v)
		}
	}
	return f
}

func mounts(text string) (list []Mount) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		dash := slices.Index(fields, "-")
		if dash < 6 || len(fields) < dash+4 {
			continue
		}
		m := Mount{Point: unescape(fields[4]), Type: fields[dash+1]}
		m.Options = strings.Split(fields[5]+","+fields[dash+3], ",")
		list = append(list, m)
	}
	return list
}

// unescape undoes the octal escapes of blanks and backslashes.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+4 <= len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Mount returns what is mounted at a path: the last mount hides those before it.
func (f Facts) Mount(point string) (Mount, bool) {
	for _, m := range slices.Backward(f.Mounts) {
		if m.Point == point {
			return m, true
		}
	}
	return Mount{}, false
}

// Has tells whether the mount has an option; with a value after an equal sign or not.
func (m Mount) Has(option string) bool {
	return slices.ContainsFunc(m.Options, func(o string) bool { return o == option || strings.HasPrefix(o, option+"=") })
}

// IDs are the numbers of a field of the status, such as the four of Uid.
func (f Facts) IDs(field string) []string { return strings.Fields(f.Status[field]) }

// Caps is a set of capabilities of the status; ok is false when it is not known.
func (f Facts) Caps(field string) (set uint64, ok bool) {
	set, err := strconv.ParseUint(f.Status[field], 16, 64)
	return set, err == nil
}
