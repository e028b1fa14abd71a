// SPDX-License-Identifier: Apache-2.0
#include "core/unit.hpp"

#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include "core/detail/unit_table.hpp"
#include "core/text.hpp"

namespace cairn {
namespace {

using detail::Atom;
using detail::Prefix;

constexpr int deepest_parentheses = 16;
constexpr std::size_t longest_unit_bytes = 200;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Unit unit_of(const Atom& atom) {
  Unit unit;
  unit.powers = atom.powers;
  unit.scale = atom.scale;
  unit.offset = atom.offset;
  unit.kind = atom.kind;
  return unit;
}

const Atom* find_atom(std::string_view text) {
  for (const Atom& atom : detail::atoms()) {
    if (atom.code == text) return &atom;
  }
  return nullptr;
}

// 万, 亿, 百, 千, 十 and their combinations stand in front of a counter or unit, or alone.
std::optional<Unit> scaled_chinese(std::string_view text);

std::optional<Unit> known(std::string_view text) {
  if (const Atom* atom = find_atom(text)) return unit_of(*atom);
  for (const Prefix& prefix : detail::prefixes()) {
    if (!text.starts_with(prefix.code) || text.size() == prefix.code.size()) continue;
    const Atom* atom = find_atom(text.substr(prefix.code.size()));
    if (atom == nullptr || !atom->metric) continue;
    // Nobody means a millibit: "mbit" and "mB" are slips of the shift key.
    if (atom->powers[static_cast<std::size_t>(Dimension::information)] != 0 && prefix.scale < 1) {
      continue;
    }
    Unit unit = unit_of(*atom);
    unit.scale *= prefix.scale;
    return unit;
  }
  return scaled_chinese(text);
}

std::optional<Unit> scaled_chinese(std::string_view text) {
  for (const Prefix& scale : detail::chinese_scales()) {
    if (!text.starts_with(scale.code)) continue;
    const std::string_view rest = text.substr(scale.code.size());
    Unit unit;
    if (!rest.empty()) {
      const auto inner = known(rest);
      if (!inner || inner->kind != UnitKind::linear || inner->offset != 0) return std::nullopt;
      unit = *inner;
    }
    unit.scale *= scale.scale;
    return unit;
  }
  return std::nullopt;
}

std::string suggestion(std::string_view word) {
  std::vector<std::string> names;
  for (const Atom& atom : detail::atoms()) names.emplace_back(atom.code);
  const std::size_t plain = names.size();
  for (const Atom& atom : detail::atoms()) {
    if (!atom.metric) continue;
    const bool information = atom.powers[static_cast<std::size_t>(Dimension::information)] != 0;
    for (const Prefix& prefix : detail::prefixes()) {
      if (information && prefix.scale < 1) continue;
      names.push_back(std::string(prefix.code) + std::string(atom.code));
    }
  }
  for (const std::string& name : names) {
    if (iequals_ascii(name, word)) return format("; did you mean {}?", name);
  }
  if (word.size() > 2) {
    const std::span<const std::string> all(names);
    auto near = nearest(word, all.first(plain));
    if (!near) near = nearest(word, all);
    if (near) return format("; did you mean {}?", *near);
  }
  return "; write a UCUM code such as km, kW.h, Mbit/s, ug/m3 or a counter such as {station}";
}

// term = ['/'] factor {('.' | '/') factor};  factor = '(' term ')' | atom [exponent] [{…}]
class UnitReader {
 public:
  explicit UnitReader(std::string_view text) : text_(text) {}

  Result<Unit> read() {
    auto unit = term(0);
    if (unit && at_ < text_.size()) return unexpected();
    return unit;
  }

