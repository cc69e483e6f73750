package pending

import "github.com/stella-ops/assure/internal/finding"

const (
	loosens   = finding.Loosens
	mayLoosen = finding.MayLoosen
	tightens  = finding.Tightens
	neutral   = finding.Neutral
)

// table says of every setting of the configuration what a change of it does to the gate.
// A list of objects has a row for additions (see objects) and one for each of its fields.
func table() map[string]judge {
	return map[string]judge{
		"stages":           emptyIsAll(tightens),
		"fail-on-severity": threshold,
		"fail-on":          ranked("all", "", "new", "none"),
		"timeout":          always(neutral), // a stage that does not end fails
		"offline":          on(loosens),
		"exclude":          list(loosens),
		"generated":        list(tightens),

		"deps.database":           always(mayLoosen),
		"deps.db-repository":      always(mayLoosen),
		"deps.db-digest":          always(mayLoosen),
		"deps.db-warn-age":        number(loosens, nothing),
		"deps.db-max-age":         number(loosens, unbounded),
		"deps.kev":                always(mayLoosen),
		"deps.epss":               always(mayLoosen),
		"deps.fail-on-kev":        on(tightens),
		"deps.epss-threshold":     number(loosens, unbounded),
		"deps.skip-db-update":     on(loosens),
		"deps.scan-images":        ranked("always", "auto", "", "never"),
		"deps.image-archives":     list(mayLoosen),
		"deps.platform":           always(mayLoosen),
		"deps.java-db-repository": always(mayLoosen),
		"deps.ignore-files":       list(loosens),
		"deps.vex":                list(loosens),
		"deps.dev-dependencies":   on(tightens),

		"hardening.profile":     ranked("strict", "guide", "guide-literal", "baseline"),
		"hardening.packs":       list(tightens),
		"hardening.roles":       keyed(mayLoosen, false),
		"hardening.params":      keyed(mayLoosen, false),
		"hardening.helm-values": list(mayLoosen),

		"images.policies":             list(tightens),
		"images.registries":           emptyIsAll(loosens),
		"images.insecure-registries":  list(loosens),
		"images.private-registries":   list(loosens),
		"images.max-age":              number(loosens, unbounded),
		"images.verification-summary": always(neutral),

		"dast.compose":                      emptyIsDefault,
		"dast.profiles":                     list(mayLoosen),
		"dast.env":                          keyed(mayLoosen, true),
		"dast.engine":                       always(mayLoosen),
		"dast.zap-url":                      always(mayLoosen),
		"dast.zap-image":                    always(mayLoosen),
		"dast.target.url":                   always(mayLoosen),
		"dast.target.service":               always(mayLoosen),
		"dast.target.port":                  always(mayLoosen),
		"dast.target.scheme":                always(mayLoosen),
		"dast.target.paths":                 list(tightens),
		"dast.target.ca-file":               always(mayLoosen),
		"dast.target.token-env":             always(mayLoosen),
		"dast.target.own":                   on(mayLoosen),
		"dast.target.allow-addresses":       list(loosens),
		"dast.protected-paths":              list(tightens),
		"dast.allowed-methods":              list(loosens),
		"dast.publish-ports":                on(loosens),
		"dast.ready-timeout":                always(neutral), // a stack that is not ready fails the stage
		"dast.min-urls":                     number(tightens, nothing),
		"dast.rules-file":                   always(mayLoosen),
		"dast.base-report":                  always(mayLoosen),
		"dast.threshold":                    ranked("low", "medium", "high"),
		"dast.exclude":                      list(loosens),
		"dast.ajax-spider":                  on(tightens),
		"dast.scan-timeout":                 number(tightens, unbounded),
		"dast.auth.header":                  always(mayLoosen),
		"dast.auth.site":                    always(mayLoosen),
		"dast.zap-baseline.exit-codes":      always(mayLoosen),
		"dast.zap-baseline.info-unlisted":   on(loosens),
		"dast.zap-baseline.ignore-warnings": on(loosens),
		"dast.zap-baseline.level":           always(neutral),
		"dast.zap-baseline.short":           always(neutral),
		"dast.allow-unsafe":                 list(loosens),
		"dast.rate-limit":                   number(loosens, unbounded),
		"dast.required-metrics":             list(tightens),
		"dast.secret-files":                 list(tightens),
		"dast.budget.stack":                 always(neutral),
		"dast.budget.probes":                number(tightens, nothing),
		"dast.budget.scan":                  number(tightens, nothing),

		"report.comment":      always(neutral),
		"report.upload-sarif": always(neutral),

		"images.keys[].id":         always(mayLoosen),
		"images.keys[].file":       always(loosens),
		"images.keys[].pem":        changed(loosens),
		"images.keys[].env":        always(loosens),
		"images.keys[].url":        always(loosens),
		"images.keys[].sha256":     always(loosens),
		"images.keys[].image-path": always(mayLoosen),

		"images.roots[].id":         always(mayLoosen),
		"images.roots[].file":       always(loosens),
		"images.roots[].tuf.mirror": always(loosens),
		"images.roots[].tuf.root":   always(loosens),

		"images.rules[].match":            list(mayLoosen),
		"images.rules[].keys":             list(loosens),
		"images.rules[].signers":          number(tightens, nothing),
		"images.rules[].root":             always(mayLoosen),
		"images.rules[].transparency-log": ranked("required", "if-present", "", "ignore"),
		"images.rules[].same-repository":  on(tightens),
		"images.rules[].allow-unsigned":   on(loosens),
		"images.rules[].reason":           always(neutral),

		"images.rules[].attestations[].type":     always(mayLoosen),
		"images.rules[].attestations[].file":     always(mayLoosen),
		"images.rules[].attestations[].builder":  always(mayLoosen),
		"images.rules[].attestations[].source":   always(mayLoosen),
		"images.rules[].attestations[].ref":      always(mayLoosen),
		"images.rules[].attestations[].workflow": always(mayLoosen),
		"images.rules[].attestations[].max-age":  number(loosens, unbounded),

		"images.mirrors[].of": always(loosens),
		"images.mirrors[].at": always(loosens),

		"images.blobs[].files":            list(tightens),
		"images.blobs[].keys":             list(loosens),
		"images.blobs[].root":             always(mayLoosen),
		"images.blobs[].transparency-log": ranked("required", "if-present", "", "ignore"),
		"images.blobs[].plugin-version":   always(mayLoosen),
		"images.blobs[].image":            always(mayLoosen),

		"exceptions[].rule":    always(loosens),
		"exceptions[].path":    always(loosens),
		"exceptions[].subject": always(loosens),
		"exceptions[].reason":  always(neutral),
		"exceptions[].owner":   always(neutral),
		"exceptions[].expires": later,
	}
}
