package invoked

import (
	"slices"
	"strings"
)

// Flags with values, without their dashes.
const (
	dockerFlags  = "H host c context config l log-level tlscacert tlscert tlskey n namespace address a"
	composeFlags = "f file p project-name profile env-file parallel progress ansi project-directory H host c context l log-level tlscacert tlscert tlskey podman-args"
	stackFlags   = "c compose-file resolve-image"
	buildFlags   = "f file t tag build-arg build-context label target platform cache-from cache-to secret ssh o output progress network shm-size " +
		"builder iidfile metadata-file add-host m memory cpu-shares cpuset-cpus isolation ulimit attest allow annotation call format authfile " +
		"creds v volume logfile runtime jobs ignorefile manifest save project token"
	bakeFlags = "f file set progress builder metadata-file allow call project token"
)

// docker reads docker and the programs with the same commands.
func docker(words []string) []Invocation {
	o := leading(words, dockerFlags)
	if len(o.rest) == 0 {
		return nil
	}
	sub, rest := o.rest[0], o.rest[1:]
	switch sub {
	case "compose":
		return compose(rest)
	case "stack":
		return stack(rest)
	case "build":
		return build(rest)
	case "bake":
		return bake(rest)
	case "buildx", "image", "builder":
		o = leading(rest, "builder")
		if len(o.rest) == 0 {
			return nil
		}
		switch o.rest[0] {
		case "build", "b":
			return build(o.rest[1:])
		case "bake", "f":
			return bake(o.rest[1:])
		}
	case "run":
		return container(rest)
	}
	return nil
}

func compose(words []string) []Invocation {
	o := leading(words, composeFlags)
	i := Invocation{Tool: Compose, ProjectDir: o.first("project-directory")}
	return []Invocation{i.named(o.all("f", "file")...)}
}

func stack(words []string) []Invocation {
	o := parse(words, stackFlags+" orchestrator kubeconfig namespace")
	if len(o.rest) == 0 || !slices.Contains([]string{"deploy", "up", "config"}, o.rest[0]) {
		return nil
	}
	return []Invocation{Invocation{Tool: Stack}.named(o.all("c", "compose-file")...)}
}

func build(words []string) []Invocation {
	o := parse(words, buildFlags)
	i := Invocation{Tool: Build}.named(o.all("f", "file")...)
	if len(o.rest) > 0 {
		i.Target = o.rest[0]
	}
	if o.first("f", "file") == "-" {
		return nil // what comes through a pipe is no file
	}
	return []Invocation{i}
}

func bake(words []string) []Invocation {
	o := parse(words, bakeFlags)
	return []Invocation{Invocation{Tool: Bake}.named(o.all("f", "file")...)}
}

func buildah(words []string) []Invocation {
	o := leading(words, "root storage-driver storage-opt registries-conf")
	if len(o.rest) == 0 || !slices.Contains([]string{"bud", "build", "build-using-dockerfile"}, o.rest[0]) {
		return nil
	}
	return build(o.rest[1:])
}

func kaniko(words []string) []Invocation {
	o := parse(words, "dockerfile f context c destination d build-arg cache-repo target")
	i := Invocation{Tool: Build, Target: strings.TrimPrefix(o.first("context", "c"), "dir://")}
	return []Invocation{i.named(o.all("dockerfile", "f")...)}
}

// container reads a builder that runs in a container.
func container(words []string) []Invocation {
	for i, w := range words {
		if strings.Contains(w, "kaniko") && !strings.HasPrefix(w, "-") {
			return kaniko(words[i+1:])
		}
	}
	return nil
}