 private:
  Result<Unit> term(int depth) {
    if (depth > deepest_parentheses) {
      return fail(Code::too_large, format("the unit '{}' has too many parentheses", text_));
    }
    Unit total;
    bool divides = take('/');
    while (true) {
      auto factor = read_factor(depth);
      if (!factor) return factor;
      const auto product = divides ? divide(total, *factor) : multiply(total, *factor);
      if (!product) {
        const bool level = total.kind != UnitKind::linear || factor->kind != UnitKind::linear;
        return fail(Code::invalid,
                    level ? format("the unit '{}' multiplies or divides a level; dBm and its like "
                                   "stand alone",
                                   text_)
                          : format("the unit '{}' is too large or too small", text_));
      }
      total = *product;
      if (take('/')) {
        divides = true;
      } else if (take('.') || take_text("·")) {
        divides = false;
      } else {
        return total;
      }
    }
  }

  Result<Unit> read_factor(int depth) {
    Unit unit;
    if (take('(')) {
      auto inner = term(depth + 1);
      if (!inner) return inner;
      if (!take(')')) return unexpected();
      unit = std::move(*inner);
    } else if (at_ < text_.size() && text_[at_] == '{') {
      // An annotation alone counts things.
    } else {
      auto atom = read_atom();
      if (!atom) return atom;
      unit = std::move(*atom);
    }
    const int exponent = read_exponent();
    const auto raised = power(unit, exponent);
    if (!raised) {
      return fail(Code::invalid, format("the unit '{}' has an exponent that does not fit", text_));
    }
    if (at_ < text_.size() && text_[at_] == '{') {
      const std::size_t close = text_.find('}', at_);
      if (close == std::string_view::npos) {
        return fail(Code::invalid, format("the unit '{}' has a {{ without its }}", text_));
      }
      at_ = close + 1;
    }
    return *raised;
  }

  Result<Unit> read_atom() {
    const std::size_t begin = at_;
    if (text_.substr(at_).starts_with("10*") || text_.substr(at_).starts_with("10^")) {
      at_ += 3;
      Unit unit;
      unit.scale = std::pow(10, read_exponent());
      return unit;
    }
    if (at_ < text_.size() && is_digit(text_[at_])) {
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
      Unit unit;
      unit.scale = parse_number(text_.substr(begin, at_ - begin)).value_or(0);
      if (unit.scale == 0) return fail(Code::invalid, format("the unit '{}' is zero", text_));
      return unit;
    }
    int square = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '[') ++square;
      if (c == ']') --square;
      const bool ends = c == '.' || c == '/' || c == '(' || c == ')' || c == '{' || c == '}' ||
                        c == ' ' || c == '^' || is_digit(c) || c == '-' || c == '+';
      if (square == 0 && (ends || superscript() != 0)) break;
      ++at_;
      if (text_.substr(at_).starts_with("·")) break;
    }
    if (at_ == begin) return unexpected();
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (auto unit = known(word)) return *unit;
    if (word == "G" || word == "M" || word == "T") {
      return fail(Code::invalid, format("the unit '{}' does not say of what; write {}By for an "
                                        "amount of data or {}bit/s for a rate",
                                        word, word, word));
    }
    return fail(Code::invalid, word == text_ ? format("unknown unit '{}'{}", word, suggestion(word))
                                             : format("unknown unit '{}' in '{}'{}", word, text_,
                                                      suggestion(word)));
  }

  // 2 for "²", 3 for "³" at the reading point.
  int superscript() const {
    const std::string_view rest = text_.substr(at_);
    return rest.starts_with("²") ? 2 : rest.starts_with("³") ? 3 : 0;
  }

