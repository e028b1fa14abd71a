// SPDX-License-Identifier: Apache-2.0
// A pack folder from one input: pack.yaml, things.csv and data.csv, divided by lines "---".
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "model/memory_files.hpp"
#include "model/pack_check.hpp"
#include "model/pack_load.hpp"
#include "model/snapshot.hpp"

namespace {

std::string part(std::string_view& rest) {
  const std::size_t cut = rest.find("\n---\n");
  std::string out(rest.substr(0, cut));
  rest = cut == std::string_view::npos ? std::string_view() : rest.substr(cut + 5);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn::model;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  FileMap map;
  map["p/pack.yaml"] = part(rest);
  map["p/things.csv"] = part(rest);
  map["p/data.csv"] = part(rest);
  auto catalog = std::make_shared<Catalog>();
  Records records;
  cairn::Problems problems;
  load_pack(MemoryFiles(map), "p", *catalog, records, problems);
  // An input without a problem names everything once and builds.
  for (const TypeDef& type : catalog->types) {
    if (catalog->type(type.name) != &type) std::abort();
  }
  for (const IndicatorDef& indicator : catalog->indicators) {
    if (indicator.formula.empty() && !indicator.given && problems.ok()) std::abort();
  }
  for (const BandDef& band : catalog->bands) {
    if (catalog->band(band.id) != &band || band.value("resource_blocks") < 1) std::abort();
  }
  for (const cairn::Error& error : problems.errors) {
    if (error.message.empty()) std::abort();
  }
  check_packs(*catalog, {}, problems);
  auto regions = std::make_shared<RegionTree>();
  const Snapshot snapshot = build_snapshot({catalog, regions, {}}, records, problems);
  if (snapshot.tables.size() != catalog->types.size()) std::abort();
  return 0;
}
