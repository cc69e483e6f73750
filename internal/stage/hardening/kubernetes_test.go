package hardening_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/plan"
)

// object renders a manifest of the kind with the given lines below its head.
func object(kind, name string, body ...string) string {
	version := map[string]string{
		"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "CronJob": "batch/v1",
		"NetworkPolicy": "networking.k8s.io/v1", "Ingress": "networking.k8s.io/v1",
		"PodDisruptionBudget": "policy/v1", "HorizontalPodAutoscaler": "autoscaling/v2",
	}[kind]
	if version == "" {
		version = "v1"
	}
	return fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: %s}\nspec:\n  %s\n---\n", version, kind, name, strings.Join(body, "\n  "))
}

// pods is the template of a workload whose pods have the labels.
func pods(labels string, containers ...string) string {
	if len(containers) == 0 {
		containers = []string{"{name: backend, image: acme/backend}"}
	}
	return fmt.Sprintf("template: {metadata: {labels: %s}, spec: {containers: [%s]}}", labels, strings.Join(containers, ", "))
}

// fired lists what a rule reports as "line: message".
func fired(t *testing.T, rule string, files map[string]string) []string {
	t.Helper()
	set := judge(t, repository(t, files), "strict")
	for _, g := range set.Gaps {
		t.Errorf("gap: %s", g.Message)
	}
	var out []string
	for _, line := range strings.Split(lines(set), "\n") {
		place, message, ok := strings.Cut(line, " kubernetes/"+rule+" ")
		if ok {
			file := strings.Split(place, ":")[0]
			out = append(out, file+" "+message)
		}
	}
	return out
}

