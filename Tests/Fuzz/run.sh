#!/bin/bash
# Feeds mutated inputs to the readers of bytes from outside: run.sh SECONDSs|INPUTS [TARGET…]
#
# `60s` searches: a minute for each reader, other mutations each time (or those of FUZZ_SEED), from
# the corpus and the regressions in the tree and from what earlier runs found worth keeping in
# .build/fuzz/work. `5000` checks: as many inputs, made of those in the tree alone and always the
# same ones (with addresses and hashes that do not change), so that one commit gives one answer. An input that breaks a promise is written to
# .build/fuzz/crashes, and the command that repeats it is printed.
set -euo pipefail
cd "$(dirname "$0")/../.."
amount=$1
shift
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
  for folder in Tests/Fuzz/Corpus/*/; do targets+=("$(basename "$folder")"); done
fi

Tests/Fuzz/build.sh

# Leaks are for `make sanitize`, which knows what Swift keeps; a crash is the sanitizer's to tell.
export ASAN_OPTIONS=detect_leaks=0:malloc_context_size=4 SWIFT_BACKTRACE=enable=no
still=()
case $amount in
  *s)
    found=work limits=(-max_total_time="${amount%s}" ${FUZZ_SEED:+-seed=$FUZZ_SEED}) ;;
  *)
    found=once limits=(-runs="$amount" -seed="${FUZZ_SEED:-1}")
    rm -rf .build/fuzz/once
    export SWIFT_DETERMINISTIC_HASHING=1
    if setarch -R true 2> /dev/null; then still=(setarch -R); fi ;;
esac
crashes=.build/fuzz/crashes
mkdir -p $crashes
failed=0
for target in "${targets[@]}"; do
  work=.build/fuzz/$found/$target log=.build/fuzz/$target.log
  mkdir -p "$work" "Tests/Fuzz/Regressions/$target"
  inputs=("Tests/Fuzz/Corpus/$target" "Tests/Fuzz/Regressions/$target")
  if [ "$found" = once ]; then
    # In an order that does not depend on how they lie on the disk.
    inputs=("-seed_inputs=$(find "${inputs[@]}" -type f | LC_ALL=C sort | paste -sd,)")
  fi
  if FUZZ_TARGET=$target "${still[@]}" .build/fuzz/writ-fuzz \
    "${limits[@]}" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -dict="Tests/Fuzz/Dictionaries/$target.dict" \
    -artifact_prefix="$crashes/$target-" \
    "$work" "${inputs[@]}" > "$log" 2>&1
  then
    runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
    covered=$(grep -o 'cov: [0-9]*' "$log" | tail -1)
    echo "fuzz: $target: $runs inputs, ${covered#cov: } edges, nothing found"
  else
    failed=1
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
    echo "fuzz: $target: FAILED, see $log"
    grep -a -m 3 -E 'broken promise|Fatal error|ERROR:' "$log" || true
    echo "repeat it with:"
    echo "  ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no FUZZ_TARGET=$target .build/fuzz/writ-fuzz $input"
    echo "mend it, and keep the input: mv $input Tests/Fuzz/Regressions/$target/what-it-was"
  fi
done
exit $failed
