package helm

import (
	"bytes"
	"sort"
)

// recorder takes what a template writes and remembers where each stretch came from.
type recorder struct {
	run  *run
	buf  []byte
	segs []segment
	// mark is what writes now, parts what its includes wrote.
	mark  int
	parts []*recorder
}

// segment is a stretch of output: text, which runs parallel to its file, or what an
// action printed.
type segment struct {
	start, end int
	mark       int
	// at is the file offset of a text's first byte.
	at int
	// via is the action that included what wrote this, in the recorder's own file.
	via int
}

// Write implements io.Writer.
func (r *recorder) Write(p []byte) (int, error) {
	if r.run.left -= len(p); r.run.left < 0 {
		return 0, &limitError{"the templates write more than 16 MiB"}
	}
	if len(p) == 0 {
		return 0, nil
	}
	start := len(r.buf)
	r.buf = append(r.buf, p...)
	m := r.run.marks[r.mark]
	switch {
	case m.text && len(p) <= m.end-m.start:
		r.add(segment{start: start, end: len(r.buf), mark: r.mark, at: m.start})
	case len(r.parts) > 0:
		r.absorb(start)
	default:
		r.printed(start, len(r.buf))
	}
	return len(p), nil
}

// printed notes a stretch that the action of the mark printed itself.
func (r *recorder) printed(start, end int) {
	r.add(segment{start: start, end: end, mark: r.mark, at: r.run.marks[r.mark].start})
}

func (r *recorder) add(s segment) {
	if s.end > s.start {
		r.segs = append(r.segs, s)
	}
}

// absorb finds the lines of included templates again in the output from start on.
// Functions such as nindent move them but keep their text.
func (r *recorder) absorb(start int) {
	var from []line
	for _, p := range r.parts {
		from = append(from, lines(p, 0)...)
	}
	to := lines(r, start)
	at := start
	for _, pair := range align(texts(to), texts(from)) {
		t, f := to[pair[0]], from[pair[1]]
		r.printed(at, t.start)
		for _, s := range f.rec.within(f.start, f.end) {
			shift := t.start - f.start
			r.add(segment{s.start + shift, s.end + shift, s.mark, s.at, r.mark})
		}
		at = t.end
	}
	r.printed(at, len(r.buf))
}

// within are the segments of a stretch, cut to it.
func (r *recorder) within(start, end int) (out []segment) {
	i := sort.Search(len(r.segs), func(i int) bool { return r.segs[i].end > start })
	for ; i < len(r.segs) && r.segs[i].start < end; i++ {
		s := r.segs[i]
		if cut := start - s.start; cut > 0 {
			s.start = start
			if r.run.marks[s.mark].text {
				s.at += cut
			}
		}
		s.end = min(s.end, end)
		out = append(out, s)
	}
	return out
}

// line is a line of a recorder's output without the blanks around it.
type line struct {
	rec        *recorder
	start, end int
}

func lines(r *recorder, from int) (out []line) {
	for at := from; at < len(r.buf); {
		end := len(r.buf)
		if i := bytes.IndexByte(r.buf[at:], '\n'); i >= 0 {
			end = at + i
		}
		text := r.buf[at:end]
		left := len(text) - len(bytes.TrimLeft(text, " \t\r"))
		if trimmed := bytes.TrimSpace(text); len(trimmed) > 0 {
			out = append(out, line{r, at + left, at + left + len(trimmed)})
		}
		at = end + 1
	}
	return out
}

func texts(ls []line) []string {
	out := make([]string, len(ls))
	for i, l := range ls {
		out[i] = string(bytes.TrimRight(l.rec.buf[l.start:l.end], " \t\r\n"))
	}
	return out
}
