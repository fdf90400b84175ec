#!/bin/bash
# Runs the tests under AddressSanitizer (with leaks) and ThreadSanitizer; SANITIZERS picks one.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/Tests/Sanitizers
failed=()

# check SANITIZER TARGET…: builds all tests with the sanitizer and runs those of the targets.
check() {
  local sanitizer=$1 target
  shift
  local options=(--disable-xctest "--sanitize=$sanitizer" --scratch-path ".build/$sanitizer")
  swift build --build-tests "--sanitize=$sanitizer" --scratch-path ".build/$sanitizer" \
    2> >(grep -v 'Cannot export local symbol' >&2)
  for target in "$@"; do
    echo "== $target, $sanitizer sanitizer"
    # libgit2 is built without frame pointers; who called it shows by the slow way only.
    case $target in Git*) export ASAN_OPTIONS=fast_unwind_on_malloc=0 ;; *) unset ASAN_OPTIONS ;; esac
    timeout 3600 swift test --skip-build "${options[@]}" --filter "^$target\." || failed+=("$target ($sanitizer)")
  done
}

# A crash is the sanitizer's to tell: Swift's own backtraces trip over its memory.
export SWIFT_BACKTRACE=enable=no
export LSAN_OPTIONS=suppressions=$here/leaks.txt:print_suppressions=0
export TSAN_OPTIONS=suppressions=$here/races.txt

for sanitizer in ${SANITIZERS:-address thread}; do
  case $sanitizer in
    address) check address YAMLTests GitTests GitSourceTests PersistenceTests EngineTests AgentTests ;;
    thread) check thread EngineTests ControlPlaneTests IntegrationsTests PersistenceTests ;;
    *) echo "SANITIZERS is address, thread, or both" >&2; exit 64 ;;
  esac
done

if [ ${#failed[@]} != 0 ]; then
  printf 'failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
