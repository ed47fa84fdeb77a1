#!/bin/sh
# Compiles films.wasm from the C beside it and records what it came from. Needs clang and lld; Debian: apt-get install clang lld
set -eu
cd "$(dirname "$0")"
objects=$(mktemp -d)
trap 'rm -r "$objects"' EXIT
for source in arena jpeg resize; do
  clang --target=wasm32 -std=c11 -O3 -msimd128 -mbulk-memory -ffreestanding -Wall -Wextra -Werror -c -o "$objects/$source.o" "$source.c"
done
# The linker by itself: clang would have it optimised once more where it finds binaryen, and the bytes would depend on that.
wasm-ld --no-entry --strip-all --stack-first -z stack-size=65536 --max-memory=4294967296 -o films.wasm "$objects"/*.o
{
  clang --version | head -n 1
  sha256sum films.wasm ./*.c ./*.h | sed 's| \./| |'
} > films.wasm.record
