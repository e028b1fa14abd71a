// SPDX-License-Identifier: Apache-2.0
// A radio band as a pack declares it: the numbers of its link budget, each with where it comes
// from. What they mean for a phone is computed in radio/link_budget.hpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"

namespace cairn::model {

struct BandNumber {
  std::string key;  // as band_keys() has it: "power_dbm"
  double value = 0;
  std::string source;     // a document and its place, or how it follows from other numbers
  bool recalled = false;  // usual practice without a document at hand: check before relying on it
  std::string place;      // file:line of the declaration
  bool operator==(const BandNumber&) const = default;
};

struct BandDef {
  std::string id;  // "n28", "b3", "nb_b8"
  std::string pack;
  Label label;
  std::string technology;            // 2g, 3g, 4g, 5g, nb-iot
  std::vector<std::string> aliases;  // as registers call it: "B3", "LTE1800"
  std::vector<BandNumber> numbers;
  Label note;
  std::string place;

  const BandNumber* number(std::string_view key) const;
  // The value of `key`, or what band_keys() has as the default of an optional one.
  double value(std::string_view key) const;
  // Whether a register means this band by `name`: id or alias, whatever the case.
  bool called(std::string_view name) const;
  bool operator==(const BandDef&) const = default;
};

// What a band may say, in the order in which it is shown. Ranges include both ends.
struct BandKey {
  std::string_view key;
  double lowest = 0;
  double highest = 0;
  bool required = false;
  double otherwise = 0;  // where it is not required
  bool whole = false;
  std::string_view unit;  // "dBm", "MHz", "" where there is none
};
std::span<const BandKey> band_keys();
const BandKey* band_key(std::string_view key);

}  // namespace cairn::model
