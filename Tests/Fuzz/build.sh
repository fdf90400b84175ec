#!/bin/bash
# Builds .build/fuzz/writ-fuzz: the readers of bytes from outside, with libFuzzer and
# AddressSanitizer around them.
#
# Only our own modules are built again, with the sanitizers and optimized. The packages that they use
# are linked as `swift build` left them: BoringSSL alone takes minutes to build.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=.build/fuzz
bin=$(swift build --show-bin-path)
mkdir -p $out

options=(
  -swift-version 6 -O -wmo -num-threads 2 -parse-as-library -package-name writ
  -sanitize=fuzzer,address -I $out -I "$bin/Modules" -I Sources/CGit2 -I Sources/CYAML
  -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
  -enable-upcoming-feature MemberImportVisibility
)
for name in CCryptoBoringSSL CCryptoBoringSSLShims; do
  options+=(-Xcc "-fmodule-map-file=.build/checkouts/swift-crypto/Sources/$name/include/module.modulemap")
done

# module NAME FILE…: builds a module, unless it is newer than its files and all modules before it.
newest=$0
module() {
  local name=$1 object=$out/$1.o
  shift
  if [ ! -e "$object" ] || [ -n "$(find "$@" "$newest" -newer "$object" -print -quit)" ]; then
    local objects=() file
    echo "fuzz: building $name"
    rm -rf "$out/$name.parts"
    mkdir -p "$out/$name.parts"
    { echo '{"": {}'
      for file in "$@"; do
        local part=$out/$name.parts/${file//\//-}.o
        objects+=("$part")
        echo ", \"$file\": {\"object\": \"$part\"}"
      done
      echo '}'; } > "$out/$name.parts/map.json"
    swiftc "${options[@]}" -module-name "$name" -emit-module -emit-module-path "$out/$name.swiftmodule" \
      -c -output-file-map "$out/$name.parts/map.json" "$@"
    ld -r -o "$object" "${objects[@]}"
  fi
  newest=$object
}

for name in Actions Resources Signatures TimeZones Cron CEL Kinds Planning Workflows Rendering Faults Git YAML; do
  mapfile -t files < <(find Sources/$name -name '*.swift' | sort)
  module $name "${files[@]}"
done
# The files that read what a stranger sends, without the server around them.
module ControlPlane Sources/ControlPlane/{AccessToken,HookSecret,ServerFile}.swift
module Fuzz Tests/Fuzz/Targets/*.swift
module WritFuzz Tests/Fuzz/Driver/*.swift

if [ $out/WritFuzz.o -nt $out/writ-fuzz ]; then
  echo "fuzz: linking"
  mapfile -t packages < <(find "$bin"/{Crypto,CryptoExtras,SwiftASN1,CryptoBoringWrapper,CCryptoBoringSSL,CCryptoBoringSSLShims,CXKCP,CXKCPShims,HTTPTypes}.build -name '*.o')
  swiftc -sanitize=fuzzer,address -use-ld=lld -o $out/writ-fuzz \
    $out/*.o "${packages[@]}" -lgit2 -lyaml -lstdc++
fi
