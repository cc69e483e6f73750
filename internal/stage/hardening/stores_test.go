package hardening_test

import (
	"testing"

	"github.com/stella-ops/assure/internal/finding"
)

// A store is judged by the configuration file that it is given.
func TestStoresByTheirFiles(t *testing.T) {
	t.Parallel()
	const valkey = `services: {cache: {image: "valkey/valkey:8.1", command: [valkey-server, /v.conf], volumes: ["./v.conf:/v.conf:ro"]}}`
	const users = `services: {cache: {image: "valkey/valkey:8.1", command: "sh -c 'exec valkey-server --aclfile /c/users.acl'", volumes: ["./c:/c:ro"]}}`
	const postgres = `services: {db: {image: "postgres:17", command: [postgres, -c, hba_file=/h.conf], configs: [{source: h, target: /h.conf}], environment: {POSTGRES_PASSWORD: x9}}}
configs: {h: {file: h.conf}}`
	for name, tt := range map[string]struct {
		files                 map[string]string
		fires, judged, unsure int
	}{
		"open file":     {map[string]string{"compose.yaml": valkey, "v.conf": "protected-mode no\n"}, 1, 1, 0},
		"closed file":   {map[string]string{"compose.yaml": valkey, "v.conf": "requirepass a9b8c7\n"}, 0, 1, 0},
		"missing file":  {map[string]string{"compose.yaml": valkey}, 0, 0, 1},
		"open users":    {map[string]string{"compose.yaml": users, "c/users.acl": "user default on nopass ~* +@all\n"}, 1, 1, 0},
		"closed users":  {map[string]string{"compose.yaml": users, "c/users.acl": "user default off\nuser app on #00 +@read\n"}, 0, 1, 0},
		"trusted":       {map[string]string{"compose.yaml": postgres, "h.conf": "host all all 0.0.0.0/0 trust\n"}, 1, 1, 0},
		"not trusted":   {map[string]string{"compose.yaml": postgres, "h.conf": "host all all all scram-sha-256\n"}, 0, 1, 0},
		"no accounts":   {map[string]string{"compose.yaml": `services: {db: {image: "mariadb:11", command: [mariadbd, --skip-grant-tables], environment: {MARIADB_ROOT_PASSWORD: x9}}}`}, 1, 1, 0},
		"no file":       {map[string]string{"compose.yaml": `services: {db: {image: "postgres:17", environment: {POSTGRES_PASSWORD_FILE: /nowhere}}}`}, 0, 0, 1},
		"other product": {map[string]string{"compose.yaml": `services: {db: {image: "memcached:1.6"}}`}, 0, 0, 1},
		"mongo, opened": {map[string]string{"compose.yaml": `services: {db: {image: "mongo:8", command: [mongod, --noauth], environment: {MONGO_INITDB_ROOT_USERNAME: a, MONGO_INITDB_ROOT_PASSWORD: b9}}}`}, 1, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const rule = "compose/store-authentication"
			set := judge(t, repository(t, tt.files), "guide")
			if fired := of(set, rule); fired != tt.fires || set.Judged[rule] != tt.judged || set.Unknown[rule] != tt.unsure {
				t.Errorf("%d findings, %d judged, %d unknown; want %d, %d, %d", fired, set.Judged[rule], set.Unknown[rule], tt.fires, tt.judged, tt.unsure)
			}
		})
	}
}

func of(set finding.Set, rule string) (n int) {
	for _, f := range set.Findings {
		if f.Rule == rule {
			n++
		}
	}
	return n
}
