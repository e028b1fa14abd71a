// SPDX-License-Identifier: Apache-2.0
// Any bytes are a chunk or an error, and what was read survives being written; any doubles come
// back to the bit.
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "store/chunk.hpp"

namespace {

using cairn::store::ChunkCodec;
using cairn::store::Columns;

bool same(const Columns& a, const Columns& b) {
  const auto bits = [](double v) { return std::bit_cast<std::uint64_t>(v); };
  if (a.times_ns != b.times_ns || a.digests.size() != b.digests.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (bits(a.values[i]) != bits(b.values[i])) return false;
    if (a.digests.empty()) continue;
    const auto& x = a.digests[i];
    const auto& y = b.digests[i];
    if (x.count != y.count || bits(x.sum) != bits(y.sum) || bits(x.min) != bits(y.min) ||
        bits(x.max) != bits(y.max)) {
      return false;
    }
  }
  return true;
}

void expect_back(ChunkCodec& codec, const Columns& columns) {
  std::string bytes;
  codec.encode(columns, 0, columns.size(), bytes);
  Columns again;
  const auto first = columns.times_ns.front();
  if (!codec.decode(bytes, first, columns.size(), again) || !same(columns, again)) std::abort();
  if (!codec.summary(bytes, columns.size())) std::abort();
}

}  // namespace

// Two bytes of the number of points, eight of the first time, then the chunk.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 10) return 0;
  std::uint16_t count = 0;
  std::int64_t first = 0;
  std::memcpy(&count, data, 2);
  std::memcpy(&first, data + 2, 8);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 10, size - 10);
  ChunkCodec codec;
  Columns columns;
  (void)codec.summary(bytes, count);
  if (codec.decode(bytes, first, count, columns)) {
    if (columns.size() != count) std::abort();
    expect_back(codec, columns);
  } else if (columns.size() != 0) {
    std::abort();
  }
  // The same bytes as values, a nanosecond apart.
  columns.clear();
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    double v = 0;
    std::memcpy(&v, bytes.data() + at, 8);
    columns.values.push_back(v);
    columns.times_ns.push_back(static_cast<std::int64_t>(at));
  }
  if (columns.size() > 0) expect_back(codec, columns);
  return 0;
}
