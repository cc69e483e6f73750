package probe

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Store asks whether the store at addr (host:port) answers a PING of the Redis protocol
// before anybody has authenticated, and, with one of the passwords where it must,
// whether FLUSHALL is within reach and whether its memory is limited. None of the
// questions changes anything.
func Store(ctx context.Context, addr string, passwords []string, dial DialFunc) []Outcome {
	s := store{addr: addr, dial: dial}
	answer, err := s.ask(ctx, "", "PING")
	v, message := judgePing(answer, err)
	outcomes := []Outcome{s.outcome(StoreRule, v, answer, message)}
	password, inside := "", v == Fail
	for _, p := range passwords {
		if inside || v != Pass {
			break
		}
		if pong, err := s.ask(ctx, p, "PING"); err == nil && strings.HasPrefix(pong, "+PONG") {
			password, inside = p, true
		}
	}
	if !inside {
		return outcomes
	}
	return append(outcomes, s.commands(ctx, password), s.memory(ctx, password))
}

type store struct {
	addr string
	dial DialFunc
}

func (s store) outcome(rule string, v Verdict, evidence, message string) Outcome {
	o := Outcome{Rule: rule, Service: s.addr, URL: "tcp://" + s.addr, Verdict: v, Message: message, Evidence: quote([]byte(evidence))}
	if host, _, err := net.SplitHostPort(s.addr); err == nil {
		o.Service = host
	}
	return o
}

// commands asks what FLUSHALL is; a command that was renamed away is not known.
func (s store) commands(ctx context.Context, password string) Outcome {
	answer, err := s.ask(ctx, password, "COMMAND", "INFO", "FLUSHALL")
	switch {
	case err != nil:
		return s.outcome(CommandsRule, Unknown, answer, fmt.Sprintf("The store could not be asked for its commands: %v.", err))
	case strings.HasPrefix(answer, "-NOPERM"), strings.HasPrefix(answer, "-ERR unknown command"):
		return s.outcome(CommandsRule, NotApplicable, answer, "The store does not tell its commands to this client.")
	case strings.HasPrefix(answer, "-"):
		return s.outcome(CommandsRule, Unknown, answer, "The store does not tell its commands.")
	case strings.Contains(strings.ToLower(answer), "flushall"):
		return s.outcome(CommandsRule, Fail, answer, "The store knows FLUSHALL, which empties it.")
	}
	return s.outcome(CommandsRule, Pass, answer, "The store does not know FLUSHALL.")
}

// memory asks for maxmemory, where 0 is no limit.
func (s store) memory(ctx context.Context, password string) Outcome {
	answer, err := s.ask(ctx, password, "CONFIG", "GET", "maxmemory")
	fields := strings.Fields(answer)
	switch {
	case err != nil:
		return s.outcome(MemoryRule, Unknown, answer, fmt.Sprintf("The store could not be asked for its memory limit: %v.", err))
	case len(fields) < 2 || !strings.Contains(answer, "maxmemory"):
		return s.outcome(MemoryRule, NotApplicable, answer, "The store does not tell its settings to this client.")
	case fields[len(fields)-1] == "0":
		return s.outcome(MemoryRule, Fail, answer, "The store's memory has no limit.")
	}
	return s.outcome(MemoryRule, Pass, answer, "The store's memory is limited.")
}

func judgePing(answer string, err error) (Verdict, string) {
	starts := func(s string) bool { return strings.HasPrefix(answer, s) }
	switch {
	case starts("+PONG"):
		return Fail, "The store answers commands without authentication."
	case starts("-NOAUTH"), starts("-NOPERM"), starts("-DENIED"):
		return Pass, "The store refuses commands before authentication."
	case starts("-"), starts("+"):
		return Unknown, "The store answers neither PONG nor NOAUTH."
	case starts("\x15\x03"):
		return Unknown, "The port speaks TLS, so it could not be asked in the clear."
	case len(answer) > 0:
		return NotApplicable, "The port does not speak the Redis protocol."
	case err != nil && !errors.Is(err, io.EOF):
		return Unknown, fmt.Sprintf("The store could not be asked: %v.", err)
	}
	return Unknown, "The port closed the connection without an answer."
}

