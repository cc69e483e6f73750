package dockerfile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/stella-ops/assure/internal/discover/interpolate"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
)

// Images are all images that a build pulls: bases, COPY --from, RUN --mount=from and
// the syntax directive. References to other stages and scratch are not images.
func (d *Doc) Images(sb Build) (out []plan.Image) {
	if im, ok := d.syntax(); ok {
		out = append(out, im)
	}
	args := d.args(sb.Args)
	for i, st := range d.stages {
		if ref, _ := d.expand(st.image, args); ref != "scratch" && !d.isStage(ref, i) && sb.Contexts[ref] == nil {
			im := d.newImage(st.image, args, st.subject(i), st.from.token(0))
			im.Default = d.defaultOf(st.image)
			out = append(out, im)
		}
		for _, in := range st.instructions {
			out = append(out, d.sources(in, i, sb)...)
			if in.trigger != nil {
				out = append(out, d.sources(in.trigger, i, sb)...)
			}
		}
	}
	return out
}

func (s *buildStage) subject(i int) string {
	if s.name != "" {
		return s.name
	}
	return strconv.Itoa(i)
}

// sources are the images that one instruction copies or mounts from.
func (d *Doc) sources(in *instruction, stage int, sb Build) (out []plan.Image) {
	for _, f := range in.flags {
		for _, ref := range fromFlags(in.name, f) {
			if ref == "" || d.isStage(ref, stage) || ref == "scratch" || sb.Contexts[ref] != nil {
				continue
			}
			region, ok := in.find([]string{f[:strings.LastIndex(f, ref)], ref})
			if !ok {
				region = in.region
			}
			// BuildKit replaces no variables here: a reference with one is not valid.
			out = append(out, plan.Image{Ref: ref, Raw: ref, Kind: plan.Dockerfile, Subject: d.stages[stage].subject(stage), Location: d.at(region)})
		}
	}
	return out
}

// fromFlags are the references in --from=REF of COPY, and in --mount=…,from=REF of RUN.
func fromFlags(name, flag string) []string {
	if ref, ok := strings.CutPrefix(flag, "--from="); ok && (name == "COPY" || name == "ADD") {
		return []string{ref}
	}
	fields, ok := strings.CutPrefix(flag, "--mount=")
	if !ok || name != "RUN" {
		return nil
	}
	var refs []string
	for _, field := range strings.Split(fields, ",") {
		if ref, ok := strings.CutPrefix(field, "from="); ok {
			refs = append(refs, ref)
		}
	}
	return refs
}

// isStage tells whether a reference names an earlier stage, by name or number.
func (d *Doc) isStage(ref string, before int) bool {
	if n, err := strconv.Atoi(ref); err == nil {
		return n >= 0 && n < before
	}
	first, ok := d.named[strings.ToLower(ref)]
	return ok && first < before
}

// platform are the arguments that BuildKit itself sets, for the most common platform:
// they often choose between stages.
var platform = [...]string{
	"BUILDPLATFORM=linux/amd64", "BUILDOS=linux", "BUILDARCH=amd64", "BUILDVARIANT=",
	"TARGETPLATFORM=linux/amd64", "TARGETOS=linux", "TARGETARCH=amd64", "TARGETVARIANT=",
}

// args are the ARGs before the first FROM, as NAME=value: what the build gives, else
// their defaults; only they count in FROM (Dockerfile reference, "Understand how ARG and
// FROM interact").
func (d *Doc) args(given map[string]string) (env []string) {
	env = append(env, platform[:]...)
	for _, in := range d.global {
		for _, arg := range in.args {
			name, value, ok := strings.Cut(arg, "=")
			if v, set := given[name]; set {
				env = append(env, name+"="+v)
			} else if ok {
				value, missing := d.expand(value, env)
				if missing == nil {
					env = append(env, name+"="+value)
				}
			}
		}
	}
	return env
}

var endsWithArg = regexp.MustCompile(`\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})$`)

// defaultOf is where the default of the argument stands that a reference ends with, if
// that is the only use of the argument.
func (d *Doc) defaultOf(image string) finding.Location {
	m := endsWithArg.FindStringSubmatch(image)
	if m == nil {
		return finding.Location{}
	}
	name := m[1] + m[2]
	if len(regexp.MustCompile(`\b`+name+`\b`).FindAll(d.data, -1)) != 2 {
		return finding.Location{}
	}
	for _, in := range d.global {
		for i, arg := range in.args {
			if r, ok := in.find(in.words(i)); ok && strings.HasPrefix(arg, name+"=") && r.StartLine == r.EndLine {
				r.StartColumn += len(name) + 1
				return d.at(r)
			}
		}
	}
	return finding.Location{}
}

// expand replaces variables; those without a value stay as written and are listed.
func (d *Doc) expand(word string, env []string) (string, []string) {
	lex := shell.NewLex(d.escape)
	lex.SkipUnsetEnv = true
	res, err := lex.ProcessWordWithMatches(word, shell.EnvsFromSlice(env))
	if err != nil {
		return word, []string{word}
	}
	var missing []string
	for name := range res.Unmatched {
		missing = append(missing, name)
	}
	slices.Sort(missing)
	if missing != nil {
		return word, missing
	}
	return res.Result, nil
}

func (d *Doc) newImage(raw string, env []string, subject string, r finding.Region) plan.Image {
	ref, missing := d.expand(raw, env)
	if missing == nil {
		missing = interpolate.Placeholders(ref)
	}
	return plan.Image{Ref: ref, Raw: raw, Unresolved: missing, Kind: plan.Dockerfile, Subject: subject, Location: d.at(r)}
}

// syntax is the front-end image of "# syntax=", which runs with the build's rights.
func (d *Doc) syntax() (plan.Image, bool) {
	ref, _, at, ok := parser.DetectSyntax(d.data)
	if !ok || ref == "" {
		return plan.Image{}, false
	}
	im := plan.Image{Ref: ref, Raw: ref, Kind: plan.Dockerfile, Subject: "syntax", Location: finding.Top(d.name)}
	if len(at) > 0 && at[0].Start.Line >= 1 && at[0].Start.Line <= len(d.lines) {
		line := at[0].Start.Line
		im.Location.Region = wholeLines(d.lines, line, 0)
		text := d.lines[line-1]
		if i := strings.LastIndex(text, ref); i >= 0 {
			p := positions(text, line, 1)
			im.Location.Region = finding.Region{
				StartLine: line, StartColumn: p[i].column, EndLine: line, EndColumn: p[i+len(ref)-1].column + 1,
			}
		}
	}
	return im, true
}
