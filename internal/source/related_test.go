package source

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRelated(t *testing.T) {
	t.Parallel()
	const text = `x-h: &hard
  user: "1"
  drop: &drop [ALL]
x-m: &more
  <<: *hard
  tty: true
a:
  <<: [*more, {user: "2"}]
  user: "3"
b: *hard
c:
  <<: *more
d: {drop: *drop}
`
	d := parseOne(t, text)
	for _, tt := range []struct {
		path []any
		want []string
	}{
		{[]any{"a", "tty"}, []string{"8:8 *more: anchor more is used here"}},
		{[]any{"a", "user"}, []string{`2:9 "1": the value here is overridden`, `8:22 "2": the value here is overridden`}},
		{[]any{"b"}, []string{"1:6 &hard: anchor hard is defined here"}},
		{[]any{"b", "user"}, []string{"10:4 *hard: anchor hard is used here"}},
		{[]any{"c", "user"}, []string{"12:7 *more: anchor more is used here", "5:7 *hard: anchor hard is used here"}},
		{[]any{"c", "drop", 0}, []string{"12:7 *more: anchor more is used here", "5:7 *hard: anchor hard is used here"}},
		{[]any{"d", "drop"}, []string{"3:9 &drop: anchor drop is defined here"}},
		{[]any{"d", "drop", 0}, []string{"13:11 *drop: anchor drop is used here"}},
		{[]any{"b", "none"}, []string{"1:6 &hard: anchor hard is defined here"}},
		{[]any{"x-h", "user"}, nil},
		{nil, nil},
	} {
		var got []string
		for _, r := range d.Related(tt.path) {
			got = append(got, fmt.Sprintf("%d:%d %s: %s", r.Location.Region.StartLine, r.Location.Region.StartColumn, cut(text, r.Location.Region), r.Message))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%v: %s", tt.path, diff)
		}
	}
}