  int read_exponent() {
    if (const int raised = superscript(); raised != 0) {
      at_ += std::string_view("²").size();
      return raised;
    }
    std::size_t at = at_;
    if (at < text_.size() && text_[at] == '^') ++at;
    const bool negative = at < text_.size() && text_[at] == '-';
    if (at < text_.size() && (text_[at] == '-' || text_[at] == '+')) ++at;
    if (at >= text_.size() || !is_digit(text_[at])) return 1;
    int value = 0;
    while (at < text_.size() && is_digit(text_[at])) {
      if (value < 1000) value = value * 10 + (text_[at] - '0');
      ++at;
    }
    at_ = at;
    return negative ? -value : value;
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_text(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  tl::unexpected<Error> unexpected() const {
    if (at_ >= text_.size()) {
      return fail(Code::invalid, format("the unit '{}' ends too early", text_));
    }
    std::size_t next = at_;
    next_code_point(text_, next);
    return fail(Code::invalid, format("'{}' is not expected in the unit '{}'",
                                      text_.substr(at_, next - at_), text_));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// The text of a product: "kW" and "h" give "kW.h", "mm/h" and "h" give "mm". A text that is more
// than atoms with exponents is kept whole in parentheses.
struct TextFactor {
  std::string atom;
  int exponent = 1;
};

std::vector<TextFactor> text_factors(std::string_view text) {
  if (text == "1" || text.empty()) return {};
  if (text.find_first_of("()") != std::string_view::npos) return {{format("({})", text), 1}};
  std::vector<TextFactor> factors;
  std::size_t begin = 0;
  int sign = 1;
  bool annotated = false;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '{') annotated = true;
    if (i < text.size() && text[i] == '}') annotated = false;
    if (i < text.size() && (annotated || (text[i] != '.' && text[i] != '/'))) continue;
    std::string_view word = text.substr(begin, i - begin);
    std::size_t letters = word.size();
    while (letters > 0 && is_digit(word[letters - 1])) --letters;
    if (letters > 0 && letters < word.size() && word[letters - 1] == '-') --letters;
    const auto exponent = letters == 0 ? std::nullopt : parse_integer(word.substr(letters));
    if (exponent) word = word.substr(0, letters);
    if (!word.empty() && word != "1") {
      factors.push_back({std::string(word), sign * static_cast<int>(exponent.value_or(1))});
    }
    sign = i < text.size() && text[i] == '/' ? -1 : 1;
    begin = i + 1;
  }
  return factors;
}

std::string product_text(const Unit& a, const Unit& b, int sign) {
  std::vector<TextFactor> factors = text_factors(a.text);
  for (const TextFactor& factor : text_factors(b.text)) {
    bool merged = false;
    for (TextFactor& have : factors) {
      if (have.atom != factor.atom) continue;
      have.exponent += sign * factor.exponent;
      merged = true;
      break;
    }
    if (!merged) factors.push_back({factor.atom, sign * factor.exponent});
  }
  std::string text;
  for (const bool above : {true, false}) {
    for (const TextFactor& factor : factors) {
      if (factor.exponent == 0 || (factor.exponent > 0) != above) continue;
      if (above && !text.empty()) text += ".";
      if (!above) text += text.empty() ? "1/" : "/";
      text += factor.atom;
      if (const int size = std::abs(factor.exponent); size != 1) text += std::to_string(size);
    }
  }
  return text.empty() ? "1" : text;
}

std::optional<Unit> combine(const Unit& a, const Unit& b, int sign) {
  if (a.kind == UnitKind::level || b.kind == UnitKind::level) return std::nullopt;
  if (a.kind == UnitKind::level_ratio && b.kind == UnitKind::level_ratio) return std::nullopt;
  if (b.kind == UnitKind::level_ratio && sign < 0) return std::nullopt;
  Unit result;
  for (std::size_t i = 0; i < result.powers.size(); ++i) {
    const int sum = a.powers[i] + sign * b.powers[i];
    if (sum > 100 || sum < -100) return std::nullopt;
    result.powers[i] = static_cast<std::int8_t>(sum);
  }
  result.scale = sign > 0 ? a.scale * b.scale : a.scale / b.scale;
  if (!std::isfinite(result.scale) || result.scale == 0) return std::nullopt;
  if (a.kind == UnitKind::level_ratio || b.kind == UnitKind::level_ratio) {
    result.kind = UnitKind::level_ratio;
  }
  result.text = product_text(a, b, sign);
  return result;
}

}  // namespace

bool Unit::dimensionless() const {
  if (kind != UnitKind::linear) return false;
  for (const std::int8_t power : powers) {
    if (power != 0) return false;
  }
  return true;
}

bool Unit::compatible(const Unit& other) const {
  return kind == other.kind && powers == other.powers;
}

Result<Unit> parse_unit(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (trimmed.empty()) {
    return fail(Code::invalid, "the unit is empty; a number without a unit has the unit 1");
  }
  if (trimmed.size() > longest_unit_bytes) {
    return fail(Code::too_large, format("a unit of {} bytes; at most {} are read", trimmed.size(),
                                        longest_unit_bytes));
  }
  // "dBuV/m" is one unit, not a quotient.
  if (auto whole = known(trimmed)) {
    whole->text = trimmed;
    return *whole;
  }
  auto unit = UnitReader(trimmed).read();
  if (unit) unit->text = trimmed;
  return unit;
}

Unit unit_one() {
  return {};
}

Conversion conversion(const Unit& from, const Unit& to) {
  Conversion c;
  if (from.kind == UnitKind::level) {
    // Ratios of power count 10 dB a decade, ratios of fields (V, V/m, Pa) 20.
    const bool is_power = from.powers[static_cast<std::size_t>(Dimension::mass)] == 1 &&
                          from.powers[static_cast<std::size_t>(Dimension::time)] == -3 &&
                          from.powers[static_cast<std::size_t>(Dimension::current)] == 0;
    if (from.scale != to.scale) {
      c.add = (is_power ? 10 : 20) * std::log10(from.scale / to.scale);
      const double whole = std::round(c.add);
      if (std::fabs(c.add - whole) < 1e-9) c.add = whole;
    }
    return c;
  }
  if (from.scale != to.scale) {
    // Decimal ratios are whole numbers one way or the other: then one rounding is enough.
    const double ratio = from.scale / to.scale;
    const double up = std::round(ratio);
    const double down = std::round(1 / ratio);
    if (ratio >= 1 && std::fabs(ratio - up) <= 1e-12 * ratio) {
      c.multiply = up;
    } else if (ratio < 1 && std::fabs(1 / ratio - down) <= 1e-12 / ratio) {
      c.divide = down;
    } else {
      c.multiply = from.scale;
      c.divide = to.scale;
    }
  }
  if (from.offset != to.offset) c.add = (from.offset - to.offset) / to.scale;
  return c;
}

double convert(double value, const Unit& from, const Unit& to) {
  return conversion(from, to).apply(value);
}

std::optional<Unit> multiply(const Unit& a, const Unit& b) {
  return combine(a, b, 1);
}

std::optional<Unit> divide(const Unit& a, const Unit& b) {
  return combine(a, b, -1);
}

std::optional<Unit> power(const Unit& a, int exponent) {
  if (exponent == 1) return a;
  if (exponent < -20 || exponent > 20) return std::nullopt;
  Unit result;
  for (int i = 0; i < std::abs(exponent); ++i) {
    const auto next = combine(result, a, exponent < 0 ? -1 : 1);
    if (!next) return std::nullopt;
    result = *next;
  }
  return result;
}

std::string dimension_text(const Unit& unit) {
  static constexpr const char* names[] = {"length",      "mass",   "time",     "current",
                                          "temperature", "amount", "luminous", "angle",
                                          "information", "money"};
  if (unit.kind == UnitKind::level) return "level";
  std::string above;
  std::string below;
  for (std::size_t i = 0; i < unit.powers.size(); ++i) {
    const int exponent = unit.powers[i];
    if (exponent == 0) continue;
    std::string& part = exponent > 0 ? above : below;
    if (exponent > 0 && !part.empty()) part += ".";
    if (exponent < 0) part += "/";
    part += names[i];
    if (std::abs(exponent) != 1) part += std::to_string(std::abs(exponent));
  }
  if (unit.kind == UnitKind::level_ratio) return "decibel" + below;
  if (above.empty() && below.empty()) return "a plain number";
  return (above.empty() ? "1" : above) + below;
}

}  // namespace cairn
