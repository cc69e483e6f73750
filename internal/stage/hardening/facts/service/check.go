package service

import "github.com/stella-ops/assure/internal/stage/hardening/facts/value"

// check is what a health check runs.
type check struct {
	// Shell is true when a shell runs it.
	Shell bool     `json:"shell"`
	Words []string `json:"words"`
	Path  []any    `json:"path"`
}

func (s scope) check() check {
	test := value.Object(s.svc["healthcheck"])["test"]
	c := check{Words: []string{}, Path: s.at("healthcheck", "test")}
	words := value.List(test)
	_, line := test.(string)
	c.Shell = line || len(words) > 0 && value.Text(words[0]) == "CMD-SHELL"
	for _, w := range s.words() {
		if w.From == "healthcheck" && w.Text != "CMD" && w.Text != "CMD-SHELL" {
			c.Words = append(c.Words, w.Text)
		}
	}
	return c
}
