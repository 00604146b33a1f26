#!/bin/sh
# Compiles for Java 8, which every runtime from Java8 on can load.
set -eu
cd "$(dirname "$0")"
rm -rf build
mkdir -p build
javac --release 8 -nowarn -encoding UTF-8 -d build $(find src -name '*.java')
echo "built: deploy the folder build"
