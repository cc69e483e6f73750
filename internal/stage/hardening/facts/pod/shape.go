package pod

// shape is the type of a value that rules read: one of the words text, bool and int, a
// mapping of shapes, or a list of one. A mapping without entries holds anything.
type shape struct {
	word    string
	entries map[string]shape
	item    *shape
}

var (
	text    = shape{word: "a text"}
	boolean = shape{word: "true or false"}
	integer = shape{word: "a whole number"}
	opaque  = mapping(nil)
)

func mapping(entries map[string]shape) shape { return shape{word: "a mapping", entries: entries} }

func list(item shape) shape { return shape{word: "a list", item: &item} }

// The shapes follow the pod of the Kubernetes API, as far as rules read it.
var (
	seccompShape = mapping(map[string]shape{"type": text, "localhostProfile": text})
	ownSecurity  = mapping(map[string]shape{
		"privileged": boolean, "allowPrivilegeEscalation": boolean, "readOnlyRootFilesystem": boolean,
		"runAsNonRoot": boolean, "runAsUser": integer, "runAsGroup": integer, "procMount": text,
		"capabilities": mapping(map[string]shape{"add": list(text), "drop": list(text)}), "seccompProfile": seccompShape,
		"appArmorProfile": opaque, "seLinuxOptions": opaque, "windowsOptions": opaque,
	})
	podSecurity = mapping(map[string]shape{
		"runAsNonRoot": boolean, "runAsUser": integer, "runAsGroup": integer, "fsGroup": integer,
		"seccompProfile": seccompShape, "supplementalGroups": list(integer), "sysctls": list(opaque),
		"appArmorProfile": opaque, "seLinuxOptions": opaque, "windowsOptions": opaque,
	})
	memberShape = mapping(map[string]shape{
		"name": text, "image": text, "command": list(text), "args": list(text), "workingDir": text,
		"env":     list(mapping(map[string]shape{"name": text, "value": text, "valueFrom": opaque})),
		"envFrom": list(opaque), "resources": opaque, "lifecycle": opaque, "livenessProbe": opaque,
		"readinessProbe": opaque, "startupProbe": opaque, "securityContext": ownSecurity,
		"ports": list(mapping(map[string]shape{"containerPort": integer, "hostPort": integer, "hostIP": text, "name": text})),
		"volumeMounts": list(mapping(map[string]shape{
			"name": text, "mountPath": text, "subPath": text, "subPathExpr": text, "readOnly": boolean,
		})),
	})
	volumeShape = mapping(map[string]shape{
		"name": text, "hostPath": mapping(map[string]shape{"path": text, "type": text}),
		"secret":    mapping(map[string]shape{"secretName": text, "defaultMode": integer, "items": list(opaque)}),
		"configMap": mapping(map[string]shape{"name": text, "defaultMode": integer, "items": list(opaque)}),
		"emptyDir":  opaque, "csi": opaque, "nfs": opaque, "ephemeral": opaque,
		"projected":             mapping(map[string]shape{"defaultMode": integer, "sources": list(opaque)}),
		"persistentVolumeClaim": mapping(map[string]shape{"claimName": text, "readOnly": boolean}),
	})
	podShape = mapping(map[string]shape{
		"containers": list(memberShape), "initContainers": list(memberShape), "ephemeralContainers": list(memberShape),
		"volumes": list(volumeShape), "securityContext": podSecurity, "serviceAccountName": text,
		"hostNetwork": boolean, "hostPID": boolean, "hostIPC": boolean, "hostUsers": boolean,
		"shareProcessNamespace": boolean, "automountServiceAccountToken": boolean,
	})
	// stepShape is a container of Argo or Tekton, podless what stands around them.
	stepShape = memberShape
	podless   = mapping(map[string]shape{
		"volumes": list(volumeShape), "hostNetwork": boolean, "automountServiceAccountToken": boolean,
		"sidecars": list(stepShape), "initContainers": list(stepShape), "steps": list(opaque),
	})
)
