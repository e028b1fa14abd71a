// SPDX-License-Identifier: Apache-2.0
// A chunk: the points of one series for some time in few bytes. Every bit of every value comes
// back. Decimal values ("12.5") are kept as integers, other doubles as their bits in order; both as
// differences (store/history_ints.hpp). docs/formats/history.md has the layout.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "store/history_ints.hpp"

namespace cairn::store {

// What a down-sampled point stands for besides its time and value, which are those of the last
// observation.
struct Digest {
  std::uint64_t count = 1;
  double sum = 0;
  double min = 0;
  double max = 0;
  bool operator==(const Digest&) const = default;
};

// Points by rising time; `digests` is empty for observations as they were made, else as long.
struct Columns {
  std::vector<std::int64_t> times_ns;
  std::vector<double> values;
  std::vector<Digest> digests;

  std::size_t size() const { return times_ns.size(); }
  void clear();
  bool operator==(const Columns&) const = default;
};

// What a large chunk of observations says about all of its points without being decoded.
struct ChunkSummary {
  double min = 0;
  double max = 0;
  double last = 0;
  double sum_high = 0;  // sum_high + sum_low is the exact sum
  double sum_low = 0;
};

// Chunks of fewer points carry no summary: to decode them costs next to nothing.
inline constexpr std::size_t summary_points = 256;
// No chunk is larger: what a damaged index may ask for is bounded.
inline constexpr std::size_t most_chunk_points = 65'536;

// What encodes and decodes; keeps its scratch space. One for each thread.
class ChunkCodec {
 public:
  // Appends the chunk of points [begin, end) of `columns`, at least one. Its first time and its
  // number of points are not in it: the index has them.
  void encode(const Columns& columns, std::size_t begin, std::size_t end, std::string& out);
  // Into `out`, whose points before are gone. An error without place, and no points, when the bytes
  // are no chunk of `count` points.
  Status decode(std::string_view bytes, std::int64_t first_ns, std::size_t count, Columns& out);
  // Nothing when the chunk has none.
  Result<std::optional<ChunkSummary>> summary(std::string_view bytes, std::size_t count);

 private:
  struct Form;
  Form choose_form(std::span<const double> values);
  Form get_form();
  void put_block(std::span<const double> values);
  void put_values(std::span<const double> values);
  bool get_values(std::span<double> values);
  bool get_digests(std::size_t count, std::vector<Digest>& digests);
  void put_summary(const ChunkSummary& summary);
  ChunkSummary get_summary();
  void assign(std::string_view bytes);

  IntScratch scratch_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::int64_t> integers_;
  std::vector<double> numbers_;
  BitWriter out_;
  BitReader in_;
};

}  // namespace cairn::store
