package pod

// metaShape is what every object has around its content.
var metaShape = mapping(map[string]shape{"name": text, "namespace": text, "labels": opaque, "annotations": opaque})

// kinds are the shapes of the other kinds that rules read, by group and kind.
var kinds = map[string]shape{
	"/Service": spec(map[string]shape{
		"type": text, "selector": opaque, "ports": list(opaque), "externalIPs": list(text), "loadBalancerSourceRanges": list(text),
	}),
	"networking.k8s.io/Ingress": spec(map[string]shape{"tls": list(opaque), "rules": list(opaque), "defaultBackend": opaque}),
	"networking.k8s.io/NetworkPolicy": spec(map[string]shape{
		"podSelector": opaque, "policyTypes": list(text), "ingress": list(opaque), "egress": list(opaque),
	}),
	"policy/PodDisruptionBudget":                   spec(map[string]shape{"selector": opaque}),
	"rbac.authorization.k8s.io/Role":               roleShape,
	"rbac.authorization.k8s.io/ClusterRole":        roleShape,
	"rbac.authorization.k8s.io/RoleBinding":        bindingShape,
	"rbac.authorization.k8s.io/ClusterRoleBinding": bindingShape,
	"/Secret":    mapping(map[string]shape{"data": opaque, "stringData": opaque, "type": text}),
	"/ConfigMap": mapping(map[string]shape{"data": opaque, "binaryData": opaque}),
}

var (
	roleShape = mapping(map[string]shape{"rules": list(mapping(map[string]shape{
		"apiGroups": list(text), "resources": list(text), "resourceNames": list(text), "verbs": list(text), "nonResourceURLs": list(text),
	}))})
	bindingShape = mapping(map[string]shape{
		"roleRef":  mapping(map[string]shape{"kind": text, "name": text}),
		"subjects": list(mapping(map[string]shape{"kind": text, "name": text, "namespace": text})),
	})
)

func spec(entries map[string]shape) shape {
	return mapping(map[string]shape{"spec": mapping(entries)})
}
