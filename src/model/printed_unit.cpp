// SPDX-License-Identifier: Apache-2.0
#include "model/printed_unit.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"

namespace cairn::model {
namespace {

// A measure word is a Chinese word (户, 人次, 标准机架); anything else must be a unit we know.
// Limits keep a sentence from passing as one.
bool is_measure_word(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const char32_t c = next_code_point(text, at);
    if (c < 0x3400 || c > 0x9FFF) return false;
  }
  return count <= 8;
}

struct Scale {
  std::string_view word;
  double value;
};
constexpr std::array<Scale, 6> scales{
    {{"万亿", 1e12}, {"亿", 1e8}, {"万", 1e4}, {"千", 1e3}, {"百", 1e2}, {"十", 1e1}}};

Result<Unit> read_plain(std::string_view text) {
  if (auto unit = parse_unit(text)) return unit;
  double scale = 1;
  std::string_view rest = text;
  for (const Scale& s : scales) {
    if (!rest.starts_with(s.word)) continue;
    scale = s.value;
    rest.remove_prefix(s.word.size());
    break;
  }
  Unit unit = unit_one();
  if (!rest.empty()) {
    if (auto known = parse_unit(rest)) {
      unit = *known;
    } else if (!is_measure_word(rest)) {
      return fail(known.error());
    }
  }
  unit.scale *= scale;
  return unit;
}

}  // namespace

Result<PrintedUnit> read_printed_unit(std::string_view text) {
  PrintedUnit out;
  out.text = std::string(text);
  if (text.empty()) return fail(Code::invalid, "a unit is missing; write '1' where there is none");
  if (text == "G" || text == "T" || text == "M") {
    out.incomplete = true;
    out.unit = unit_one();
    out.unit.scale = text == "G" ? 1e9 : text == "T" ? 1e12 : 1e6;
    return out;
  }
  out.percent = text == "%" || text == "‰" || text == "[ppth]" || text == "个百分点";
  if (text == "‰" || text == "个百分点") {
    out.unit = unit_one();
    out.unit.scale = text == "‰" ? 1e-3 : 1e-2;
    return out;
  }
  const std::size_t slash = text.find('/');
  if (auto whole = parse_unit(text); whole || slash == std::string_view::npos) {
    auto unit = whole ? whole : read_plain(text);
    if (!unit) return fail(unit.error());
    out.unit = *unit;
    out.ratio = slash != std::string_view::npos && out.unit.dimensionless();
    out.unit.text = out.text;
    return out;
  }
  const auto over = read_plain(text.substr(0, slash));
  if (!over) return fail(over.error());
  const auto under = read_plain(text.substr(slash + 1));
  if (!under) return fail(under.error());
  const auto unit = divide(*over, *under);
  if (!unit) return fail(Code::invalid, format("'{}' is no quotient of units", text));
  out.unit = *unit;
  out.unit.text = out.text;
  out.ratio = true;
  return out;
}

bool comparable(const PrintedUnit& a, const PrintedUnit& b) {
  if (a.incomplete || b.incomplete) return a.text == b.text;
  return a.unit.compatible(b.unit) && a.percent == b.percent && a.unit.kind == UnitKind::linear &&
         b.unit.kind == UnitKind::linear;
}

}  // namespace cairn::model
