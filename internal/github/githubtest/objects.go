package githubtest

import (
	"net/http"
	"strings"
)

// Tree is a directory of a commit.
type Tree struct {
	// Entries are the entries by name: "100644 blob ID", "040000 tree ID" and so on.
	Entries map[string]string
	// Cut is true when GitHub cuts the list of all that is below.
	Cut bool
}

func (s *Server) repository(*http.Request) (int, any) {
	return http.StatusOK, object{"id": 1, "default_branch": s.DefaultBranch}
}

func (s *Server) branch(r *http.Request) (int, any) {
	id, ok := s.Branches[r.PathValue("name")]
	return answer(ok, object{"ref": "refs/heads/" + r.PathValue("name"), "object": object{"sha": id, "type": "commit"}})
}

func (s *Server) tree(r *http.Request) (int, any) {
	t, ok := s.Trees[r.PathValue("id")]
	deep := r.URL.Query().Get("recursive") != ""
	return answer(ok, object{"sha": r.PathValue("id"), "tree": s.entries(t, "", deep), "truncated": deep && t.Cut})
}

// entries lists a directory, and all below it when deep. A list that is cut is a part.
func (s *Server) entries(t Tree, prefix string, deep bool) []object {
	list := []object{}
	for name, e := range t.Entries {
		f := strings.Fields(e)
		o := object{"path": prefix + name, "mode": f[0], "type": f[1], "sha": f[2]}
		if f[1] == "blob" {
			o["size"] = len(s.Blobs[f[2]])
		}
		list = append(list, o)
		if f[1] == "tree" && deep {
			list = append(list, s.entries(s.Trees[f[2]], prefix+name+"/", true)...)
		}
		if deep && t.Cut {
			break
		}
	}
	return list
}

func (s *Server) blob(r *http.Request) (int, any) {
	if !strings.Contains(r.Header.Get("Accept"), "raw") {
		s.t.Errorf("blob as %s", r.Header.Get("Accept"))
	}
	text, ok := s.Blobs[r.PathValue("id")]
	return answer(ok, text)
}

func (s *Server) compare(r *http.Request) (int, any) {
	id, ok := s.Bases[r.PathValue("range")]
	return answer(ok, object{"merge_base_commit": object{"sha": id}})
}

func answer(ok bool, v any) (int, any) {
	if !ok {
		return http.StatusNotFound, object{"message": "Not Found"}
	}
	return http.StatusOK, v
}
