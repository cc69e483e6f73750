package value

// Under returns base with further steps, never sharing its memory.
func Under(base []any, steps ...any) []any {
	return append(append(make([]any, 0, len(base)+len(steps)), base...), steps...)
}

// Lookup follows a path, nil when it ends early.
func Lookup(v any, path []any) any {
	for _, step := range path {
		switch k := step.(type) {
		case string:
			v = Object(v)[k]
		case int:
			l, _ := v.([]any)
			if k < 0 || k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

// InFile is a path in the content of a configuration file.
func InFile(name string, steps ...any) []any { return Under([]any{"files", name, "content"}, steps...) }
