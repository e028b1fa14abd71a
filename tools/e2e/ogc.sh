#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# GDAL reads things and regions through OGC API Features.
#   tools/e2e/ogc.sh build/cairn      starts a server of its own
# Exits with 77 when GDAL's programs are not installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
command -v ogrinfo >/dev/null || { echo "ogrinfo (Debian: gdal-bin) is not installed"; exit 77; }
if [ -z "${CAIRN_URL:-}" ]; then
  cairn=$(realpath "${1:?usage: ogc.sh path/to/cairn}")
  cd "$here/../.."
  exec "$here/with-server" "$cairn" "$here/ogc.sh"
fi

# Proxies of the machine are not for loopback.
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
service=OAPIF:$CAIRN_URL/ogc
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
failed=0
# check <what> <number> <operator of test> <number wanted>
check() {
  if [ "$2" "$3" "$4" ]; then
    echo "ok    $1: $2"
  else
    echo "WRONG $1: $2, wanted $3 $4"
    failed=1
  fi
}
gdal() { "$@" 2>>"$files/errors"; }
features() { gdal ogrinfo -ro -al -so "$@" | sed -n 's/^Feature Count: //p'; }

gdal ogrinfo -ro "$service" >"$files/layers"
check "layers" "$(grep -c '^[0-9]*: ' "$files/layers")" -ge 10
for layer in county prefecture town village base_station zone; do
  check "layer $layer" "$(grep -cE "^[0-9]+: $layer( |\$)" "$files/layers")" -eq 1
done
check "counties" "$(features "$service" county)" -ge 22
check "counties of Panxi" \
  "$(features "$service" county -where "id LIKE '5104%' OR id LIKE '5134%'")" -eq 22
check "villages in a box" "$(features "$service" village -spat 102.0 27.6 102.6 28.1)" -gt 50
gdal ogrinfo -ro -al "$service" county >"$files/county"
check "counties with an area" "$(grep -cE '^ +(MULTI)?POLYGON \(\(' "$files/county")" -ge 22
gdal ogrinfo -ro -al "$service" prefecture -where "id = '5134'" >"$files/prefecture"
check "a prefecture as an area" "$(grep -c '^ *MULTIPOLYGON (((' "$files/prefecture")" -eq 1
# All villages come over in pages of 1,000, and the copy has as many.
gdal ogr2ogr -f GPKG "$files/copy.gpkg" "$service" village -oo PAGE_SIZE=1000
check "villages copied" "$(features "$files/copy.gpkg" village)" -eq \
  "$(features "$service" village)"
check "lines of complaint from GDAL" "$(grep -c . "$files/errors" || true)" -eq 0
[ $failed -eq 0 ] || cat "$files/errors"
exit $failed
