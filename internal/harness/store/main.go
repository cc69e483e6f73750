// Command store is the harness's key-value store: enough RESP for a client to connect,
// authenticate, ping and be refused. REQUIREPASS sets a password; without one every
// client is let in, which is what the live probe must notice.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "health" {
		os.Exit(health())
	}
	l, err := net.Listen("tcp", ":6379") //nolint:gosec,noctx // a server for the stack's own network
	if err != nil {
		log.Fatal(err)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(c, os.Getenv("REQUIREPASS"))
	}
}

func health() int {
	c, err := net.DialTimeout("tcp", "127.0.0.1:6379", 2*time.Second) //nolint:noctx // bounded by its timeout
	if err != nil {
		return 1
	}
	c.Close()
	return 0
}

// serve answers the commands of one client.
func serve(c net.Conn, password string) {
	defer c.Close()
	r := bufio.NewReader(io.LimitReader(c, 1<<20))
	authenticated := password == ""
	for {
		args, err := command(r)
		if err != nil || len(args) == 0 {
			return
		}
		switch name := strings.ToUpper(args[0]); {
		case name == "AUTH":
			authenticated = args[len(args)-1] == password
			reply(c, authenticated, "+OK", "-WRONGPASS invalid username-password pair or user is disabled.")
		case !authenticated:
			fmt.Fprint(c, "-NOAUTH Authentication required.\r\n")
		case name == "PING":
			fmt.Fprint(c, "+PONG\r\n")
		case name == "COMMAND" && password != "":
			fmt.Fprint(c, "*1\r\n$-1\r\n") // FLUSHALL was renamed away
		case name == "COMMAND":
			fmt.Fprint(c, "*1\r\n*2\r\n$8\r\nflushall\r\n:-1\r\n")
		case name == "CONFIG" && password != "":
			fmt.Fprint(c, "*2\r\n$9\r\nmaxmemory\r\n$8\r\n33554432\r\n")
		case name == "CONFIG":
			fmt.Fprint(c, "*2\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n")
		default:
			fmt.Fprintf(c, "-ERR unknown command '%s'\r\n", strings.Map(printable, args[0]))
		}
	}
}

func reply(c net.Conn, ok bool, yes, no string) {
	if !ok {
		yes = no
	}
	fmt.Fprintf(c, "%s\r\n", yes)
}

func printable(r rune) rune {
	if r < ' ' || r > '~' {
		return '?'
	}
	return r
}

// command reads an inline command or an array of bulk strings.
func command(r *bufio.Reader) ([]string, error) {
	line, err := r.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "*") {
		return strings.Fields(line), err
	}
	n, err := strconv.Atoi(strings.TrimSpace(line[1:]))
	if err != nil || n < 0 || n > 16 {
		return nil, fmt.Errorf("array of %q", line)
	}
	args := make([]string, 0, n)
	for range n {
		arg, err := bulk(r)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
	return args, nil
}

func bulk(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	size, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "$")))
	if err != nil || size < 0 || size > 4096 {
		return "", fmt.Errorf("bulk string of %q", line)
	}
	data := make([]byte, size+2)
	if _, err := io.ReadFull(r, data); err != nil {
		return "", err
	}
	return string(data[:size]), nil
}