// ask authenticates, when a password is given, and sends one command. It returns the
// answer as text: what could be read of it, even where an error ended it.
func (s store) ask(ctx context.Context, password string, command ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := connect(ctx, s.addr, s.dial)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	r := bufio.NewReaderSize(io.LimitReader(conn, maxBody), 512)
	if password != "" {
		if answer, err := exchange(conn, r, "AUTH", password); err != nil || !strings.HasPrefix(answer, "+") {
			return answer, errors.Join(errors.New("the password is not accepted"), err)
		}
	}
	return exchange(conn, r, command...)
}

// exchange sends one command of the Redis protocol and reads the answer.
func exchange(w io.Writer, r *bufio.Reader, command ...string) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(command))
	for _, word := range command {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(word), word)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return "", err
	}
	return value(r, 0)
}

// maxDepth bounds how deep an answer may nest.
const maxDepth = 8

// value reads one value of the Redis protocol as words with spaces between them. Text
// that is none comes back as it is.
func value(r *bufio.Reader, depth int) (string, error) {
	line, err := r.ReadSlice('\n')
	text := strings.TrimRight(string(line), "\r\n")
	if err != nil || text == "" || depth > maxDepth {
		return text, err
	}
	n, _ := strconv.Atoi(text[1:])
	switch {
	case text[0] == '$' && n >= 0 && n <= maxBody:
		data := make([]byte, n+2)
		m, err := io.ReadFull(r, data)
		return strings.TrimRight(string(data[:m]), "\r\n"), err
	case text[0] == '*' && n >= 0 && n <= maxBody:
		return values(r, n, depth)
	case depth > 0:
		return strings.TrimLeft(text, "$*-+:"), nil
	}
	return text, nil
}

func values(r *bufio.Reader, n, depth int) (string, error) {
	words := []string{"*"}
	for range n {
		word, err := value(r, depth+1)
		if words = append(words, word); err != nil {
			return strings.Join(words, " "), err
		}
	}
	return strings.Join(words, " "), nil
}

// Postgres asks whether the database at addr lets the user postgres in without a
// password. It reads the first answer to a startup message (protocol 3.0) and leaves.
func Postgres(ctx context.Context, addr string, dial DialFunc) []Outcome {
	s := store{addr: addr, dial: dial}
	kind, data, err := s.startup(ctx)
	v, message := Unknown, "The database gives no answer that says whether it demands authentication."
	switch {
	case kind == 'R' && len(data) >= 4 && binary.BigEndian.Uint32(data) == 0:
		v, message = Fail, "The database lets the user postgres in without a password."
	case kind == 'R' && len(data) >= 4, kind == 'E':
		v, message = Pass, "The database does not let the user postgres in without a password."
	case kind != 0 && kind != 'R':
		v, message = NotApplicable, "The port does not speak the PostgreSQL protocol."
	case !errors.Is(err, os.ErrDeadlineExceeded):
		message = fmt.Sprintf("The database could not be asked: %v.", err)
	}
	evidence := ""
	if kind != 0 {
		evidence = fmt.Sprintf("%c %q", kind, data[:min(len(data), 60)])
	}
	return []Outcome{s.outcome(StoreRule, v, evidence, message)}
}

func (s store) startup(ctx context.Context) (kind byte, data []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := connect(ctx, s.addr, s.dial)
	if err != nil {
		return 0, nil, err
	}
	defer conn.Close()
	words := "user\x00postgres\x00database\x00postgres\x00\x00"
	message := binary.BigEndian.AppendUint32(nil, uint32(8+len(words)))
	message = append(binary.BigEndian.AppendUint32(message, 3<<16), words...)
	if _, err := conn.Write(message); err != nil {
		return 0, nil, err
	}
	head := make([]byte, 5)
	if _, err := io.ReadFull(conn, head); err != nil {
		return head[0], nil, err
	}
	if n := binary.BigEndian.Uint32(head[1:]); head[0] == 'R' || head[0] == 'E' {
		data = make([]byte, min(max(n, 4)-4, 512))
		_, err = io.ReadFull(conn, data)
	}
	return head[0], data, err
}

// connect dials and lets the connection end with the context.
func connect(ctx context.Context, addr string, dial DialFunc) (net.Conn, error) {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // a connection without deadlines is closed below
	}
	context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return conn, nil
}
