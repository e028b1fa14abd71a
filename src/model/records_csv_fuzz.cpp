// SPDX-License-Identifier: Apache-2.0
// Things, statistics and SOURCES.md tables from any bytes: what reads is well formed, the rest is
// a problem with its place.
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "model/region_load.hpp"

using namespace cairn;
using namespace cairn::model;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Records records;
  Problems problems;
  read_things_csv(text, "fuzz.csv", Zone{8 * 3600}, records, problems);
  read_statistics_csv(text, "fuzz.csv", Zone{8 * 3600}, records, problems);
  for (const Thing& thing : records.things) {
    if (thing.id.empty() || thing.type.empty() || thing.place.empty()) std::abort();
    if (thing.valid.begin >= thing.valid.end) std::abort();
    if (thing.position && !(std::fabs(thing.position->x) <= 180)) std::abort();
  }
  for (const Statistic& statistic : records.statistics) {
    if (!std::isfinite(statistic.value) || statistic.period.begin >= statistic.period.end) {
      std::abort();
    }
  }
  for (const Error& error : problems.errors) {
    if (!error.place.starts_with("fuzz.csv")) std::abort();
  }
  for (const SourceDef& source : parse_sources(text, "s")) {
    if (!source.key.starts_with("s/")) std::abort();
  }
  return 0;
}
