package parts

import (
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// project adds the files that the services of a loaded project are built from, mount and
// read.
func (l *list) project(p *types.Project) {
	for _, services := range []types.Services{p.Services, p.DisabledServices} {
		for _, s := range services {
			l.service(s)
		}
	}
	for _, c := range p.Configs {
		l.optional(c.File)
	}
	for _, s := range p.Secrets {
		l.optional(s.File)
	}
}

func (l *list) service(s types.ServiceConfig) {
	if s.Build != nil {
		l.build(*s.Build)
	} else if s.PullPolicy == types.PullPolicyNever || s.PullPolicy == types.PullPolicyBuild {
		l.known = false // somebody builds the image beforehand
	}
	for _, m := range s.Volumes {
		if m.Type == types.VolumeTypeBind {
			l.path(m.Source)
		}
	}
	for _, f := range s.EnvFiles {
		l.path(f.Path)
	}
	for _, f := range s.LabelFiles {
		l.path(f)
	}
	for _, o := range s.SecurityOpt {
		if profile, ok := strings.CutPrefix(strings.Replace(o, "=", ":", 1), "seccomp:"); ok && profile != "unconfined" {
			l.path(l.absolute(profile))
		}
	}
	if s.CredentialSpec != nil {
		l.optional(s.CredentialSpec.File)
	}
}

// build adds contexts and Dockerfiles. A context from elsewhere is refused by the guard.
func (l *list) build(b types.BuildConfig) {
	l.path(b.Context)
	if b.DockerfileInline == "" {
		file := b.Dockerfile
		if !filepath.IsAbs(file) {
			file = filepath.Join(b.Context, file)
		}
		l.path(file)
		l.path(file + ".dockerignore")
	}
	for _, c := range b.AdditionalContexts {
		if !strings.Contains(c, ":") {
			l.path(c)
		} else if !strings.HasPrefix(c, "service:") {
			l.known = false
		}
	}
}

func (l *list) optional(file string) {
	if file != "" {
		l.path(file)
	}
}

// absolute is a path of a project, whose own paths are absolute already.
func (l *list) absolute(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(l.plan.Tree.Dir(), filepath.FromSlash(l.plan.Stacks[0].Dir), name)
}
