# The builder's tags are resolved to digests by the update workflow; see .github/dependabot.yml.
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOEXPERIMENT=jsonv2 GOFLAGS=-trimpath
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=dev TARGETOS TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    GOOS=$TARGETOS GOARCH=$TARGETARCH go build \
    -ldflags "-s -w -X github.com/stella-ops/assure/internal/cli.version=$VERSION" -o /out/assure ./cmd/assure
RUN mkdir -p /out/etc/ssl/certs && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && ln -s assure /out/assure-post && mkdir -m 1777 /out/tmp

# Nothing but the program: no shell, no package manager, nothing to patch.
FROM scratch
COPY --from=build /out/ /
# The runner starts action containers without a user mapping, and the files through
# which outputs and summaries are returned belong to another user: only root can write
# them. The program drops nothing by running as root here, because the engine's socket
# that the runner mounts is root on its machine already.
USER 0:0
ENTRYPOINT ["/assure"]
