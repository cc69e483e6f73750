package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	javadb "github.com/aquasecurity/trivy-java-db/pkg/db"
	javatypes "github.com/aquasecurity/trivy-java-db/pkg/types"
	"github.com/aquasecurity/trivy/pkg/dependency/parser/java/jar"

	// The format of the Java index.
	_ "modernc.org/sqlite"
)

// Java answers who a Java archive is.
type Java struct{ db javadb.DB }

// OpenJava opens the index that the store found.
func OpenJava(ctx context.Context, s *Store) (*Java, Info, error) {
	info, err := s.Open(ctx)
	if err != nil {
		return nil, info, err
	}
	db, err := javadb.New(info.Dir)
	if err != nil {
		return nil, info, fmt.Errorf("open the Java index: %w", err)
	}
	return &Java{db}, info, nil
}

// Close ends the use of the index.
func (j *Java) Close() error { return j.db.Close() }

// Exists implements jar.Client.
func (j *Java) Exists(group, artifact string) (bool, error) {
	found, err := j.db.SelectIndexByArtifactIDAndGroupID(artifact, group)
	if err != nil {
		return false, fmt.Errorf("ask the Java index: %w", err)
	}
	return found.ArtifactID != "", nil
}

// SearchBySHA1 implements jar.Client.
func (j *Java) SearchBySHA1(sum string) (jar.Properties, error) {
	found, err := j.db.SelectIndexBySha1(sum)
	switch {
	case err != nil:
		return jar.Properties{}, fmt.Errorf("ask the Java index: %w", err)
	case found.ArtifactID == "":
		return jar.Properties{}, jar.ArtifactNotFoundErr
	}
	return jar.Properties{GroupID: found.GroupID, ArtifactID: found.ArtifactID, Version: found.Version}, nil
}

// SearchByArtifactID implements jar.Client: the group that has most artifacts of the
// name, of equal ones the first.
func (j *Java) SearchByArtifactID(artifact, version string) (string, error) {
	found, err := j.db.SelectIndexesByArtifactIDAndFileType(artifact, version, javatypes.JarType)
	if err != nil {
		return "", fmt.Errorf("ask the Java index: %w", err)
	}
	counts := map[string]int{}
	for _, f := range found {
		counts[f.GroupID]++
	}
	var groups []string
	for g := range counts {
		groups = append(groups, g)
	}
	if len(groups) == 0 {
		return "", jar.ArtifactNotFoundErr
	}
	return slices.MinFunc(groups, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	}), nil
}

var _ jar.Client = (*Java)(nil)

// IsNone tells whether there was no database where one was looked for.
func IsNone(err error) bool { return errors.Is(err, ErrNone) }
