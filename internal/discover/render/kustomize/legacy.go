package kustomize

import "sigs.k8s.io/kustomize/api/types"

// legacy are the fields that kustomize deprecates and repositories still use.
type legacy struct {
	labels *map[string]string
	vars   []types.Var
	json   *[]types.Patch
	merge  *[]types.PatchStrategicMerge
}

func (k *kust) legacy() legacy {
	s := &k.spec
	return legacy{&s.CommonLabels, s.Vars, &s.PatchesJson6902, &s.PatchesStrategicMerge} //nolint:staticcheck // they work, and are read
}
