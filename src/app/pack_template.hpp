// SPDX-License-Identifier: Apache-2.0
// The files of a new pack, filled in from a template that checks as it stands: what a new sensor
// system needs, with notes in both languages where its author goes on.
#pragma once

#include <string>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"

namespace cairn::app {

struct PackWish {
  std::string id;        // the folder: a-z, 0-9 and -
  Label label;           // empty: the id
  std::string type;      // empty: the id with _ and "_station"
  std::string property;  // empty: "level"
  std::string unit;      // empty: "m"
  std::string region;    // where the sample station stands
  double lon = 0;        // degrees, WGS 84
  double lat = 0;
};

struct PackText {
  std::string name;  // relative to the pack's folder
  std::string text;
};

// What was left out is filled in; an error names the option and what it may be.
Result<PackWish> complete(PackWish wish);

// `wish` is complete.
std::vector<PackText> pack_texts(const PackWish& wish);

}  // namespace cairn::app
