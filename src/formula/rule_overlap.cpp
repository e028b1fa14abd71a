// SPDX-License-Identifier: Apache-2.0
#include "formula/rule_overlap.hpp"

#include <memory>

#include "core/text.hpp"
#include "core/unit.hpp"
#include "formula/ast.hpp"

namespace cairn::formula {
namespace {

// `args[0] op number`, true above the number or below it.
struct Side {
  const Node* left = nullptr;
  bool above = false;
  double value = 0;
  std::optional<Unit> unit;  // nothing: a bare number, in the unit of the left side
  std::string text;          // of the number
};

std::optional<Side> side_of(const Node& node, std::string_view text) {
  if (node.kind != Kind::binary || node.args.size() != 2) return std::nullopt;
  Side out;
  if (node.op == Op::gt || node.op == Op::ge) {
    out.above = true;
  } else if (node.op != Op::lt && node.op != Op::le) {
    return std::nullopt;
  }
  const Node& number = *node.args[1];
  const double* value = number.literal.get<double>();
  if (value == nullptr || (number.kind != Kind::literal && number.kind != Kind::quantity)) {
    return std::nullopt;
  }
  out.left = node.args[0].get();
  out.value = *value;
  out.text = text.substr(number.at.begin, number.at.end - number.at.begin);
  if (number.kind == Kind::quantity) {
    const auto unit = parse_unit(number.name);
    if (!unit) return std::nullopt;
    out.unit = *unit;
  }
  return out;
}

}  // namespace

std::optional<std::string> overlap(std::string_view when, std::string_view clear) {
  const auto when_tree = parse(when);
  const auto clear_tree = parse(clear);
  if (!when_tree || !clear_tree) return std::nullopt;
  const auto first = side_of(**when_tree, when);
  auto second = side_of(**clear_tree, clear);
  if (!first || !second || !same(*first->left, *second->left)) return std::nullopt;
  if (first->unit.has_value() != second->unit.has_value()) return std::nullopt;
  if (first->unit) {
    if (!first->unit->compatible(*second->unit)) return std::nullopt;
    second->value = conversion(*second->unit, *first->unit).apply(second->value);
  }
  const std::string left = print(*first->left);
  if (first->above == second->above) {
    return format("{} {} {}", left, first->above ? "above" : "below",
                  (first->value > second->value) == first->above ? first->text : second->text);
  }
  const bool both = first->above ? second->value > first->value : second->value < first->value;
  if (!both) return std::nullopt;
  return format("{} from {} to {}", left, first->above ? first->text : second->text,
                first->above ? second->text : first->text);
}

}  // namespace cairn::formula
