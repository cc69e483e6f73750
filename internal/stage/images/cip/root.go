package cip

// TrustRoot is a private Sigstore instance: its keys, or where they are updated from.
type TrustRoot struct {
	Keys   *Keys
	Remote *Remote
}

func (s *Set) addRoot(d document) error {
	var o rootObject
	if err := d.strict(&o); err != nil {
		return err
	}
	switch {
	case o.Spec.Repository != nil:
		return d.fail("/spec/repository", "the field repository is not supported: write sigstoreKeys or remote")
	case (o.Spec.SigstoreKeys == nil) == (o.Spec.Remote == nil):
		return d.fail("/spec", "a trust root has either sigstoreKeys or remote")
	case o.Spec.Remote != nil && o.Spec.Remote.Targets != "" && o.Spec.Remote.Targets != "targets":
		return d.fail("/spec/remote/targets", "another name of the targets is not supported")
	}
	if s.Roots == nil {
		s.Roots = map[string]TrustRoot{}
	}
	if _, twice := s.Roots[o.Metadata.Name]; twice {
		return d.fail("/metadata/name", "the trust root %s is there twice", o.Metadata.Name)
	}
	s.Roots[o.Metadata.Name] = TrustRoot{o.Spec.SigstoreKeys, o.Spec.Remote}
	return nil
}
