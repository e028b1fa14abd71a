// SPDX-License-Identifier: Apache-2.0
#include "watch/why.hpp"

#include <algorithm>
#include <optional>

#include "core/crc32c.hpp"
#include "core/text.hpp"
#include "formula/ast.hpp"
#include "formula/compile.hpp"

namespace cairn::watch {
namespace {

constexpr int explained_depth = 16;

const model::RuleDef* rule_of(const model::Catalog& catalog, std::string_view id) {
  const auto at = std::find_if(catalog.rules.begin(), catalog.rules.end(),
                               [&](const model::RuleDef& rule) { return rule.id == id; });
  return at == catalog.rules.end() ? nullptr : &*at;
}

std::optional<std::uint32_t> version_at(const model::Table& table, std::string_view id,
                                        Instant at) {
  std::optional<std::uint32_t> found;
  const auto [first, last] = table.rows_by_id.equal_range(std::string(id));
  for (auto row = first; row != last; ++row) {
    const Interval& valid = table.valid[row->second];
    if (valid.begin < at && at <= valid.end) found = row->second;
  }
  return found;
}

// A row formula with the properties it names, and theirs, down to what was observed.
class RowExplainer {
 public:
  RowExplainer(const formula::Library& library, const model::Snapshot& snapshot,
               const model::Table& table, std::uint32_t row, Instant at)
      : library_(library),
        snapshot_(snapshot),
        table_(table),
        row_(row),
        at_(at),
        evaluator_(library, snapshot) {}

  Result<formula::Explanation> explain(const std::string& text, int depth) {
    const auto compiled = library_.compile_row(text, table_.type->name);
    if (!compiled) return fail(compiled.error());
    formula::Explanation out;
    out.text = text;
    out.unit = compiled->unit;
    out.as_of = at_;
    out.cell = evaluator_.row_value(*compiled, table_.type->name, row_, at_);
    const auto tree = formula::parse(text);
    if (!tree || depth >= explained_depth) return out;
    std::vector<std::string> names = formula::names_in(**tree);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    for (const std::string& name : names) add(name, depth, out);
    return out;
  }

 private:
  void add(const std::string& name, int depth, formula::Explanation& out) {
    const int index = table_.type->property_index(name);
    if (index < 0) return;
    const model::PropertyDef& property = table_.type->properties[static_cast<std::size_t>(index)];
    if (!property.formula.empty()) {
      auto part = explain(property.formula, depth + 1);
      if (!part) return;
      part->text = format("{} = {}", name, property.formula);
      part->label = property.label;
      out.parts.push_back(std::move(*part));
      return;
    }
    formula::Explanation::Input input;
    input.thing = table_.ids[row_];
    input.label = property.label;
    input.unit = property.unit;
    input.estimated = table_.estimated[row_] != 0;
    if (table_.region[row_] != model::no_region) {
      input.region = (*snapshot_.regions)[table_.region[row_]].code;
    }
    if (const auto compiled = library_.compile_row(name, table_.type->name)) {
      const auto cell = evaluator_.row_value(*compiled, table_.type->name, row_, at_);
      input.value = cell.value;
      if (cell.data_time) input.time = Interval{*cell.data_time, *cell.data_time};
    }
    // What is too old to count is shown with its time: that is often the answer.
    const auto& series = table_.columns[static_cast<std::size_t>(index)].series;
    if (property.series && row_ < series.size() && series[row_] != model::no_series) {
      if (const auto sample = snapshot_.history->last(series[row_], at_)) {
        input.time = sample->time;
        if (!input.value) input.value = sample->value;
      }
    }
    out.inputs.push_back(std::move(input));
    out.input_count = out.inputs.size();
  }

