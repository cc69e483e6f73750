package stack

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/docker/cli/cli/command"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/types"
	"github.com/docker/compose/v5/pkg/api"
	"github.com/docker/compose/v5/pkg/compose"
	"github.com/moby/moby/client"
	"github.com/sirupsen/logrus"

	"github.com/stella-ops/assure/internal/config"
)

// cli is what the Compose SDK sees of a Docker command line. It knows the engine and
// nothing else: no configuration of the user, no environment, no terminal. The SDK
// embeds only what these methods do not replace.
type cli struct {
	*command.DockerCli
	engine *Engine
	file   *configfile.ConfigFile
}

func (c cli) Client() client.APIClient           { return c.engine.api }
func (c cli) ConfigFile() *configfile.ConfigFile { return c.file }
func (c cli) CurrentContext() string             { return command.DefaultContextName }
func (c cli) CurrentVersion() string             { return c.engine.api.ClientVersion() }
func (c cli) ServerInfo() command.ServerInfo     { return command.ServerInfo{OSType: c.engine.os} }

// BuildKitEnabled picks the engine's own builder: BuildKit would need the buildx
// program, which would run on our side with our environment.
func (c cli) BuildKitEnabled() (bool, error) { return false, nil }

// newCompose returns the Compose SDK for the engine; its output goes to out.
func newCompose(e *Engine, auth []config.RegistryAuth, out io.Writer, say func(string)) (api.Compose, error) {
	logrus.SetOutput(io.Discard) // the SDK and its loader warn through this process-wide logger
	base, err := command.NewDockerCli(command.WithCombinedStreams(out), command.WithInputStream(io.NopCloser(bytes.NewReader(nil))))
	if err != nil {
		return nil, err
	}
	file := configfile.New("")
	for _, a := range auth {
		if a.Host != "" {
			file.AuthConfigs[a.Host] = types.AuthConfig{ServerAddress: a.Host, Username: a.Username, Password: a.Password}
		}
	}
	return compose.NewComposeService(cli{base, e, file},
		compose.WithPrompt(func(string, bool) (bool, error) { return false, nil }),
		compose.WithEventProcessor(events(say)))
}

// events tells what the SDK does now.
type events func(string)

// Start implements api.EventProcessor.
func (e events) Start(context.Context, string) {}

// Done implements api.EventProcessor.
func (e events) Done(string, bool) {}

// On implements api.EventProcessor.
func (e events) On(list ...api.Resource) {
	for _, r := range list {
		if r.Status == api.Working && r.ParentID == "" {
			e(strings.TrimSpace(r.ID + " " + strings.ToLower(r.Text)))
		}
	}
}
