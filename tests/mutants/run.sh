#!/usr/bin/env bash
# Proves that the tests notice: each patch here breaks one thing in a copy of the host, and the
# model-based test, or the test program in the patch's line "By:", must then fail for a reason that
# the patch names in a line "Fails:".
# `./dev mutants [NAME...]` calls it; docs/testing.md tells how to add one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly folder=$PWD/build-mutants
readonly source=$folder/source
readonly log=$folder/log

say() { printf 'mutants: %s\n' "$*"; }

# Copies what changed only, so that little is built again.
copy_source() {
  mkdir -p "$source"
  local file
  while IFS= read -r file; do
    [[ -f $file ]] || continue
    if ! cmp -s "$file" "$source/$file"; then
      mkdir -p "$(dirname "$source/$file")"
      cp "$file" "$source/$file"
    fi
  done < <(git ls-files --cached --others --exclude-standard)
  while IFS= read -r file; do
    [[ -f $file ]] || rm -f "$source/$file"
  done < <(cd "$source" && find . -type f)
}

# build PROGRAM
build() {
  [[ -f $folder/build/build.ninja ]] || cmake -G Ninja -S "$source" -B "$folder/build" >"$log"
  ninja -C "$folder/build" "$1" >"$log" 2>&1
}

# run_tests PROGRAM TESTS. Of the model three times the seeds of `./dev test`: some of what the
# patches break takes several rare events.
run_tests() {
  FIELDHOOK_MODEL_SHORTEN=0 FIELDHOOK_MODEL_SEEDS=${FIELDHOOK_MODEL_SEEDS:-1200} \
    timeout 600 "$folder/build/bin/$1" --gtest_filter="$2" >"$log" 2>&1
}

# passes PROGRAM TESTS: says so if they fail without a mutant.
passes() {
  if build "$1" && run_tests "$1" "$2"; then return 0; fi
  cat "$log" >&2
  say "the source as it is does not pass: $1, $2"
  return 1
}

# try PATCH: says how it went; not 0 when the mutant lives on.
try() {
  local patch=$1 name fails program tests='ModelTest.*'
  name=$(basename "$patch" .patch)
  fails=$(sed -n 's/^Fails: //p' "$patch")
  program=$(sed -n 's/^By: //p' "$patch")
  if [[ -z $fails ]]; then
    say "$name: has no line \"Fails:\""
    return 1
  fi
  if [[ -n $program ]]; then
    tests=${fails//$'\n'/:}
    passes "$program" "$tests" || return 1
  fi
  program=${program:-model_tests}
  if ! patch -p1 -s -N --no-backup-if-mismatch -d "$source" -r - <"$patch" >"$log"; then
    say "$name: does not apply any more: make it again for the code as it is now"
    return 1
  fi
  if ! build "$program"; then
    say "$name: does not build: $(grep -m1 'error' "$log")"
    return 1
  fi
  if run_tests "$program" "$tests"; then
    say "$name: SURVIVED; nothing fails although: $(head -1 "$patch")"
    return 1
  fi
  local reason
  while IFS= read -r reason; do
    grep -qF -e "invariant: $reason:" -e "$reason failed" \
      -e "[  FAILED  ] $reason" "$log" || continue
    say "$name: caught by \"$reason\""
    return 0
  done <<<"$fails"
  say "$name: fails, but not by \"${fails//$'\n'/\" or \"}\": $(grep -m1 -E 'seed [0-9]|SUMMARY' "$log")"
  return 1
}

main() {
  local patches=() name patch caught=0
  for name in "$@"; do patches+=("tests/mutants/$name.patch"); done
  (($# > 0)) || patches=(tests/mutants/*.patch)
  copy_source
  passes model_tests 'ModelTest.*' || return 1
  for patch in "${patches[@]}"; do
    if try "$patch"; then caught=$((caught + 1)); fi
    copy_source
  done
  say "$caught of ${#patches[@]} caught"
  ((caught == ${#patches[@]}))
}

main "$@"
