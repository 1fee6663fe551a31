#!/bin/bash
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite ask for it: with $CC, $CFLAGS, $CXX, $CXXFLAGS and
# $LIB_FUZZING_ENGINE, into $OUT, with corpora and dictionaries beside them.
set -eu # here, as callers say `bash build.sh`, too
root=${MAILSPEC_ROOT:-${SRC:+$SRC/mailspec}}
[ -n "$root" ] && [ -d "$root" ] || root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${WORK:-/tmp}/mailspec-oss-fuzz

# Where the targets run there are no shared libraries but libc's: those of these two go with them.  MemorySanitizer does not
# see what such libraries write.
with_libraries="result serve"
left_out=""
[ "${SANITIZER:-}" != memory ] || left_out=$with_libraries

# What FILE is linked with beyond libc and the compiler's own goes to $OUT/lib, where its RPATH, which also holds for the
# libraries' libraries, looks first.
take_libraries() {
    mkdir -p "$OUT/lib"
    ldd "$1" | awk '$2 == "=>" && $3 ~ "^/" { print $3 }' | while read -r library; do
        case $(basename "$library") in
        libc.* | libm.* | libdl.* | librt.* | libpthread.* | libresolv.* | libgcc_s.* | libstdc++.*) ;;
        *) cp -L "$library" "$OUT/lib/" ;;
        esac
    done
}

# The flags of the fuzzer reach every object by CFLAGS; CMake itself adds nothing to them.
cmake -S "$root" -B "$build" -G Ninja \
    -DCMAKE_C_COMPILER="$CC" -DCMAKE_C_FLAGS="$CFLAGS" \
    -DCMAKE_CXX_COMPILER="${CXX:-$CC}" -DCMAKE_CXX_FLAGS="${CXXFLAGS:-$CFLAGS}" \
    -DMAILSPEC_TESTS=OFF -DMAILSPEC_SHARED=OFF -DMAILSPEC_FUZZ=ON \
    -DMAILSPEC_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" \
    -DCMAKE_SKIP_RPATH=ON -DCMAKE_EXE_LINKER_FLAGS='-Wl,--disable-new-dtags,-rpath,\$ORIGIN/lib'
cmake --build "$build" --target fuzzers

mkdir -p "$OUT"
for program in "$build"/fuzz/fuzz_*; do
    target=$(basename "$program")
    target=${target#fuzz_}
    case " empty $left_out " in *" $target "*) continue ;; esac
    cp "$program" "$OUT/"
    case " $with_libraries " in *" $target "*) take_libraries "$program" ;; esac
    case $target in
    pop3*) dict=pop3 ;;
    *) dict=smtp ;;
    esac
    cp "$root/corpus/dict/$dict.dict" "$OUT/fuzz_$target.dict"
    printf '[libfuzzer]\nmax_len = 4096\n' >"$OUT/fuzz_$target.options"
    inputs=()
    for folder in "$root/corpus/seeds/$target" "$root/corpus/regressions/$target"; do
        [ ! -d "$folder" ] || inputs+=("$folder")
    done
    if [ ${#inputs[@]} -gt 0 ]; then
        rm -f "$OUT/fuzz_${target}_seed_corpus.zip"
        python3 -c '
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for folder in sys.argv[2:]:
        for name in sorted(os.listdir(folder)):
            archive.write(os.path.join(folder, name), os.path.basename(os.path.dirname(folder)) + "-" + name)
' "$OUT/fuzz_${target}_seed_corpus.zip" "${inputs[@]}"
    fi
done
