// SPDX-License-Identifier: Apache-2.0
// The first byte chooses kind and type, the rest is the file. Whatever it is, the preview adds up
// and what was accepted fits the model.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/limits.hpp"
#include "share/detail/test_world.hpp"
#include "share/import.hpp"

namespace {

void check(const cairn::share::Preview& preview, const cairn::share::detail::TestWorld& world) {
  using cairn::limits::reported_errors;
  if (preview.rows != preview.accepted + preview.rejected) std::abort();
  if ((preview.rejected == 0) != (preview.error_count == 0)) std::abort();
  if (preview.errors.size() != std::min(preview.error_count, reported_errors)) std::abort();
  for (const auto& error : preview.errors) {
    if (error.message.empty() || error.record == 0) std::abort();
  }
  for (const auto& row : preview.sample) {
    if (row.cells.size() != preview.columns.size()) std::abort();
  }
  const auto& snapshot = world.snapshot();
  cairn::Problems problems;
  (void)cairn::model::build_snapshot({snapshot.catalog, snapshot.regions, snapshot.zone},
                                     {preview.records.things, {}, preview.records.statistics},
                                     problems);
  if (!problems.errors.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const cairn::share::detail::TestWorld world;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  cairn::share::ImportRequest request{.bytes = bytes};
  request.kind = static_cast<cairn::share::ImportKind>(data[0] % 3);
  if (data[0] & 4) request.type = (data[0] & 8) ? "village" : "base_station";
  if (data[0] & 16) request.thing = "e1";
  const auto preview = cairn::share::prepare(request, world.context());
  if (!preview) {
    if (preview.error().message.empty() || preview.error().place.empty()) std::abort();
    return 0;
  }
  check(*preview, world);
  return 0;
}
