package main

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// fill writes n Compose files, each in a directory of its own: those of the corpus over
// and over, or generated ones that look like what people write.
func fill(dir string, n int, corpus string) error {
	files, err := read(corpus)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 2)) // the same files in every run
	for i := range n {
		data := generate(r)
		if len(files) > 0 {
			data = files[i%len(files)]
		}
		stack := filepath.Join(dir, fmt.Sprintf("stack-%04d", i))
		if err := os.MkdirAll(stack, 0o755); err != nil {
			return fmt.Errorf("make directory: %w", err)
		}
		if err := os.WriteFile(filepath.Join(stack, "compose.yaml"), []byte(data), 0o644); err != nil {
			return fmt.Errorf("write file: %w", err)
		}
	}
	return nil
}

func read(corpus string) ([]string, error) {
	if corpus == "" {
		return nil, nil
	}
	var files []string
	err := filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "ml") {
			return err
		}
		data, err := os.ReadFile(path)
		files = append(files, string(data))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read corpus: %w", err)
	}
	return files, nil
}

// settings are lines that services have, some often, some seldom.
var settings = [...]string{
	"    restart: unless-stopped\n", "    restart: always\n", "    read_only: true\n", "    privileged: true\n",
	"    ports:\n      - \"80%[1]d:8080\"\n", "    ports:\n      - target: 8080\n        published: \"90%[1]d\"\n        host_ip: 127.0.0.1\n",
	"    environment:\n      - MODE=production\n      - DB_PASSWORD=${DB_PASSWORD:-changeme}\n",
	"    environment:\n      MODE: production\n      TOKEN_FILE: /run/secrets/token\n",
	"    volumes:\n      - ./data:/data\n      - cache:/cache:ro\n", "    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock\n",
	"    cap_drop: [ALL]\n", "    cap_add:\n      - NET_ADMIN\n", "    security_opt:\n      - no-new-privileges:true\n",
	"    healthcheck:\n      test: [\"CMD\", \"wget\", \"-q\", \"http://localhost:8080/health\"]\n      interval: 30s\n      timeout: 5s\n      retries: 3\n",
	"    tmpfs:\n      - /tmp:size=64m\n", "    user: \"10001:10001\"\n", "    networks: [back]\n", "    network_mode: host\n",
	"    deploy:\n      resources:\n        limits:\n          cpus: \"0.5\"\n          memory: 256M\n", "    logging:\n      driver: json-file\n",
	"    command: [\"serve\", \"--port\", \"8080\"]\n", "    labels:\n      owner: team-%[1]d\n",
}

var images = [...]string{"nginx:1.27", "redis:7", "postgres:16", "ghcr.io/acme/api:${TAG:-1.0}", "busybox", "valkey/valkey:8.0-alpine", "acme/web@sha256:" + digest}

const digest = "2b5a0f2e3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7"

// generate is a stack of one to five services.
func generate(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("x-common: &common\n  restart: on-failure:5\nservices:\n")
	for i := range 1 + r.IntN(5) {
		fmt.Fprintf(&b, "  service%d:\n    image: %s\n", i, images[r.IntN(len(images))])
		seen := map[string]bool{}
		for range r.IntN(8) {
			s := settings[r.IntN(len(settings))]
			key, _, _ := strings.Cut(s, ":")
			if !seen[key] && !(key == "    networks" && seen["    network_mode"]) && !(key == "    network_mode" && seen["    networks"]) {
				seen[key] = true
				b.WriteString(strings.ReplaceAll(s, "%[1]d", fmt.Sprint(10+i)))
			}
		}
		if !seen["    restart"] && r.IntN(4) == 0 {
			b.WriteString("    <<: *common\n")
		}
	}
	b.WriteString("volumes:\n  cache: {}\nnetworks:\n  back: {}\n")
	return b.String()
}
