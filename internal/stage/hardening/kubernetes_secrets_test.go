package hardening_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The same weakness is found in every spelling that Kubernetes takes.
func TestKubernetesSpellings(t *testing.T) {
	t.Parallel()
	mount := func(mount, volume string) string {
		return object("Deployment", "backend", "template: {spec: {containers: [{name: b, volumeMounts: [{name: v, "+mount+"}]}], volumes: [{name: v, "+volume+"}]}}")
	}
	kyverno := func(spec, verify string) string {
		return "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {" + spec + "rules: [{name: r, verifyImages: [{" + verify + "}]}]}\n"
	}
	secret := func(body string) string {
		return "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n" + body + "\n"
	}
	for name, tt := range map[string]struct {
		rule, text string
		want       int
	}{
		"octal":             {"client-token-mode", mount("mountPath: /x/client.jwt", "secret: {secretName: s, defaultMode: 0400}"), 0},
		"octal_new":         {"client-token-mode", mount("mountPath: /x/client.jwt", "secret: {secretName: s, defaultMode: 0o440}"), 0},
		"decimal":           {"client-token-mode", mount("mountPath: /x/client.jwt", "secret: {secretName: s, defaultMode: 420}"), 1},
		"no_mode":           {"client-token-mode", mount("mountPath: /x/client.jwt", "secret: {secretName: s}"), 1},
		"item_mode":         {"client-token-mode", mount("mountPath: /x/client.jwt", "secret: {secretName: s, items: [{key: k, path: p, mode: 0400}]}"), 0},
		"item_open":         {"client-token-mode", mount("mountPath: /x/client.jwt", "secret: {secretName: s, defaultMode: 0400, items: [{key: k, path: p, mode: 0644}]}"), 1},
		"one_item_open":     {"client-token-mode", mount("mountPath: /x/client.jwt", "secret: {secretName: s, items: [{key: k, path: p, mode: 0400}, {key: l, path: q}]}"), 1},
		"sub_path_item":     {"client-token-mode", mount("mountPath: /x/client.jwt, subPath: p", "secret: {secretName: s, items: [{key: k, path: p, mode: 0400}, {key: l, path: q, mode: 0644}]}"), 0},
		"projected":         {"client-token-mode", mount("mountPath: /x/client.jwt", "projected: {defaultMode: 0400}"), 0},
		"token_projected":   {"client-token", mount("mountPath: /var/lib/stella/tokens/", "projected: {sources: []}"), 0},
		"token_host":        {"client-token", mount("mountPath: /var/lib/stella/tokens", "hostPath: {path: /t}"), 1},
		"key_directory":     {"signing-key", mount("mountPath: /keys/", "emptyDir: {}"), 1},
		"key_secret":        {"signing-key", mount("mountPath: /keys", "secret: {secretName: s}"), 0},
		"key_claim_locked":  {"signing-key", mount("mountPath: /keys", "persistentVolumeClaim: {claimName: c, readOnly: true}"), 0},
		"hidden":            {"hidden-key", mount("mountPath: /keys/", "secret: {secretName: s}"), 1},
		"hidden_by_file":    {"hidden-key", mount("mountPath: /keys/jwt.pem", "secret: {secretName: s}"), 0},
		"plugins_image":     {"plugin-mount", mount("mountPath: /plugins", "image: {reference: acme/plugins}"), 0},
		"socket":            {"engine-socket", mount("mountPath: /x", "hostPath: {path: /run/k3s/containerd/containerd.sock}"), 1},
		"socket_crio":       {"engine-socket", mount("mountPath: /x", "hostPath: {path: /var/run/crio/crio.sock}"), 1},
		"socket_once":       {"host-path", mount("mountPath: /x", "hostPath: {path: /var/run/docker.sock}"), 0},
		"kyverno_default":   {"signature-policy", kyverno("", "imageReferences: ['*']"), 1},
		"kyverno_enforce":   {"signature-policy", kyverno("validationFailureAction: enforce, ", "imageReferences: ['*']"), 0},
		"kyverno_rule":      {"signature-policy", kyverno("", "failureAction: Enforce"), 0},
		"kyverno_rule_off":  {"signature-policy", kyverno("validationFailureAction: Enforce, ", "failureAction: Audit"), 1},
		"kyverno_optional":  {"signature-policy", kyverno("validationFailureAction: Enforce, ", "required: false"), 1},
		"kyverno_ignore":    {"signature-policy", kyverno("validationFailureAction: Enforce, failurePolicy: Ignore, ", "required: true"), 1},
		"kyverno_webhook":   {"signature-policy", kyverno("validationFailureAction: Enforce, webhookConfiguration: {failurePolicy: Ignore}, ", "required: true"), 1},
		"kyverno_other":     {"signature-policy", "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {rules: [{validate: {}}]}\n", 0},
		"image_policy":      {"signature-policy", "apiVersion: policies.kyverno.io/v1\nkind: ImageValidatingPolicy\nmetadata: {name: p}\nspec: {validationActions: [Audit], failurePolicy: Ignore}\n", 2},
		"image_policy_deny": {"signature-policy", "apiVersion: policies.kyverno.io/v1\nkind: ImageValidatingPolicy\nmetadata: {name: p}\nspec: {validationActions: [Audit, Deny]}\n", 0},
		"sigstore_warn":     {"signature-policy", "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {name: p}\nspec: {mode: warn, authorities: [{static: {action: pass}}, {key: {}}]}\n", 2},
		"sigstore_no_match": {"signature-policy", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config-policy-controller}\ndata: {no-match-policy: warn}\n", 1},
		"connaisseur":       {"signature-policy", "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: connaisseur-webhook}\nwebhooks: [{failurePolicy: Ignore}]\n", 1},
		"other_webhook":     {"signature-policy", "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: injector}\nwebhooks: [{failurePolicy: Ignore}]\n", 0},
		"base64":            {"secret-manifest", secret("data: {password: aHVudGVyMg==}"), 1},
		"base64_template":   {"secret-manifest", secret("data: {password: JHtQQVNTfQ==}"), 0},
		"not_base64":        {"secret-manifest", secret("data: {password: '***'}"), 0},
		"key_file":          {"secret-manifest", secret("data: {tls.key: LS0tLS1CRUdJTg==, tls.crt: LS0tLS1CRUdJTg==}"), 1},
		"encrypted":         {"secret-manifest", secret("stringData: {password: 'ENC[AES256_GCM,data:x]'}"), 0},
		"user_name":         {"secret-manifest", secret("stringData: {username: me}"), 0},
		"config_map":        {"secret-manifest", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {DB_PASSWORD: hunter2, DB_HOST: db, server.key: x}\n", 1},
		"literal":           {"store-password", object("Deployment", "b", pods("{}", "{name: b, env: [{name: REDIS_PASSWORD, value: hunter2}]}")), 1},
		"literal_once":      {"secret-literal", object("Deployment", "b", pods("{}", "{name: b, env: [{name: REDIS_PASSWORD, value: hunter2}]}")), 0},
		"reference":         {"store-password", object("Deployment", "b", pods("{}", "{name: b, env: [{name: REDIS_PASSWORD, value: $(PASS)}]}")), 0},
		"init_container":    {"store-password", object("Deployment", "b", "template: {spec: {containers: [{name: a}], initContainers: [{name: b, env: [{name: REDIS_PASSWORD, value: hunter2}]}]}}"), 1},
		"ephemeral":         {"store-password", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a}], ephemeralContainers: [{name: b, env: [{name: REDIS_PASSWORD, value: hunter2}]}]}\n", 1},
		"cron_job":          {"store-password", object("CronJob", "b", "jobTemplate: {spec: {template: {spec: {containers: [{name: b, env: [{name: PGPASSWORD, value: hunter2}]}]}}}}"), 1},
		"label_value":       {"signature-label", object("Deployment", "b", pods("{CosignVerified: 'false'}")), 0},
		"label_prefix":      {"signature-label", object("Deployment", "b", pods("{acme.io/cosignverified: 'true'}")), 1},
		"wildcards":         {"rbac-wildcard", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules: [{verbs: ['*'], resources: ['*'], apiGroups: ['*']}, {nonResourceURLs: ['*'], verbs: [get]}]\n", 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := fired(t, tt.rule, map[string]string{"a.yaml": tt.text})
			if diff := cmp.Diff(tt.want, len(got)); diff != "" {
				t.Errorf("%s\n%v", diff, got)
			}
		})
	}
}
