// SPDX-License-Identifier: Apache-2.0
// What an engine computed for things of a snapshot, as versions in time, and laying it over them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "model/snapshot.hpp"

namespace cairn::model {

// What changes at an instant: the other values go on.
struct DerivedVersion {
  Instant from = Instant::min();
  // Index into DerivedValues::properties, and the value from now on; missing: no value any more.
  std::vector<std::pair<std::uint16_t, Value>> changes;
  bool operator==(const DerivedVersion&) const = default;
};

struct DerivedThing {
  std::string id;
  bool estimated = false;                // its values rest on an estimate
  std::vector<DerivedVersion> versions;  // in order of `from`
  bool operator==(const DerivedThing&) const = default;
};

struct DerivedValues {
  std::string type;
  std::vector<std::string> properties;
  std::vector<DerivedThing> things;
  SourceDef source;  // the run: its key becomes the source of these properties
};

// The snapshot with these values: versions of things are split where a value changes. Only the
// table of the type is made anew. Errors: a type, property or thing that is not there, a value of
// the wrong kind.
Result<Snapshot> lay_derived(const Snapshot& base, const DerivedValues& values);

// The snapshot as it was before: what a proposal is laid over before the engines run again.
Snapshot without_derived(const Snapshot& snapshot);

}  // namespace cairn::model
