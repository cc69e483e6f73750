package pod_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/pod"
)

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var obj map[string]any
	if err := yaml.Unmarshal([]byte(text), &obj); err != nil {
		t.Fatal(err)
	}
	return obj
}

// TestFind lists pods and their containers by path and name.
func TestFind(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"pod":             {"{apiVersion: v1, kind: Pod, spec: {containers: [{name: a}], initContainers: [{name: b, image: c}]}}", []string{"[spec]", "b [spec initContainers 0]", "a [spec containers 0]"}},
		"deployment":      {"{apiVersion: apps/v1, kind: Deployment, spec: {template: {spec: {containers: [{name: a, image: b}]}}}}", []string{"[spec template spec]", "a [spec template spec containers 0]"}},
		"revision":        {"{apiVersion: serving.knative.dev/v1, kind: Revision, spec: {containers: [{image: b}]}}", []string{"[spec]", "containers[0] [spec containers 0]"}},
		"set_of_sidecars": {"{apiVersion: apps.kruise.io/v1alpha1, kind: SidecarSet, spec: {containers: [{name: a, image: b}]}}", []string{"[spec]", "a [spec containers 0]"}},
		"several": {"{apiVersion: batch.example.org/v1, kind: Gang, spec: {tasks: [{template: {spec: {containers: [{name: a, image: b}]}}}, {template: {spec: {containers: [{name: c, image: d}]}}}]}}",
			[]string{"[spec tasks 0 template spec]", "a [spec tasks 0 template spec containers 0]", "[spec tasks 1 template spec]", "c [spec tasks 1 template spec containers 0]"}},
		"workflow": {"{apiVersion: argoproj.io/v1alpha1, kind: Workflow, spec: {templates: [{name: a, container: {image: b}, sidecars: [{name: c, image: d}]}, {name: e, script: {image: f}}, {name: g, dag: {}}]}}",
			[]string{"[spec]", "part [spec templates 0]", "a [spec templates 0 container]", "c [spec templates 0 sidecars 0]", "part [spec templates 1]", "e [spec templates 1 script]"}},
		"workflow_set": {"{apiVersion: argoproj.io/v1alpha1, kind: CronWorkflow, spec: {workflowSpec: {templates: [{name: a, containerSet: {containers: [{name: b, image: c}]}, initContainers: [{name: d, image: e}]}]}}}",
			[]string{"[spec workflowSpec]", "part [spec workflowSpec templates 0]", "b [spec workflowSpec templates 0 containerSet containers 0]", "d [spec workflowSpec templates 0 initContainers 0]"}},
		"workflow_defaults": {"{apiVersion: argoproj.io/v1alpha1, kind: WorkflowTemplate, spec: {templateDefaults: {container: {image: b}}}}",
			[]string{"[spec]", "part [spec templateDefaults]", "container [spec templateDefaults container]"}},
		"task": {"{apiVersion: tekton.dev/v1, kind: Task, spec: {steps: [{name: a, image: b}], sidecars: [{name: c, image: d}]}}",
			[]string{"part [spec]", "a [spec steps 0]", "c [spec sidecars 0]"}},
		"run": {"{apiVersion: tekton.dev/v1, kind: TaskRun, spec: {podTemplate: {hostNetwork: true}, taskSpec: {steps: [{name: a, image: b}]}}}",
			[]string{"part [spec podTemplate]", "part [spec taskSpec]", "a [spec taskSpec steps 0]"}},
		"steps_of_a_plan": {"{apiVersion: argoproj.io/v1alpha1, kind: Workflow, spec: {templates: [{name: a, steps: [[{name: b, template: c}]]}]}}", nil},
		"pattern":         {"{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {rules: [{validate: {pattern: {spec: {containers: [{name: a, image: b}]}}}}]}}", nil},
		"state":           {"{apiVersion: x.org/v1, kind: X, status: {containers: [{name: a, image: b}]}}", nil},
		"no_images":       {"{apiVersion: x.org/v1, kind: X, spec: {containers: [{name: a}, b]}}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range pod.Find(object(t, tt.text)) {
				part := ""
				if p.Part {
					part = "part "
				}
				got = append(got, part+fmt.Sprint(p.Path))
				for _, m := range p.Members {
					got = append(got, fmt.Sprint(m.Name, " ", m.Path))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestInherited checks what containers of workflows and tasks take over.
func TestInherited(t *testing.T) {
	t.Parallel()
	workflow := pod.Find(object(t, `{apiVersion: argoproj.io/v1alpha1, kind: Workflow, spec: {securityContext: {runAsUser: 7, runAsNonRoot: true},
  templates: [{name: a, container: {image: b}, securityContext: {runAsUser: 0}}]}}`))
	if diff := cmp.Diff(map[string]any{"runAsUser": 0, "runAsNonRoot": true}, workflow[1].Spec["securityContext"]); diff != "" {
		t.Error(diff)
	}
	task := pod.Find(object(t, `{apiVersion: tekton.dev/v1, kind: Task, spec: {stepTemplate: {securityContext: {privileged: true}, image: z},
  steps: [{name: a, image: b}, {name: c, image: d, securityContext: {privileged: false}}]}}`))
	for i, want := range []bool{true, false} {
		body := task[0].Members[i].Body
		if body["securityContext"].(map[string]any)["privileged"] != want || body["image"] == "z" {
			t.Errorf("step %d: %v", i, body)
		}
	}
}

func TestFlaws(t *testing.T) {
	t.Parallel()
	deployment := func(spec string) string {
		return "{apiVersion: apps/v1, kind: Deployment, spec: {template: {spec: " + spec + "}}}"
	}
	container := func(body string) string { return deployment("{containers: [{name: a, image: b, " + body + "}]}") }
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"right":           {container("securityContext: {privileged: false, runAsUser: 7, capabilities: {drop: [ALL]}}, env: [{name: A, value: b}], ports: [{containerPort: 80}]"), nil},
		"nothing":         {container("securityContext: , env: , resources: "), nil},
		"unknown_keys":    {container("anything: 7"), nil},
		"spec_list":       {"{apiVersion: v1, kind: Pod, spec: [{containers: []}]}", []string{"[spec] spec must be a mapping, but it is a list"}},
		"spec_empty":      {"{apiVersion: batch/v1, kind: CronJob, spec: {jobTemplate: {spec: }}}", []string{"[spec jobTemplate spec] spec must be a mapping, but it is empty"}},
		"spec_missing":    {"{apiVersion: apps/v1, kind: StatefulSet}", []string{"[spec] spec must be a mapping, but it is missing"}},
		"template_text":   {"{apiVersion: apps/v1, kind: DaemonSet, spec: {template: x}}", []string{"[spec template] template must be a mapping, but it is a text"}},
		"no_containers":   {deployment("{volumes: []}"), []string{"[spec template spec containers] containers must be a list with a container, but it is missing"}},
		"empty_list":      {deployment("{containers: []}"), []string{"[spec template spec containers] containers must be a list with a container, but it is an empty list"}},
		"mapping":         {deployment("{containers: {name: a, image: b}}"), []string{"[spec template spec containers] containers must be a list, but it is a mapping"}},
		"item":            {deployment("{containers: [{name: a, image: b}, c, ]}"), []string{"[spec template spec containers 1] containers[1] must be a mapping, but it is a text"}},
		"empty_item":      {deployment("{containers: [{name: a}, null]}"), []string{"[spec template spec containers 1] containers[1] must be a mapping, but it is empty"}},
		"security":        {container("securityContext: [x]"), []string{"[spec template spec containers 0 securityContext] securityContext must be a mapping, but it is a list"}},
		"privileged_text": {container("securityContext: {privileged: 'true'}"), []string{"[spec template spec containers 0 securityContext privileged] privileged must be true or false, but it is a text"}},
		"user_text":       {container("securityContext: {runAsUser: '0'}"), []string{"[spec template spec containers 0 securityContext runAsUser] runAsUser must be a whole number, but it is a text"}},
		"capabilities":    {container("securityContext: {capabilities: {drop: ALL}}"), []string{"[spec template spec containers 0 securityContext capabilities drop] drop must be a list, but it is a text"}},
		"volumes":         {deployment("{containers: [{name: a}], volumes: {x: {}}}"), []string{"[spec template spec volumes] volumes must be a list, but it is a mapping"}},
		"host_path":       {deployment("{containers: [{name: a}], volumes: [{name: x, hostPath: /etc}]}"), []string{"[spec template spec volumes 0 hostPath] hostPath must be a mapping, but it is a text"}},
		"host_network":    {deployment("{containers: [{name: a}], hostNetwork: 'yes'}"), []string{"[spec template spec hostNetwork] hostNetwork must be true or false, but it is a text"}},
		"number":          {container("env: [{name: A, value: 80}]"), []string{"[spec template spec containers 0 env 0 value] value must be a text, but it is a number"}},
		"boolean":         {container("args: [true]"), []string{"[spec template spec containers 0 args 0] args[0] must be a text, but it is true"}},
		"template": {"{apiVersion: argoproj.io/v1alpha1, kind: Workflow, spec: {templates: [{name: a, script: {image: b, securityContext: {privileged: 'on'}}}]}}",
			[]string{"[spec templates 0 script securityContext privileged] privileged must be true or false, but it is a text"}},
		"step": {"{apiVersion: tekton.dev/v1, kind: Task, spec: {steps: [{name: a, image: b, securityContext: x}]}}",
			[]string{"[spec steps 0 securityContext] securityContext must be a mapping, but it is a text"}},
		"other_kind": {"{apiVersion: x.org/v1, kind: Service, spec: [x]}", nil},
		"metadata":   {"{apiVersion: v1, kind: ConfigMap, metadata: [a]}", []string{"[metadata] metadata must be a mapping, but it is a list"}},
		"service":    {"{apiVersion: v1, kind: Service, spec: {ports: {a: b}, type: NodePort}}", []string{"[spec ports] ports must be a list, but it is a mapping"}},
		"role":       {"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, rules: [{verbs: '*', resources: [pods]}]}", []string{"[rules 0 verbs] verbs must be a list, but it is a text"}},
		"policy":     {"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, spec: {podSelector: {}, egress: [{}]}}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			obj := object(t, tt.text)
			if diff := cmp.Diff(tt.want, lines(pod.Flaws(obj, pod.Find(obj)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func lines(flaws []pod.Flaw) (out []string) {
	for _, f := range flaws {
		out = append(out, fmt.Sprint(f.Path, " ", f.Message))
	}
	return out
}

func TestFlawsAreBounded(t *testing.T) {
	t.Parallel()
	obj := map[string]any{"apiVersion": "v1", "kind": "Pod", "spec": map[string]any{"containers": make([]any, 500)}}
	if n := len(pod.Flaws(obj, pod.Find(obj))); n != 20 {
		t.Errorf("%d flaws", n)
	}
}

func TestOpaque(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want int
	}{
		"image_and_resources": {"{apiVersion: x.org/v1, kind: Cache, spec: {image: a, resources: {}}}", 1},
		"driver":              {"{apiVersion: sparkoperator.k8s.io/v1beta2, kind: SparkApplication, spec: {image: a, driver: {cores: 1}}}", 1},
		"several":             {"{apiVersion: x.org/v1, kind: Cluster, spec: {sets: [{image: a, env: []}, {image: b, args: [c]}]}}", 2},
		"privileged":          {"{apiVersion: x.org/v1, kind: Agent, spec: {securityContext: {privileged: true}}}", 1},
		"host":                {"{apiVersion: x.org/v1, kind: Agent, spec: {pod: {hostPID: true}}}", 1},
		"image_alone":         {"{apiVersion: x.org/v1, kind: Post, spec: {image: a.png, title: b}}", 0},
		"judged":              {"{apiVersion: x.org/v1, kind: Set, spec: {containers: [{name: a, image: b, env: []}]}}", 0},
		"values":              {"{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, spec: {values: {image: a, resources: {}}}}", 0},
		"core":                {"{apiVersion: v1, kind: ConfigMap, data: {image: a, env: b}}", 0},
		"pattern":             {"{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {image: a, env: []}}", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			obj := object(t, tt.text)
			if got := pod.Opaque(obj, pod.Find(obj)); len(got) != tt.want {
				t.Error(lines(got))
			}
		})
	}
}
