package probe

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStore(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer string
		want         Verdict
	}{
		{"password", "-NOAUTH Authentication required.\r\n", Pass},
		{"protected mode", "-DENIED Redis is running in protected mode\r\n", Pass},
		{"loading", "-LOADING Redis is loading the dataset in memory\r\n", Unknown},
		{"tls", "\x15\x03\x01\x00\x02\x02\x0a", Unknown},
		{"http", "HTTP/1.1 400 Bad Request\r\n\r\n", NotApplicable},
		{"silent", "", Unknown},
		{"endless line", strings.Repeat("x", 10_000), NotApplicable},
		{"endless nesting", strings.Repeat("*1\r\n", 10_000), NotApplicable},
		{"huge bulk", "$99999999999\r\n", NotApplicable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			addr := speak(t, test.answer, false)
			got := Store(t.Context(), addr, nil, nil)
			if len(got) != 1 || got[0].Verdict != test.want || got[0].Rule != StoreRule || len(got[0].Evidence) > maxQuote {
				t.Errorf("got %+v, want %s", got, test.want)
			}
		})
	}
	if got := Store(t.Context(), "127.0.0.1:1", nil, nil); got[0].Verdict != Unknown {
		t.Errorf("closed port: %+v", got)
	}
}

// valkey answers commands by name, once the password was given.
func valkey(t *testing.T, password string, answers map[string]string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	serve := func(c net.Conn) {
		defer c.Close()
		inside := password == ""
		for r := bufio.NewReader(c); ; {
			text, err := value(r, 0)
			words := strings.Fields(strings.TrimPrefix(text, "* "))
			if err != nil || len(words) == 0 {
				return
			}
			switch {
			case words[0] == "AUTH" && words[1] == password:
				inside = true
				fmt.Fprint(c, "+OK\r\n")
			case words[0] == "AUTH":
				fmt.Fprint(c, "-WRONGPASS invalid username-password pair\r\n")
			case !inside:
				fmt.Fprint(c, "-NOAUTH Authentication required.\r\n")
			case words[0] == "PING":
				fmt.Fprint(c, "+PONG\r\n")
			default:
				fmt.Fprint(c, answers[strings.Join(words, " ")])
			}
		}
	}
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			go serve(c)
		}
	}()
	return l.Addr().String()
}

func TestStoreCommandsAndMemory(t *testing.T) {
	t.Parallel()
	const info, get = "COMMAND INFO FLUSHALL", "CONFIG GET maxmemory"
	known := "*1\r\n*7\r\n$8\r\nflushall\r\n:-1\r\n*1\r\n+write\r\n:0\r\n:0\r\n:0\r\n*1\r\n+@dangerous\r\n"
	limit := func(v string) string {
		return fmt.Sprintf("*2\r\n$9\r\nmaxmemory\r\n$%d\r\n%s\r\n", len(v), v)
	}
	auth := func(v Verdict) string { return StoreRule + " " + string(v) }
	both := func(a, c, m Verdict) []string {
		return []string{auth(a), CommandsRule + " " + string(c), MemoryRule + " " + string(m)}
	}
	for name, c := range map[string]struct {
		password string
		answers  map[string]string
		want     []string
	}{
		"open and careless":       {"", map[string]string{info: known, get: limit("0")}, both(Fail, Fail, Fail)},
		"renamed and bounded":     {"right", map[string]string{info: "*1\r\n*-1\r\n", get: limit("536870912")}, both(Pass, Pass, Pass)},
		"an older store":          {"right", map[string]string{info: "*1\r\n$-1\r\n", get: limit("0")}, both(Pass, Pass, Fail)},
		"careless behind a lock":  {"right", map[string]string{info: known, get: limit("1")}, both(Pass, Fail, Pass)},
		"an ACL":                  {"right", map[string]string{info: "-NOPERM no permissions\r\n", get: "-NOPERM no permissions\r\n"}, both(Pass, NotApplicable, NotApplicable)},
		"settings are renamed":    {"right", map[string]string{info: known, get: "*0\r\n"}, both(Pass, Fail, NotApplicable)},
		"breaks off":              {"right", map[string]string{info: "*1\r\n*7\r\n$8\r\nflu", get: limit("1")}, both(Pass, Unknown, Pass)},
		"a password nobody knows": {"other", nil, []string{auth(Pass)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := valkey(t, c.password, c.answers)
			if name == "breaks off" {
				addr = speakTo(t, c.answers)
			}
			if d := cmp.Diff(c.want, verdicts(Store(t.Context(), addr, []string{"wrong", "right"}, nil))); d != "" {
				t.Error(d)
			}
		})
	}
}

// speakTo answers like valkey and hangs up after each answer to a question.
func speakTo(t *testing.T, answers map[string]string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			r := bufio.NewReader(c)
			for inside := false; ; {
				text, err := value(r, 0)
				words := strings.Fields(strings.TrimPrefix(text, "* "))
				if err != nil || len(words) == 0 {
					break
				}
				if words[0] == "AUTH" && words[1] == "right" {
					inside = true
					fmt.Fprint(c, "+OK\r\n")
					continue
				}
				switch {
				case words[0] == "AUTH":
					fmt.Fprint(c, "-WRONGPASS\r\n")
				case !inside:
					fmt.Fprint(c, "-NOAUTH\r\n")
				case words[0] == "PING":
					fmt.Fprint(c, "+PONG\r\n")
				default:
					fmt.Fprint(c, answers[strings.Join(words, " ")])
				}
				break
			}
			c.Close()
		}
	}()
	return l.Addr().String()
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string
		want   Verdict
	}{
		"trust":         {"R\x00\x00\x00\x08\x00\x00\x00\x00S\x00\x00\x00\x16application_name\x00", Fail},
		"scram":         {"R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00", Pass},
		"md5":           {"R\x00\x00\x00\x0c\x00\x00\x00\x05salt", Pass},
		"not for us":    {"E\x00\x00\x00\x20SFATAL\x00C28000\x00Mno pg_hba\x00\x00", Pass},
		"http":          {"HTTP/1.1 400 Bad Request\r\n\r\n", NotApplicable},
		"silent":        {"", Unknown},
		"cut off":       {"R\x00\x00", Unknown},
		"endless error": {"E\xff\xff\xff\xff" + strings.Repeat("x", 5000), Pass},
	} {
		got := Postgres(t.Context(), speak(t, c.answer, false), nil)
		if len(got) != 1 || got[0].Verdict != c.want || got[0].Rule != StoreRule {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := Postgres(t.Context(), "127.0.0.1:1", nil); got[0].Verdict != Unknown {
		t.Errorf("closed port: %+v", got)
	}
}

func FuzzRedisValue(f *testing.F) {
	f.Add("*2\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n")
	f.Add("*9999999\r\n*9\r\n")
	f.Add("$-1\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, _ := value(bufio.NewReaderSize(strings.NewReader(text), 512), 0)
		if len(got) > 2*len(text)+8 {
			t.Errorf("%d bytes became %d", len(text), len(got))
		}
	})
}
