#!/usr/bin/env bash
# Assembles the final stage of the Dockerfile from the locally built binary, for
# machines that can pull no base image. IMAGE names the result, BIN the directory of the
# binary.
set -euo pipefail
cd "$(dirname "$0")/.."
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
mkdir -p "$context/root/etc/ssl/certs"
install -d -m 1777 "$context/root/tmp"
cp "${BIN:-bin}/assure" "$context/root/assure"
ln -s assure "$context/root/assure-post"
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
	cp /etc/ssl/certs/ca-certificates.crt "$context/root/etc/ssl/certs/"
fi
# Everything from the final FROM on, with the local root in place of the builder's.
awk '/^FROM scratch/ {keep = 1} keep' Dockerfile | sed 's|COPY --from=build /out/ /|COPY root/ /|' >"$context/Dockerfile"
DOCKER_BUILDKIT=0 docker build -q -t "${IMAGE:-assure:local}" "$context"
