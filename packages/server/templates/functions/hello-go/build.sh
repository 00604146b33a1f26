#!/bin/sh
# A static program for Linux: it needs nothing of the machine that it runs on.
set -eu
cd "$(dirname "$0")"
mkdir -p build
GOOS=linux CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o build/bootstrap .
echo "built: deploy the folder build"
