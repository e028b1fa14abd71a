// SPDX-License-Identifier: Apache-2.0
// Any bytes are a segment or damage with its place. Check sums are put right first, as far as they
// can be found: what is behind them must hold alone.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/crc32c.hpp"
#include "core/simulated_files.hpp"
#include "store/history_segment.hpp"

namespace {

using namespace cairn::store;

constexpr std::size_t footer_bytes = 64;
constexpr std::size_t groups_at = 40;  // in the footer; the directory's sum behind it

void mend(std::string& bytes) {
  if (bytes.size() < 8 + footer_bytes) return;
  const std::size_t end = bytes.size() - footer_bytes;
  std::uint32_t groups = 0;
  std::memcpy(&groups, bytes.data() + end + groups_at, 4);
  groups = static_cast<std::uint32_t>(std::min<std::size_t>(groups, end / sizeof(ChunkGroup)));
  const std::size_t directory = end - groups * sizeof(ChunkGroup);
  const std::string_view all(bytes);
  for (std::size_t at = directory; at < end; at += sizeof(ChunkGroup)) {
    ChunkGroup group;
    std::memcpy(&group, bytes.data() + at, sizeof group);
    const auto sum = [&](std::uint64_t from, std::uint32_t size) {
      return from <= all.size() ? cairn::crc32c(all.substr(from, size)) : 0;
    };
    group.data_crc = sum(group.offset, group.data_bytes);
    group.index_crc = sum(group.offset + group.data_bytes, group.index_bytes);
    std::memcpy(bytes.data() + at, &group, sizeof group);
  }
  const std::uint32_t directory_crc = cairn::crc32c(all.substr(directory, end - directory));
  std::memcpy(bytes.data() + end + groups_at + 4, &directory_crc, 4);
  const std::uint32_t crc = cairn::crc32c(all.substr(end, footer_bytes - 4));
  std::memcpy(bytes.data() + bytes.size() - 4, &crc, 4);
}

void read_all(const std::string& bytes) {
  cairn::SimulatedFiles files(1);
  files.put("s", bytes);
  const auto segment = Segment::open(files, "s", {});
  if (segment->damage()) {
    if (!segment->damage()->place.starts_with("s")) std::abort();
    if (segment->groups() != 0) std::abort();
  }
  ChunkCodec codec;
  Columns columns;
  for (std::size_t g = 0; g < segment->groups(); ++g) {
    std::vector<ChunkRef> refs;
    if (!segment->group(g, refs) && !refs.empty()) std::abort();
    for (const ChunkRef& ref : refs) {
      if (segment->decode(ref, codec, columns) && columns.size() != ref.count) std::abort();
      std::vector<ChunkRef> found;
      if (segment->chunks(ref.series, ref.first_ns - 1, ref.last_ns, found) && found.empty() &&
          ref.first_ns != INT64_MIN) {
        std::abort();
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  read_all(bytes);
  mend(bytes);
  read_all(bytes);
  return 0;
}
