// Command app is a small web server for tests: a static binary that runs in an empty
// image and says where it is broken.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/stella-ops/assure/internal/stage/dast/runtime/facts"
)

func main() {
	mode := ""
	if len(os.Args) > 1 {
		mode = os.Args[1]
	}
	switch mode {
	case "once":
		return
	case "fail":
		fmt.Println("cannot reach the database with password", os.Getenv("DB_PASSWORD"))
		os.Exit(3)
	case "probe":
		r, err := http.Get("http://127.0.0.1:8080/health")
		if err != nil || r.StatusCode != http.StatusOK {
			fmt.Println("health check says no")
			os.Exit(1)
		}
		return
	case "dial":
		dial(os.Args[2], os.Args[3:])
		return
	case "sleep":
		time.Sleep(time.Hour)
	case "facts":
		if err := facts.Write(os.Stdout, "/proc/1"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	http.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) {
		if mode == "sick" {
			http.Error(w, "sick", http.StatusServiceUnavailable)
		}
	})
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Server", "app/1.2.3")
		fmt.Fprintf(w, `<html><head><title>App</title></head><body><a href="/about">about</a> %s</body></html>`, os.Getenv("GREETING"))
	})
	if err := http.ListenAndServe(":8080", nil); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// dial ends with an error when the neighbour cannot be reached, or one of the others can.
func dial(neighbour string, others []string) {
	reach := func(address string) bool {
		conn, err := net.DialTimeout("tcp", address, 2*time.Second)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}
	if !reach(neighbour) {
		fmt.Println("cannot reach", neighbour)
		os.Exit(4)
	}
	for _, address := range others {
		if reach(address) {
			fmt.Println("reached", address)
			os.Exit(5)
		}
	}
}
