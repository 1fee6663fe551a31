#!/bin/bash -eu
exec "$SRC/mailspec/fuzz/oss-fuzz/build.sh"
