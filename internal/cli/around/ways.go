// Package around lists the ways by which a change may try to get around its judgement, and
// what stops each. Its test has a fork take every one of them.
package around

// Group is a kind of ways: what they try, and what holds.
type Group struct{ ID, Tries, Holds string }

// Groups are all kinds, in the order of the documentation.
func Groups() []Group {
	return []Group{
		{"settings", "settings, exceptions and comments of the change itself", "policy is the base commit's; what the change brings is shown as pending"},
		{"ignored", "ignore files, attributes, labels, annotations and comments of git or other tools", "what git tracks counts; of other tools only the ignore files and VEX of the base commit are read, and only for vulnerabilities"},
		{"place", "odd names, endings and directories", "a file is what it holds, and what starts it names it; no directory is left out"},
		{"bytes", "encodings, control characters, size", "read as the deployment tool reads it, or a gap that fails"},
		{"links", "symbolic links and submodules", "followed inside the repository, else a gap; what git tracks below a would-be submodule counts"},
		{"broken", "files that do not parse, several documents, odd spellings of a value", "read as the deployment tool reads it, or a gap that fails; one broken item hides no other"},
		{"off", "things that do not run now: profiles, replicas 0, suspended, hooks, conditions of dependencies", "judged as if they ran"},
		{"elsewhere", "content that comes from another file, a variable, a template or another repository", "the effective model is judged; what is not here is a gap that fails"},
		{"images", "images that are built here, local, renamed, mirrored, unpinned or named elsewhere", "only what Compose never pulls (pull_policy build or never) is exempt, and not with a digest, under a rule that demands a signature, outside images.registries, or in a change of strangers"},
		{"limits", "what passes", "not deployed by what is in the repository: text inside of a ConfigMap, parts and libraries of charts that render nothing, objects that the chart's own values switch off, archives that nothing installs. compose.override.yaml is taken as Compose takes it, so what it takes back is not seen by whoever starts the main file alone; services of a provider are programs of the host (compose/provider, profile strict)"},
	}
}
