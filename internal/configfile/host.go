package configfile

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// host gathers what a file of provisioning says about the machine: file systems that
// are mounted and files that auditd watches.
type host struct {
	mounts, watches []any
	spots           spots
}

func (h *host) mount(at finding.Location, target string, options []string) {
	h.spots.add(at, "mounts", len(h.mounts))
	h.mounts = append(h.mounts, map[string]any{"target": path.Clean(target), "options": anys(options)})
}

func (h *host) watch(at finding.Location, file string) {
	h.spots.add(at, "watches", len(h.watches))
	h.watches = append(h.watches, map[string]any{"path": file})
}

// result is {"mounts": [{"target", "options"}], "watches": [{"path"}]}; nil for a file
// that says nothing of either, unless it is auditd's own.
func (h *host) result(own bool) (any, source.Locator, error) {
	if len(h.mounts)+len(h.watches) == 0 && !own {
		return nil, nil, nil
	}
	return map[string]any{"mounts": append([]any{}, h.mounts...), "watches": append([]any{}, h.watches...)}, h.spots, nil
}

var auditRules = regexp.MustCompile(`(^|/)audit(d)?([._-][^/]*)?/(.*/)?[^/]+\.rules$|(^|/)(audit|docker-audit)[^/]*\.rules$`)

// isHost tells files that set up a machine: auditd's rules, fstab, systemd's mounts,
// and by content cloud-init and Ansible.
func isHost(name string) bool {
	return isYAML(name) && !strings.HasSuffix(name, ".json") || isHostText(name)
}

func isHostText(name string) bool {
	return strings.HasSuffix(name, ".rules") && auditRules.MatchString(name) || path.Base(name) == "fstab" || hasExtension(name, ".mount", ".cloud-init")
}

func readHost(in Input) (any, source.Locator, error) {
	h := &host{}
	switch {
	case auditRules.MatchString(in.Name):
		h.lines(in, h.auditLine)
		h.spots.add(finding.Top(in.Name))
		return h.result(true)
	case path.Base(in.Name) == "fstab":
		h.lines(in, h.fstabLine)
	case hasExtension(in.Name, ".mount"):
		h.unit(in)
	case len(in.Docs) > 0:
		h.yaml(in)
	}
	return h.result(false)
}

// lines calls read with each line that is no comment, and the place of its text.
func (h *host) lines(in Input, read func(at finding.Location, line string)) {
	_, lines, ok := textLines(in.Data)
	if !ok {
		return
	}
	p := prose{in.Name, lines}
	for i, line := range lines {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			read(p.line(i), line)
		}
	}
}

// auditLine reads -w PATH and the newer -F path= and -F dir=.
func (h *host) auditLine(at finding.Location, line string) {
	fields := strings.Fields(line)
	for i, f := range fields[:len(fields)-1] {
		next := fields[i+1]
		if f == "-w" {
			h.watch(at, next)
		}
		for _, key := range []string{"path=", "dir=", "exe="} {
			if file, ok := strings.CutPrefix(next, key); f == "-F" && ok {
				h.watch(at, file)
			}
		}
	}
}

func (h *host) fstabLine(at finding.Location, line string) {
	if f := strings.Fields(line); len(f) >= 4 && strings.HasPrefix(f[1], "/") {
		h.mount(at, f[1], strings.Split(f[3], ","))
	}
}

// unit reads a systemd mount.
func (h *host) unit(in Input) {
	var at finding.Location
	var target string
	var options []string
	h.lines(in, func(place finding.Location, line string) {
		switch key, value, _ := strings.Cut(line, "="); strings.TrimSpace(key) {
		case "Where":
			target, at = strings.TrimSpace(value), place
		case "Options":
			options = strings.Split(strings.TrimSpace(value), ",")
		}
	})
	if target != "" {
		h.mount(at, target, options)
	}
}

// yaml reads cloud-init's user data and lists of Ansible's tasks.
func (h *host) yaml(in Input) {
	doc := in.Docs[0]
	v, err := doc.Value()
	if err != nil {
		return
	}
	switch x := v.(type) {
	case map[string]any:
		if bytes.HasPrefix(bytes.TrimSpace(in.Data), []byte("#cloud-config")) {
			h.cloudInit(doc, x)
		}
	case []any:
		h.tasks(doc, x, nil, 0)
	}
}

// cloudInit reads mounts (fstab's fields as a list) and the files that are written.
func (h *host) cloudInit(doc *source.Doc, v map[string]any) {
	mounts, _ := v["mounts"].([]any)
	for i, m := range mounts {
		f, _ := m.([]any)
		if len(f) < 2 {
			continue
		}
		var options []string
		if len(f) > 3 {
			options = strings.Split(scalarText(f[3]), ",")
		}
		h.mount(place(doc, "mounts", i), scalarText(f[1]), options)
	}
	files, _ := v["write_files"].([]any)
	for i, item := range files {
		f, _ := item.(map[string]any)
		h.written(doc, scalarText(f["path"]), scalarText(f["content"]), "write_files", i, "content")
	}
}

// written reads a file that stands inside another one; all of it has the place of the
// whole text.
func (h *host) written(doc *source.Doc, name, content string, path ...any) {
	at := place(doc, path...)
	for _, line := range strings.Split(content, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		switch {
		case auditRules.MatchString(name):
			h.auditLine(at, line)
		case strings.HasSuffix(name, "/fstab"):
			h.fstabLine(at, line)
		}
	}
}

const maxTaskDepth = 8

// tasks reads Ansible's plays, blocks and tasks: the modules that mount, and those that
// write a file.
func (h *host) tasks(doc *source.Doc, list []any, base []any, depth int) {
	for i, item := range list {
		task, _ := item.(map[string]any)
		if task == nil || depth > maxTaskDepth {
			continue
		}
		at := slices.Concat(base, []any{i})
		for _, key := range []string{"tasks", "pre_tasks", "post_tasks", "handlers", "block"} {
			if inner, ok := task[key].([]any); ok {
				h.tasks(doc, inner, slices.Concat(at, []any{key}), depth+1)
			}
		}
		h.task(doc, task, at)
	}
}

func (h *host) task(doc *source.Doc, task map[string]any, at []any) {
	for _, prefix := range []string{"", "ansible.posix.", "ansible.builtin."} {
		m, _ := task[prefix+"mount"].(map[string]any)
		if target := scalarText(m["path"]) + scalarText(m["name"]); target != "" && scalarText(m["state"]) != "absent" {
			h.mount(place(doc, slices.Concat(at, []any{prefix + "mount"})...), target, strings.Split(scalarText(m["opts"]), ","))
		}
		for _, module := range []string{"copy", "lineinfile", "blockinfile"} {
			f, _ := task[prefix+module].(map[string]any)
			for _, key := range []string{"content", "line", "block"} {
				name := scalarText(f["dest"]) + scalarText(f["path"])
				h.written(doc, name, scalarText(f[key]), slices.Concat(at, []any{prefix + module, key})...)
			}
		}
	}
}

func place(doc *source.Doc, path ...any) finding.Location {
	at, _ := doc.Locate(path)
	return at
}

func scalarText(v any) string {
	s, _ := v.(string)
	return s
}
