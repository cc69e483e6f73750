package ignorefile

import (
	"path"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/source"
)

// osvConfig is the part of osv-scanner.toml that accepts findings.
type osvConfig struct {
	Ignored []struct {
		ID     string    `toml:"id"`
		Until  time.Time `toml:"ignoreUntil"`
		Reason string    `toml:"reason"`
	} `toml:"IgnoredVulns"`
	Overrides []struct {
		Name string `toml:"name"`
	} `toml:"PackageOverrides"`
}

// osv reads osv-scanner.toml, which holds for the lock files beside it.
func (f *file) osv(data []byte) {
	if source.TOMLDepth(data) > maxNesting {
		f.problem(0, "nothing in it is accepted: brackets nest more than %d deep", maxNesting)
		return
	}
	var c osvConfig
	if _, err := toml.Decode(string(data), &c); err != nil {
		f.problem(0, "nothing in it is accepted: %s", cut(oneLine(err.Error()), maxReason))
		return
	}
	lines := headers(data, "[[IgnoredVulns]]")
	for i, v := range c.Ignored {
		line := 0
		if i < len(lines) && len(lines) == len(c.Ignored) {
			line = lines[i]
		}
		f.add(config.Exception{Rule: v.ID, Path: path.Join(escape(path.Dir(f.name)), "*"), Reason: v.Reason, Expires: lastDay(v.Until), Location: f.at(line)})
	}
	for _, o := range c.Overrides {
		f.problem(0, "PackageOverrides of %s are not read: accept advisories one by one", cut(o.Name, maxID))
	}
}
