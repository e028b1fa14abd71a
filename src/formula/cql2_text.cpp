// SPDX-License-Identifier: Apache-2.0
// Kernels over texts: LIKE, CASEI, ACCENTI (OGC 21-065r2, clauses 7.3 to 7.5) and a few of our own.
#include <optional>
#include <string>

#include "core/text.hpp"
#include "formula/cql2_kernel.hpp"
#include "formula/row_function.hpp"
#include "formula/unicode.hpp"

namespace cairn::formula {
namespace {

std::optional<std::string> check(std::span<const Type> args, std::size_t& place) {
  return each_is(args, Type::text, place);
}

void like(std::span<const Vec* const> args, std::size_t lanes, Vec& out) {
  const Vec& text = *args[0];
  const Vec& pattern = *args[1];
  std::optional<LikePattern> fixed;
  if (pattern.constant && pattern.present(0)) fixed.emplace(pattern.texts[0]);
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    if (!all_present(args, lane)) continue;
    const std::string_view value = text.texts[text.at(lane)];
    out.set_truth(lane, fixed ? fixed->matches(value)
                              : LikePattern(pattern.texts[pattern.at(lane)]).matches(value));
  }
}

// A text from each text.
template <std::string (*change)(std::string_view)>
void changed(std::span<const Vec* const> args, std::size_t lanes, Vec& out) {
  const Vec& text = *args[0];
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    if (text.present(lane)) out.set_text(lane, change(text.texts[text.at(lane)]));
  }
}

std::string trimmed(std::string_view text) {
  return std::string(trim(text));
}

void length(std::span<const Vec* const> args, std::size_t lanes, Vec& out) {
  const Vec& text = *args[0];
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    if (!text.present(lane)) continue;
    const std::string_view value = text.texts[text.at(lane)];
    double count = 0;
    for (std::size_t i = 0; i < value.size(); ++count) next_code_point(value, i);
    out.set_number(lane, count);
  }
}

void concat(std::span<const Vec* const> args, std::size_t lanes, Vec& out) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    if (!all_present(args, lane)) continue;
    std::string whole;
    for (const Vec* arg : args) whole += arg->texts[arg->at(lane)];
    out.set_text(lane, std::move(whole));
  }
}

using PairTest = bool (*)(std::string_view text, std::string_view part);
template <PairTest test>
void pair(std::span<const Vec* const> args, std::size_t lanes, Vec& out) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    if (!all_present(args, lane)) continue;
    out.set_truth(lane, test(args[0]->texts[args[0]->at(lane)], args[1]->texts[args[1]->at(lane)]));
  }
}

bool starts(std::string_view text, std::string_view part) {
  return text.substr(0, part.size()) == part;
}
bool ends(std::string_view text, std::string_view part) {
  return text.size() >= part.size() && text.substr(text.size() - part.size()) == part;
}
bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

constexpr RowFunction table[] = {
    {"like", 2, 2, Type::boolean, check, like},
    {"casei", 1, 1, Type::text, check, changed<fold_case>},
    {"accenti", 1, 1, Type::text, check, changed<strip_accents>},
    {"lower", 1, 1, Type::text, check, changed<to_lower>},
    {"upper", 1, 1, Type::text, check, changed<to_upper>},
    {"trim", 1, 1, Type::text, check, changed<trimmed>},
    {"length", 1, 1, Type::number, check, length},
    {"concat", 1, -1, Type::text, check, concat},
    {"starts_with", 2, 2, Type::boolean, check, pair<starts>},
    {"ends_with", 2, 2, Type::boolean, check, pair<ends>},
    {"contains", 2, 2, Type::boolean, check, pair<holds>},
};

}  // namespace

std::span<const RowFunction> text_functions() {
  return table;
}

}  // namespace cairn::formula
