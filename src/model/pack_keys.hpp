// SPDX-License-Identifier: Apache-2.0
// What a pack.yaml may say, as a table: every key of every map in it, with its type, default,
// meaning and an example. The JSON Schema for editors and the reference in docs/packs.md are made
// of it; a test holds it against what the loaders ask for.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/label.hpp"

namespace cairn::model {

// `type` is one of
//   text number integer flag label span unit formula instant name   scalars ("name": a-z 0-9 _)
//   one of a, b, c                                                    one of these words
//   list <type>, map <type>, names <type>, <section>, <type> | <type>
// where a map has names as keys, and `names` whatever others call their columns or codes.
struct PackKey {
  std::string_view key;
  std::string_view type;
  bool required = false;
  std::string_view standard;  // what holds without it
  std::string_view zh;
  std::string_view en;
  std::string_view example;
};

// Keys of a section of which exactly one, or at most one, is there.
enum class Choice : std::uint8_t { none, exactly_one, at_most_one };

struct PackSection {
  std::string_view id;     // "rule"
  std::string_view where;  // "rules.<id>", in the reference
  std::string_view zh;
  std::string_view en;
  std::span<const PackKey> keys;
  Choice choice = Choice::none;
  std::string_view choose = {};  // "when, no_data"
};

// "pack" first: the file itself.
std::span<const PackSection> pack_sections();
const PackSection* pack_section(std::string_view id);  // none: nullptr

}  // namespace cairn::model
