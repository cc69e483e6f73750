package githubtest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
)

// object is a JSON object.
type object map[string]any

// paged is a list with the number of the next page, zero at the end.
type paged struct {
	list []object
	page int
}

// bodyMax is the length that GitHub gives a comment.
const bodyMax = 65536

var (
	refPattern = regexp.MustCompile(`^refs/(?:heads/.+|tags/.+|pull/[0-9]+/(?:merge|head))$`)
	shaPattern = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

func (c Comment) json() object {
	return object{"id": c.ID, "body": c.Body, "user": object{"login": c.Login, "type": c.Type}}
}

func (s *Server) listComments(r *http.Request) (int, any) {
	s.sameNumber(r)
	page := max(number(r.URL.Query().Get("page")), 1)
	list := paged{list: []object{}}
	for i := (page - 1) * s.PageSize; i < min(page*s.PageSize, len(s.Comments)); i++ {
		list.list = append(list.list, s.Comments[i].json())
	}
	if page*s.PageSize < len(s.Comments) {
		list.page = page + 1
	}
	return http.StatusOK, list
}

func (s *Server) createComment(r *http.Request) (int, any) {
	s.sameNumber(r)
	if s.Raced != nil {
		s.Comments = append(s.Comments, *s.Raced)
		s.Raced = nil
	}
	s.nextID++
	c := Comment{ID: s.nextID, Login: s.Login, Type: "Bot", Body: s.body(r)}
	s.Comments = append(s.Comments, c)
	return http.StatusCreated, c.json()
}

func (s *Server) editComment(r *http.Request) (int, any) {
	i := s.find(r)
	if i < 0 {
		return http.StatusNotFound, object{"message": "Not Found"}
	}
	s.Comments[i].Body = s.body(r)
	return http.StatusOK, s.Comments[i].json()
}

func (s *Server) deleteComment(r *http.Request) (int, any) {
	i := s.find(r)
	if i < 0 {
		return http.StatusNotFound, object{"message": "Not Found"}
	}
	s.Comments = append(s.Comments[:i], s.Comments[i+1:]...)
	return http.StatusNoContent, nil
}

// find is the index of the comment in the path. Touching a stranger's comment fails the
// test.
func (s *Server) find(r *http.Request) int {
	id := int64(number(r.PathValue("id")))
	for i, c := range s.Comments {
		if c.ID == id {
			if c.Login != s.Login {
				s.t.Errorf("%s of a comment of %s", r.Method, c.Login)
			}
			return i
		}
	}
	return -1
}

func (s *Server) body(r *http.Request) string {
	var in struct{ Body string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Body == "" || len(in.Body) > bodyMax {
		s.t.Errorf("comment of %d bytes, %v", len(in.Body), err)
	}
	return in.Body
}

func (s *Server) sameNumber(r *http.Request) {
	if got := number(r.PathValue("number")); got != s.PullRequest {
		s.t.Errorf("%s of pull request %d", r.Method, got)
	}
}

func (s *Server) uploadSARIF(r *http.Request) (int, any) {
	var in struct {
		CommitSHA string `json:"commit_sha"`
		Ref       string `json:"ref"`
		SARIF     string `json:"sarif"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || !refPattern.MatchString(in.Ref) || !shaPattern.MatchString(in.CommitSHA) {
		s.t.Errorf("upload for ref %q, commit %q, %v", in.Ref, in.CommitSHA, err)
	}
	log, err := unpack(in.SARIF)
	if err != nil || !json.Valid(log) {
		s.t.Errorf("upload is not base64 of gzip of JSON: %v", err)
	}
	s.Uploads = append(s.Uploads, Upload{Ref: in.Ref, SHA: in.CommitSHA, Log: log, Status: s.Processing, Errors: s.Reasons})
	return http.StatusAccepted, object{"id": strconv.Itoa(len(s.Uploads)), "url": s.URL + r.URL.Path}
}

func unpack(text string) ([]byte, error) {
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func (s *Server) sarifStatus(r *http.Request) (int, any) {
	i := number(r.PathValue("id")) - 1
	if i < 0 || i >= len(s.Uploads) {
		return http.StatusNotFound, object{"message": "Not Found"}
	}
	u := &s.Uploads[i]
	status := u.Status[0]
	if len(u.Status) > 1 {
		u.Status = u.Status[1:]
	}
	reply := object{"processing_status": status}
	if status == "failed" {
		reply["errors"] = u.Errors
	}
	return http.StatusOK, reply
}

func (s *Server) listPulls(r *http.Request) (int, any) {
	list := []object{}
	for _, p := range s.Pulls {
		if p.Head == r.URL.Query().Get("head") {
			list = append(list, object{"number": p.Number, "head": object{"sha": p.SHA}})
		}
	}
	return http.StatusOK, list
}

func (s *Server) viewer(*http.Request) (int, any) {
	return http.StatusOK, object{"data": object{"viewer": object{"login": s.Login}}}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
