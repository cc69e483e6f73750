package database

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/stella-ops/assure/internal/config"
)

// form is a kind of database that Trivy's publishers build: a directory of two files,
// which is also the content of an OCI layer.
type form struct {
	// what is its name in messages, file the one that is not metadata.json.
	what, file string
	// folder is its place in the cache, trivy the one in a cache of Trivy's.
	folder, trivy string
	schema        int
	mediaType     string
	// setting is the name of the setting that lists its registries.
	setting string
	// hint ends every message about one that cannot be used.
	hint string
	// check looks at the structure of the file and returns its size.
	check func(name string) (int64, error)
}

// vulnerabilities is the database that findings are matched against.
func vulnerabilities() form {
	return form{
		what: "vulnerability database", file: contentFile, folder: "vulndb", trivy: "db", schema: Schema, mediaType: MediaType,
		setting: "deps.db-repository", hint: hint, check: checkContent,
	}
}

// javaIndex knows the Java archives of Maven Central by their digests.
func javaIndex() form {
	return form{
		what: "Java index", file: "trivy-java.db", folder: "javadb", trivy: "java-db", schema: 1,
		mediaType: "application/vnd.aquasec.trivy.javadb.layer.v1.tar+gzip",
		setting:   "deps.java-db-repository", hint: "run `assure db pull --java` or set java-db-repository", check: checkSQLite,
	}
}

// NewJava returns the store of the Java index. It shares everything with that of the
// vulnerability database but directory, digest and registries.
func NewJava(cfg config.Deps, opts Options) *Store {
	cfg.Repositories, cfg.Database, cfg.Digest = cfg.JavaRepositories, "", ""
	return newStore(cfg, opts, javaIndex())
}

// sqliteMagic begins every SQLite file.
const sqliteMagic = "SQLite format 3\x00"

// checkSQLite looks at the header, which holds the number of pages: a file that is
// shorter was cut off.
func checkSQLite(name string) (int64, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%w: %s is missing", ErrNone, name)
	} else if err != nil {
		return 0, fmt.Errorf("read %s: %w", name, err)
	}
	f, err := os.Open(name)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", name, err)
	}
	defer f.Close()
	var h [100]byte
	if _, err := f.ReadAt(h[:], 0); err != nil || string(h[:16]) != sqliteMagic || !info.Mode().IsRegular() {
		return 0, fmt.Errorf("%s is damaged: not an SQLite file", name)
	}
	page := int64(h[16])<<8 | int64(h[17])
	if page == 1 {
		page = 64 << 10
	}
	pages := int64(h[28])<<24 | int64(h[29])<<16 | int64(h[30])<<8 | int64(h[31])
	if want := page * pages; info.Size() < want {
		return 0, fmt.Errorf("%s is truncated: %d of %d bytes", name, info.Size(), want)
	}
	return info.Size(), nil
}
