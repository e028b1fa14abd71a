// SPDX-License-Identifier: Apache-2.0
// Every quantity on the way to a loss, by the recommendation's own symbol and equation number:
// what a table, a JSON answer or a profile drawing shows.
#pragma once

#include <string_view>
#include <vector>

#include "radio/itm.hpp"
#include "radio/p1812.hpp"
#include "radio/tr38901.hpp"

namespace cairn::radio {

struct Quantity {
  std::string_view symbol;    // as printed, with _ before a subscript: "d_lt"
  std::string_view meaning;   // in a few words
  std::string_view equation;  // "Eq. (78)"; a section or table where there is none
  double value = 0;
  std::string_view unit;  // "" where there is none
};

// In the order of P.1812-6.
std::vector<Quantity> quantities(const PathGeometry& path);
std::vector<Quantity> quantities(const PathGeometry& path, const P1812Loss& loss);
// In the order of Hufford's memorandum.
std::vector<Quantity> quantities(const ItmGeometry& path, const ItmLoss& loss);
// P.526 over free space; the equation numbers are those of P.1812-6.
std::vector<Quantity> quantities(const P526Loss& link, double free_space_db);
std::vector<Quantity> quantities(const RuralMacroLoss& loss, double ground_distance_m);

// A meaning of any quantity above in Chinese; empty for words that are none.
std::string_view chinese(std::string_view meaning);

}  // namespace cairn::radio