// Objects are joined by selector, by name and by namespace.
func TestKubernetesJoins(t *testing.T) {
	t.Parallel()
	backend := object("Deployment", "backend", "replicas: 2", pods("{app: backend, tier: web}"))
	budget := func(figure, selector string) string {
		return object("PodDisruptionBudget", "b", figure, "selector: "+selector)
	}
	egress := func(body string) string {
		return object("NetworkPolicy", "np", "policyTypes: [Egress]", body, "egress: [{ports: [{port: 53}]}]")
	}
	const one = "minAvailable: 1"
	none := []string{"a.yaml [Deployment/backend] no PodDisruptionBudget selects Deployment backend"}
	for name, tt := range map[string]struct {
		rule, text string
		want       []string
	}{
		"match_labels":     {"disruption-budget", backend + budget(one, "{matchLabels: {app: backend}}"), nil},
		"two_labels":       {"disruption-budget", backend + budget(one, "{matchLabels: {app: backend, tier: web}}"), nil},
		"other_label":      {"disruption-budget", backend + budget(one, "{matchLabels: {app: backend, tier: db}}"), none},
		"in":               {"disruption-budget", backend + budget(one, "{matchExpressions: [{key: app, operator: In, values: [x, backend]}]}"), nil},
		"not_in":           {"disruption-budget", backend + budget(one, "{matchExpressions: [{key: app, operator: NotIn, values: [backend]}]}"), none},
		"not_in_absent":    {"disruption-budget", backend + budget(one, "{matchExpressions: [{key: zone, operator: NotIn, values: [a]}]}"), nil},
		"exists":           {"disruption-budget", backend + budget(one, "{matchExpressions: [{key: app, operator: Exists}]}"), nil},
		"does_not_exist":   {"disruption-budget", backend + budget(one, "{matchExpressions: [{key: app, operator: DoesNotExist}]}"), none},
		"unknown_operator": {"disruption-budget", backend + budget(one, "{matchExpressions: [{key: app, operator: Like}]}"), none},
		"all":              {"disruption-budget", backend + budget(one, "{}"), nil},
		"no_selector":      {"disruption-budget", backend + object("PodDisruptionBudget", "b", one), none},
		"void_budget": {"disruption-budget", backend + budget("maxUnavailable: 100%", "{}"), []string{
			"a.yaml [PodDisruptionBudget/b] PodDisruptionBudget b lets all its pods be evicted at once"}},
		"void_number": {"disruption-budget", backend + budget("maxUnavailable: 2", "{}"), []string{
			"a.yaml [PodDisruptionBudget/b] PodDisruptionBudget b lets all its pods be evicted at once"}},
		"custom_kind": {"disruption-budget", "apiVersion: acme.io/v1\nkind: Shop\nmetadata: {name: s}\nspec: {replicas: 3, " +
			pods("{app: s}") + "}\n", nil},
		"other_namespace": {"disruption-budget", backend + strings.Replace(budget(one, "{}"), "{name: b}", "{name: b, namespace: stella}", 1), none},
		"named_default":   {"disruption-budget", backend + strings.Replace(budget(one, "{}"), "{name: b}", "{name: b, namespace: default}", 1), nil},
		"list": {"disruption-budget", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: apps/v1, kind: Deployment, metadata: {name: backend}, spec: {" +
			pods("{a: b}") + "}}\n- {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, spec: {minAvailable: 1, selector: {matchLabels: {a: b}}}}\n", nil},

		"blocks_all":     {"disruption-budget-blocks", backend + budget("minAvailable: 100%", "{}"), []string{"a.yaml [PodDisruptionBudget/b] PodDisruptionBudget b (100%) never lets a pod go: its workloads keep 2"}},
		"blocks_rounded": {"disruption-budget-blocks", backend + budget("minAvailable: 51%", "{}"), []string{"a.yaml [PodDisruptionBudget/b] PodDisruptionBudget b (51%) never lets a pod go: its workloads keep 2"}},
		"half":           {"disruption-budget-blocks", backend + budget("minAvailable: 50%", "{}"), nil},
		"zero":           {"disruption-budget-blocks", budget("maxUnavailable: 0", "{}"), []string{"a.yaml [PodDisruptionBudget/b] PodDisruptionBudget b (0) never lets a pod go"}},
		"rounded_up":     {"disruption-budget-blocks", backend + budget("maxUnavailable: 1%", "{}"), nil},
		"scaler": {"disruption-budget-blocks", backend + budget(one, "{}") + object("HorizontalPodAutoscaler", "h", "minReplicas: 1",
			"scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: backend}"), []string{"a.yaml [PodDisruptionBudget/b] PodDisruptionBudget b (1) never lets a pod go: its workloads keep 1"}},
		"scaler_of_another": {"disruption-budget-blocks", backend + budget(one, "{}") + object("HorizontalPodAutoscaler", "h", "minReplicas: 1",
			"scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: backend}"), nil},
		"sum":       {"disruption-budget-blocks", object("Deployment", "x", pods("{a: b}")) + object("Deployment", "y", pods("{a: b}")) + budget(one, "{}"), nil},
		"daemonset": {"disruption-budget-blocks", object("DaemonSet", "x", pods("{a: b}")) + budget(one, "{}"), nil},
		"two_budgets": {"disruption-budget-blocks", backend + budget(one, "{}") + object("PodDisruptionBudget", "c", one, "selector: {}"),
			[]string{"a.yaml [Deployment/backend] Deployment backend is selected by more than one PodDisruptionBudget (b, c): its pods cannot be evicted"}},

		"policy":         {"network-policy", backend + egress("podSelector: {}"), nil},
		"policy_other":   {"network-policy", backend + egress("podSelector: {matchLabels: {app: x}}"), []string{"a.yaml [Deployment/backend] no NetworkPolicy of namespace default selects Deployment backend"}},
		"policy_ingress": {"network-policy", backend + object("NetworkPolicy", "np", "podSelector: {}"), []string{"a.yaml [Deployment/backend] no NetworkPolicy that selects Deployment backend limits its egress (np)"}},
		"policy_plugin":  {"network-policy", backend + "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c}\n", nil},
		"policy_no_dns": {"network-policy", backend + object("NetworkPolicy", "np", "podSelector: {}", "egress: [{ports: [{port: 6379}]}]"),
			[]string{"a.yaml [Deployment/backend] Deployment backend cannot ask name servers: its NetworkPolicies let nothing out to port 53"}},
		"policy_range":  {"network-policy", backend + object("NetworkPolicy", "np", "podSelector: {}", "egress: [{ports: [{port: 50, endPort: 60}]}]"), nil},
		"policy_store":  {"network-policy", object("StatefulSet", "db", pods("{app: db}", "{name: db, image: postgres}")), nil},
		"open_port":     {"open-egress", object("NetworkPolicy", "np", "egress: [{ports: [{protocol: TCP}]}]"), []string{"a.yaml [NetworkPolicy/np] NetworkPolicy np lets its pods connect to every address and port"}},
		"open_block":    {"open-egress", object("NetworkPolicy", "np", "egress: [{to: [{ipBlock: {cidr: '::/0'}}]}]"), []string{"a.yaml [NetworkPolicy/np] NetworkPolicy np lets its pods connect to every address and port"}},
		"open_except":   {"open-egress", object("NetworkPolicy", "np", "egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]"), nil},
		"open_declared": {"open-egress", object("NetworkPolicy", "np", "egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]"), nil},
		"open_ingress":  {"open-egress", object("NetworkPolicy", "np", "ingress: [{}]"), nil},
		"calico":        {"open-egress", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: c}\nspec: {egress: [{}]}\n", nil},

		"deny_in_parts": {"default-deny", backend + object("NetworkPolicy", "i", "policyTypes: [Ingress]") + object("NetworkPolicy", "e", "policyTypes: [Egress]"), nil},
		"deny_one":      {"default-deny", backend + object("NetworkPolicy", "i", "policyTypes: [Ingress]"), []string{"a.yaml [Namespace/default] namespace default denies no traffic out of its pods by default"}},
		"deny_some":     {"default-deny", backend + object("NetworkPolicy", "i", "podSelector: {matchLabels: {app: x}}", "policyTypes: [Ingress, Egress]"), []string{"a.yaml [Namespace/default] namespace default denies no traffic into its pods or out of its pods by default"}},
		"deny_namespace": {"default-deny", backend + "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n", []string{
			"a.yaml [Namespace/default] namespace default denies no traffic into its pods or out of its pods by default"}},
		"empty_namespace": {"default-deny", "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, fired(t, tt.rule, map[string]string{"a.yaml": tt.text})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The same objects in two directories are two clusters: what one has does not count for
// the other.
func TestDirectoriesAreClusters(t *testing.T) {
	t.Parallel()
	backend := object("Deployment", "backend", "replicas: 2", pods("{app: backend}"))
	budget := object("PodDisruptionBudget", "b", "minAvailable: 2", "selector: {matchLabels: {app: backend}}")
	want := []string{"prod/app.yaml [Deployment/backend] no PodDisruptionBudget selects Deployment backend"}
	files := map[string]string{"prod/app.yaml": backend, "staging/app.yaml": backend, "staging/more/pdb.yaml": budget}
	if diff := cmp.Diff(want, fired(t, "disruption-budget", files)); diff != "" {
		t.Error(diff)
	}
	want = []string{"staging/more/pdb.yaml [PodDisruptionBudget/b] PodDisruptionBudget b (2) never lets a pod go: its workloads keep 2"}
	if diff := cmp.Diff(want, fired(t, "disruption-budget-blocks", files)); diff != "" {
		t.Error(diff)
	}
}

// What single files lack proves nothing; what stands in them is still judged.
func TestSingleFileLacksNothing(t *testing.T) {
	t.Parallel()
	p := repository(t, map[string]string{"a.yaml": object("Deployment", "backend", "replicas: 2", pods("{app: backend}")) +
		object("NetworkPolicy", "np", "egress: [{}]")})
	p.Partial = true
	got := lines(judge(t, p, "strict"))
	for rule, want := range map[string]bool{
		"network-policy": false, "disruption-budget": false, "default-deny": false, "open-egress": true,
	} {
		if strings.Contains(got, "kubernetes/"+rule+" ") != want {
			t.Errorf("%s: want %v in\n%s", rule, want, got)
		}
	}
}

// Joining thousands of objects is quick, and joining what grows with the square of the
// objects ends with a gap.
func TestJoinsAreBounded(t *testing.T) {
	t.Parallel()
	many := func(selector string) *plan.Plan {
		p := &plan.Plan{}
		for i := range 1600 {
			labels := map[string]any{"app": fmt.Sprint(i)}
			chosen := map[string]any{"matchLabels": labels}
			if selector == "all" {
				chosen = map[string]any{}
			}
			p.Documents = append(p.Documents,
				plan.Document{Kind: plan.Kubernetes, Name: "a.yaml", Model: map[string]any{
					"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": fmt.Sprint(i)},
					"spec": map[string]any{"template": map[string]any{
						"metadata": map[string]any{"labels": labels}, "spec": map[string]any{"containers": []any{map[string]any{"name": "c"}}},
					}},
				}},
				plan.Document{Kind: plan.Kubernetes, Name: "a.yaml", Model: map[string]any{
					"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": map[string]any{"name": fmt.Sprint(i)},
					"spec": map[string]any{"podSelector": chosen},
				}})
		}
		return p
	}
	for selector, gaps := range map[string]int{"one": 0, "all": 1} {
		set := judge(t, many(selector), "baseline")
		if len(set.Gaps) != gaps {
			t.Errorf("%s: %d gaps, want %d", selector, len(set.Gaps), gaps)
		}
	}
}
