package deps

import (
	"bytes"
	"fmt"

	"github.com/aquasecurity/trivy-db/pkg/db"
	"github.com/aquasecurity/trivy/pkg/fanal/types"
	bolt "go.etcd.io/bbolt"
)

// ecosystemPrefix begins the database's names for the sources of an ecosystem: npm::….
func ecosystemPrefix(ecosystem string) string { return ecosystem + "::" }

// systemPrefixes are the beginnings of the database's names for systems that it calls
// otherwise than the analyzers do.
var systemPrefixes = map[types.OSType]string{
	types.Amazon: "amazon linux ", types.Azure: "Azure Linux ", types.CBLMariner: "CBL-Mariner ", types.CentOS: "Red Hat",
	types.RedHat: "Red Hat", types.CoreOS: "Red Hat", types.Oracle: "Oracle Linux ", types.Photon: "Photon OS ", types.OpenSUSE: "openSUSE", types.OpenSUSELeap: "openSUSE",
	types.OpenSUSETumbleweed: "openSUSE", types.SLES: "SUSE Linux", types.SLEMicro: "SUSE Linux",
}

// systemPrefix begins the database's names for the releases of a system.
func systemPrefix(family types.OSType) string {
	if prefix, ok := systemPrefixes[family]; ok {
		return prefix
	}
	return string(family)
}

// covers tells whether the database has advisories under names with the prefix. Without
// this a database of other ecosystems would make everything look sound.
func covers(prefix string) (found bool, err error) {
	err = db.Config{}.Connection().View(func(tx *bolt.Tx) error {
		k, _ := tx.Cursor().Seek([]byte(prefix))
		found = k != nil && bytes.HasPrefix(k, []byte(prefix))
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("look for %s in the vulnerability database: %w", prefix, err)
	}
	return found, nil
}
