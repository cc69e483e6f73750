package probe

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"time"
)

// Store asks whether the store at addr (host:port) answers a PING of the Redis protocol
// before anybody has authenticated. PING changes nothing.
func Store(ctx context.Context, addr string, dial DialFunc) []Outcome {
	o := Outcome{Rule: StoreRule, Service: addr, URL: "tcp://" + addr}
	if host, _, err := net.SplitHostPort(addr); err == nil {
		o.Service = host
	}
	answer, err := ping(ctx, addr, dial)
	o.Evidence = quote(answer)
	o.Verdict, o.Message = judgePing(answer, err)
	return []Outcome{o}
}

func judgePing(answer []byte, err error) (Verdict, string) {
	starts := func(s string) bool { return bytes.HasPrefix(answer, []byte(s)) }
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
	case err != nil:
		return Unknown, fmt.Sprintf("The store could not be asked: %v.", err)
	}
	return Unknown, "The port closed the connection without an answer."
}

// ping returns the first line of the answer, or what came of it.
func ping(ctx context.Context, addr string, dial DialFunc) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := connect(ctx, addr, dial)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("*1\r\n$4\r\nPING\r\n")); err != nil {
		return nil, err
	}
	buf := make([]byte, 512)
	n := 0
	for n < len(buf) {
		m, err := conn.Read(buf[n:])
		n += m
		if bytes.Contains(buf[:n], []byte("\r\n")) {
			break
		}
		if err != nil {
			return buf[:n], err
		}
	}
	return buf[:n], nil
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
