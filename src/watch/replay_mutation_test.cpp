// SPDX-License-Identifier: Apache-2.0
// A replay proves a pack only when it notices a wrong one: each number of each rule is changed, one
// at a time, and the firings must become others.
#include <map>
#include <set>
#include <vector>

#include "core/text.hpp"
#include "formula/lexer.hpp"
#include "watch/detail/test_packs.hpp"
#include "watch/replay.hpp"

namespace cairn::watch {
namespace {

enum class Part { when, clear, suppress, hold, keep };
const char* name_of(Part part) {
  switch (part) {
    case Part::when:
      return "when";
    case Part::clear:
      return "clear";
    case Part::suppress:
      return "while";
    case Part::hold:
      return "for";
    case Part::keep:
      return "keep";
  }
  return "";
}

// The formula with each of its numbers made half as large again, one at a time; zero becomes one.
// The length of a window ("6h") is no threshold.
std::vector<std::string> with_other_numbers(const std::string& formula) {
  std::vector<std::string> out;
  std::uint32_t at = 0;
  while (true) {
    const formula::Token token = formula::scan(formula, at);
    if (token.kind == formula::TokenKind::end || token.kind == formula::TokenKind::bad) return out;
    at = token.end;
    if (token.kind != formula::TokenKind::number) continue;
    const bool window =
        at < formula.size() && std::isalpha(static_cast<unsigned char>(formula[at]));
    if (window) continue;
    const double other = token.value == 0 ? 1 : token.value * 1.5;
    out.push_back(formula.substr(0, token.begin) + number_text(other) + formula.substr(token.end));
  }
}

std::string& text_of(model::RuleDef& rule, Part part) {
  return part == Part::when ? rule.when : part == Part::clear ? rule.clear : rule.suppress;
}

// Number `which` of `part` changed; false: there is none.
bool mutate(model::RuleDef& rule, Part part, std::size_t which) {
  if (part == Part::hold || part == Part::keep) {
    auto& span = part == Part::hold ? rule.hold : rule.keep;
    if (which > 0 || !span) return false;
    span->ns *= 2;
    span->months *= 2;
    return true;
  }
  std::string& text = text_of(rule, part);
  const auto others = with_other_numbers(text);
  if (which >= others.size()) return false;
  text = others[which];
  return true;
}

class ReplayMutation : public detail::PacksTest {
 protected:
  // Things that a pack's replay speaks of, by rule.
  static std::map<std::string, std::set<std::string>> declared() {
    std::map<std::string, std::set<std::string>> out;
    for (const model::PackDef& pack : world_->snapshot.catalog->packs) {
      for (const auto& line : pack.replay) {
        if (!line.rule.empty()) out[line.rule].insert(line.thing);
      }
    }
    return out;
  }
  static std::vector<Firing> firings(const World& world, const std::string& rule,
                                     const std::set<std::string>& things) {
    std::vector<Firing> out;
    for (const std::string& thing : things) {
      const auto fired = rule_firings(world, rule, thing, {Instant::min(), Instant::max()});
      EXPECT_TRUE(fired.has_value()) << rule << ": " << to_string(fired.error());
      if (fired) out.insert(out.end(), fired->begin(), fired->end());
    }
    return out;
  }
};

// What never fires cannot be noticed when it is wrong. Silence is the exception where a real series
// has no gap.
TEST_F(ReplayMutation, EveryRuleFiresInItsReplay) {
  const auto things = declared();
  for (const model::RuleDef& rule : world_->snapshot.catalog->rules) {
    const auto at = things.find(rule.id);
    ASSERT_NE(at, things.end()) << rule.place << ": no replay speaks of " << rule.id;
    if (!rule.no_data.empty()) continue;
    EXPECT_FALSE(firings(*world_, rule.id, at->second).empty())
        << rule.place << ": " << rule.id << " never fires";
  }
}

TEST_F(ReplayMutation, EveryChangedNumberOfARuleIsNoticed) {
  const auto base = world_->snapshot.catalog;
  const auto things = declared();
  std::map<std::string, std::vector<Firing>> right;
  for (const auto& [rule, ids] : things) right[rule] = firings(*world_, rule, ids);
  std::size_t noticed = 0;
  for (const Part part : {Part::when, Part::clear, Part::suppress, Part::hold, Part::keep}) {
    for (std::size_t which = 0;; ++which) {
      // One world has the same number of all rules changed: they do not depend on each other.
      auto catalog = std::make_shared<model::Catalog>(*base);
      std::set<std::string> changed;
      for (model::RuleDef& rule : catalog->rules) {
        if (things.contains(rule.id) && mutate(rule, part, which)) changed.insert(rule.id);
      }
      if (changed.empty()) break;
      const World world = with(catalog, true);
      for (const std::string& rule : changed) {
        if (right[rule].empty()) continue;  // a silence that no series has
        EXPECT_NE(firings(world, rule, things.at(rule)), right[rule])
            << rule << ": number " << which + 1 << " of '" << name_of(part)
            << "' may change unnoticed";
        ++noticed;
      }
    }
  }
  EXPECT_GE(noticed, 20u);
  RecordProperty("noticed", static_cast<int>(noticed));
}

}  // namespace
}  // namespace cairn::watch