  const formula::Library& library_;
  const model::Snapshot& snapshot_;
  const model::Table& table_;
  std::uint32_t row_;
  Instant at_;
  formula::Evaluator evaluator_;
};

const char* sign(formula::Op op) {
  switch (op) {
    case formula::Op::eq:
      return "=";
    case formula::Op::ne:
      return "<>";
    case formula::Op::lt:
      return "<";
    case formula::Op::le:
      return "<=";
    case formula::Op::gt:
      return ">";
    case formula::Op::ge:
      return ">=";
    default:
      return "";
  }
}

// Comparisons of a condition, those under AND and OR one by one.
void find_comparisons(const formula::Node& node, std::vector<const formula::Node*>& out) {
  if (node.kind != formula::Kind::binary) return;
  if (*sign(node.op) != '\0') {
    out.push_back(&node);
  } else if (node.op == formula::Op::and_ || node.op == formula::Op::or_) {
    for (const auto& arg : node.args) find_comparisons(*arg, out);
  }
}

std::optional<Why::Compared> compare(const formula::Library& library,
                                     const model::Snapshot& snapshot, const model::Table& table,
                                     std::uint32_t row, const model::RuleDef& rule, Instant at) {
  const auto tree = formula::parse(rule.when);
  if (!tree) return std::nullopt;
  std::vector<const formula::Node*> found;
  find_comparisons(**tree, found);
  formula::Evaluator evaluator(library, snapshot);
  std::optional<Why::Compared> best;
  for (const formula::Node* node : found) {
    const auto left = library.compile_row(formula::print(*node->args[0]), rule.type);
    const auto right = library.compile_row(formula::print(*node->args[1]), rule.type);
    const auto whole = library.compile_row(formula::print(*node), rule.type);
    if (!left || !right || !whole || !right->unit.compatible(left->unit)) continue;
    Why::Compared out{formula::print(*node->args[0]),
                      {},
                      sign(node->op),
                      formula::print(*node->args[1]),
                      {},
                      {},
                      left->unit};
    if (const auto* property = table.type->property(node->args[0]->name);
        property != nullptr && node->args[0]->kind == formula::Kind::name) {
      out.label = property->label;
    }
    out.value = evaluator.row_value(*left, rule.type, row, at).value;
    out.limit = evaluator.row_value(*right, rule.type, row, at).value;
    if (out.limit) out.limit = convert(*out.limit, right->unit, left->unit);
    const bool holds = evaluator.row_value(*whole, rule.type, row, at).value.value_or(0) != 0;
    if (!best || holds) best = std::move(out);
    if (holds) break;
  }
  return best;
}

// Of everything that decides whether the rule fires: with the same digest it is the same rule.
std::string digest_of(const model::RuleDef& rule) {
  const auto span = [](const std::optional<Span>& of) { return of ? to_string(*of) : ""; };
  const std::string text = format("{}|{}|{}|{}|{}|{}|{}", rule.type, rule.when, rule.clear,
                                  span(rule.hold), span(rule.keep), rule.no_data, rule.id);
  return format("{:08x}", crc32c(text));
}

}  // namespace

Result<Why> explain_rule(const formula::Library& library, const model::Snapshot& snapshot,
                         std::string_view rule_id, std::string_view thing, Instant at) {
  const model::RuleDef* rule = rule_of(*snapshot.catalog, rule_id);
  if (rule == nullptr) {
    std::vector<std::string> ids;
    for (const model::RuleDef& known : snapshot.catalog->rules) ids.push_back(known.id);
    const auto near = nearest(rule_id, ids);
    return fail(Code::not_found, format("there is no rule '{}'{}", rule_id,
                                        near ? format("; did you mean '{}'?", *near) : ""));
  }
  const model::Table* table = snapshot.table(rule->type);
  if (table == nullptr || !table->rows_by_id.contains(std::string(thing))) {
    return fail(Code::not_found, format("there is no {} '{}'", rule->type, thing));
  }
  Why out;
  out.rule = rule->id;
  out.thing = thing;
  out.at = at;
  out.when = rule->when;
  out.clear = rule->clear;
  if (rule->hold) out.hold = to_string(*rule->hold);
  if (const model::PackDef* pack = snapshot.catalog->pack(rule->pack)) {
    out.pack_version = pack->version;
  }
  out.rule_digest = digest_of(*rule);
  const auto row = version_at(*table, thing, at);
  if (!row) {
    out.sentence = format("{} is not in force at {}", thing, to_string(at, snapshot.zone));
    return out;
  }
  if (rule->when.empty()) return out;
  auto explanation = RowExplainer(library, snapshot, *table, *row, at).explain(rule->when, 0);
  if (!explanation) return fail(explanation.error());
  out.explanation = std::move(*explanation);
  if (out.explanation.cell.value) out.condition = *out.explanation.cell.value != 0;
  out.compared = compare(library, snapshot, *table, *row, *rule, at);
  return out;
}

void tell_state(const std::vector<Alert>& alerts, Instant at, const model::Catalog& catalog,
                Zone zone, Why& why) {
  why.state = "inactive";
  for (const Alert& alert : alerts) {
    if (alert.state == AlertState::retracted || at < alert.since) continue;
    if (alert.ended && *alert.ended <= at) continue;
    const bool fired = alert.began && *alert.began <= at;
    why.state = fired ? "firing" : "pending";
    why.since = fired ? alert.began : alert.since;
    break;
  }
  if (!why.sentence.empty()) return;
  const model::RuleDef* rule = rule_of(catalog, why.rule);
  const std::string name = rule == nullptr || rule->label.en.empty() ? why.rule : rule->label.en;
  const std::string begin =
      format("At {} '{}' over {} is {}{}: ", to_string(at, zone), name, why.thing, why.state,
             why.since ? format(" since {}", to_string(*why.since, zone)) : "");
  if (rule != nullptr && !rule->no_data.empty()) {
    why.sentence =
        begin + format("it fires when nothing was heard of {} for {}.", rule->no_data, why.hold);
    return;
  }
  std::string condition = "has no value";
  if (why.condition) condition = *why.condition ? "holds" : "does not hold";
  why.sentence = begin + format("{} {}.", why.when, condition);
  if (why.condition == true && why.state == "pending" && !why.hold.empty()) {
    why.sentence += format(" It fires when it has held for {}.", why.hold);
  }
  if (!why.condition && !why.explanation.cell.reason.empty()) {
    why.sentence += format(" The reason: {}.", why.explanation.cell.reason);
  }
}

}  // namespace cairn::watch
