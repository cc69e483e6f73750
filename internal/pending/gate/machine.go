package gate

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// hosted tells the runners that GitHub itself offers.
var hosted = regexp.MustCompile(`^(?:ubuntu|windows|macos)-(?:latest|slim|\d+(?:\.\d+)?)(?:-(?:arm|arm64|intel|vs\d+|large|xlarge))*$`)

// matrixValue is an expression that names one axis.
var matrixValue = regexp.MustCompile(`^\$\{\{\s*matrix\.([\w-]+)\s*\}\}$`)

// machine compares where the gate's job runs: whoever owns the machine or the container
// owns the verdict. An image of GitHub may take the place of any.
func (c *comparison) machine(was, now site) {
	b, h := jobOf(was.of, was.job), jobOf(now.of, now.job)
	at := func(key string) []any { return []any{"jobs", now.job, key} }
	if !reflect.DeepEqual(b["runs-on"], h["runs-on"]) && h["runs-on"] != nil && !onlyHosted(h) {
		c.note(now.of, at("runs-on"), true, fmt.Sprintf("the gate runs on another machine, which is not one of GitHub's: %s → %s", cut(text(b["runs-on"]), 80), cut(text(h["runs-on"]), 80)))
	}
	if is, had := containerOf(h), containerOf(b); h["container"] != nil && !reflect.DeepEqual(b["container"], h["container"]) {
		c.note(now.of, at("container"), !sameBut(b["container"], h["container"]), fmt.Sprintf("the gate's job runs in another container: %s → %s", value(had, had != ""), cut(is, 80)))
	}
	for _, name := range sortedKeys(object(h["services"])) {
		service, before := object(object(h["services"])[name]), object(object(b["services"])[name])
		if reaches(service) && !reflect.DeepEqual(service, before) {
			c.note(now.of, append(at("services"), name), true, fmt.Sprintf("the service %s beside the gate reaches the machine's files", cut(name, 80)))
		}
	}
}

// onlyHosted reports whether a job can only run on machines of GitHub.
func onlyHosted(job map[string]any) bool {
	labels := list(job["runs-on"])
	if m := object(job["runs-on"]); m != nil {
		return false // a group, or labels of one
	}
	for _, label := range labels {
		if axis := matrixValue.FindStringSubmatch(label); axis != nil {
			if !allHosted(axisValues(object(object(job["strategy"])["matrix"]), axis[1])) {
				return false
			}
		} else if !hosted.MatchString(strings.ToLower(label)) {
			return false
		}
	}
	return len(labels) > 0
}

func axisValues(matrix map[string]any, axis string) []string {
	all := list(matrix[axis])
	for _, e := range entries(matrix["include"]) {
		all = append(all, list(e[axis])...)
	}
	return all
}

func allHosted(labels []string) bool {
	for _, label := range labels {
		if !hosted.MatchString(strings.ToLower(label)) {
			return false
		}
	}
	return len(labels) > 0
}

func containerOf(job map[string]any) string {
	if m := object(job["container"]); m != nil {
		return text(m["image"])
	}
	return text(job["container"])
}

// sameBut reports whether two containers differ in the version of one image only.
func sameBut(b, h any) bool {
	image := func(v any) (string, map[string]any) {
		m := object(v)
		if m == nil {
			return text(v), map[string]any{}
		}
		rest := map[string]any{}
		for k, v := range m {
			if k != "image" {
				rest[k] = v
			}
		}
		return text(m["image"]), rest
	}
	was, rest := image(b)
	is, now := image(h)
	old, _ := reference(dockerScheme + was)
	new, _ := reference(dockerScheme + is)
	return was != "" && old == new && !strings.Contains(is, "${{") && reflect.DeepEqual(rest, now)
}

// reaches reports whether a service mounts something or leaves its confinement.
func reaches(service map[string]any) bool {
	options := " " + text(service["options"])
	for _, word := range []string{" -v", "--volume", "--mount", "--privileged", "--pid", "--cap-add", "--device", "--security-opt", "${{"} {
		if strings.Contains(options, word) {
			return true
		}
	}
	return service["volumes"] != nil
}
