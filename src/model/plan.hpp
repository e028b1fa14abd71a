// SPDX-License-Identifier: Apache-2.0
// A plan as data: claims (numbers somebody printed, each with its quote) and the relations between
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "model/catalog.hpp"

namespace cairn::model {

enum class Bound : std::uint8_t { exact, above, at_least, below, at_most, about };
const char* to_string(Bound bound);  // "", ">", ">=", "<", "<=", "~"
std::optional<Bound> parse_bound(std::string_view text);

// A printed number, a range or a phrase, with the decimals that were printed.
struct Figure {
  std::optional<int> year;
  std::optional<double> value;
  std::optional<double> value_max;  // of a range
  Bound bound = Bound::exact;
  int decimals = 0;        // of the printed number: half a unit of the last is its doubt
  std::string text;        // when it is not a number
  std::string price_base;  // when a row mixes bases: overrides the claim's
};

enum class ChangeKind : std::uint8_t { cumulative, cagr };

struct StatedChange {
  Figure figure;  // cumulative: in the claim's unit; cagr: percent a year
  ChangeKind kind = ChangeKind::cumulative;
};

struct Claim {
  std::string id;
  std::string indicator;
  std::string region;
  Label label;
  std::string unit;   // as printed
  std::string place;  // table | text | box | review
  std::optional<Figure> baseline;
  std::optional<Figure> target;
  std::optional<StatedChange> change;
  std::string binding;  // "expected" (预期性), "binding" (约束性) or empty
  Better better = Better::neither;
  std::string price_base;  // "2020", "current" or empty
  Label scope;
  std::vector<Quote> quotes;
  std::string file_place;  // file:line
};

// ratio: `of` = factor * numerator / denominator.    sum: `of` (or `total`) = the sum of `claims`.
// part: no claim of `claims`, nor their sum when `exclusive`, exceeds `of`.
// same: `claims` print one quantity though their ids or units differ.
// implied: as ratio, but nobody prints the denominator; its name says which claims of any plan
// must imply one and the same.
enum class RelationKind : std::uint8_t { ratio, sum, part, same, implied };
const char* to_string(RelationKind kind);

struct Relation {
  RelationKind kind = RelationKind::same;
  std::string of;  // ratio or whole
  std::string numerator, denominator;
  double factor = 1;                // ratio = factor * numerator / denominator, in plain units
  std::optional<Figure> total;      // of a sum without a claim for its whole, in the parts' unit
  bool exclusive = false;           // parts that do not overlap
  std::vector<std::string> claims;  // parts, or the same
  std::vector<Quote> quotes;
  std::string file_place;
};

struct Plan {
  std::string id;
  Label title;
  Label issuer;
  int first_year = 0;
  int last_year = 0;
  std::string region;
  std::vector<std::string> lines;  // the text, for quotes in context
  std::vector<Claim> claims;
  std::vector<Relation> relations;

  const Claim* claim(std::string_view claim_id) const;
};

}  // namespace cairn::model
