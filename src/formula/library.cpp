// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "formula/compile.hpp"
#include "formula/rule_overlap.hpp"
#include "formula/formula.hpp"
#include "formula/library_impl.hpp"

namespace cairn::formula {
namespace {

// An order in which everything comes after what it names.
class Order {
 public:
  explicit Order(std::vector<std::vector<std::size_t>> needs)
      : needs_(std::move(needs)), state_(needs_.size(), State::fresh) {}

  struct Trouble {
    std::vector<std::size_t> ring;  // empty: the chain from it is too long
    std::size_t at = 0;
  };

  void run() {
    for (std::size_t i = 0; i < needs_.size(); ++i) visit(i);
  }
  const std::vector<std::size_t>& order() const { return order_; }
  const std::vector<Trouble>& troubles() const { return troubles_; }

 private:
  enum class State : std::uint8_t { fresh, open, done };

  void visit(std::size_t i) {
    if (state_[i] == State::done) return;
    if (state_[i] == State::open) {
      const auto begin = std::find(path_.begin(), path_.end(), i);
      troubles_.push_back({{begin, path_.end()}, i});
      return;
    }
    if (path_.size() >= static_cast<std::size_t>(limits::indicator_depth)) {
      troubles_.push_back({{}, path_.front()});
      return;
    }
    state_[i] = State::open;
    path_.push_back(i);
    for (const std::size_t need : needs_[i]) visit(need);
    path_.pop_back();
    state_[i] = State::done;
    order_.push_back(i);
  }

  std::vector<std::vector<std::size_t>> needs_;
  std::vector<State> state_;
  std::vector<std::size_t> path_;
  std::vector<std::size_t> order_;
  std::vector<Trouble> troubles_;
};

// Reports the rings of `order`, by `name`; returns which items are part of one.
template <class Name, class Place>
std::vector<bool> report(const Order& order, std::size_t count, Name name, Place place,
                         Problems& problems) {
  std::vector<bool> bad(count, false);
  for (const Order::Trouble& trouble : order.troubles()) {
    if (trouble.ring.empty()) {
      bad[trouble.at] = true;
      problems.error(place(trouble.at),
                     format("'{}' names formulas that name formulas, more than {} deep",
                            name(trouble.at), limits::indicator_depth),
                     Code::too_large);
      continue;
    }
    std::string ring;
    for (const std::size_t i : trouble.ring) {
      bad[i] = true;
      ring += name(i) + " → ";
    }
    problems.error(place(trouble.at), format("formulas that need each other have no value: {}{}",
                                             ring, name(trouble.at)));
  }
  return bad;
}

Compiled compiled(std::shared_ptr<const Program> program) {
  Compiled out;
  out.text = program->text;
  out.type = program->root.type;
  out.unit = program->root.unit;
  out.program = std::move(program);
  return out;
}

Declared declared(const model::PropertyDef& property) {
  Declared out;
  out.unit = property.unit;
  switch (property.kind) {
    case model::PropertyKind::boolean:
      out.type = Type::boolean;
      break;
    case model::PropertyKind::text:
      out.type = Type::text;
      break;
    case model::PropertyKind::time:
      out.type = Type::time;
      break;
    case model::PropertyKind::date:
      out.type = Type::date;
      break;
    case model::PropertyKind::interval:
      out.type = Type::interval;
      break;
    case model::PropertyKind::geometry:
      out.type = Type::geometry;
      break;
    case model::PropertyKind::array:
      out.type = Type::array;
      break;
    default:
      break;
  }
  return out;
}

void report_formula(const Error& error, const std::string& what, const std::string& place,
                    Problems& problems) {
  problems.error(place, format("{}: {}", what, to_string(error)), error.code);
}

// Compiles the derived properties of one type.
void build_derived(Library::Impl& impl, std::uint32_t type_index, Problems& problems) {
  const model::TypeDef& type = impl.catalog().types[type_index];
  std::vector<std::vector<std::size_t>> needs(type.properties.size());
  for (std::size_t i = 0; i < needs.size(); ++i) {
    if (type.properties[i].formula.empty()) continue;
    const auto tree = parse(type.properties[i].formula);
    if (!tree) continue;  // reported when it is compiled
    for (const std::string& name : names_in(**tree)) {
      const int need = type.property_index(name);
      if (need >= 0 && !type.properties[static_cast<std::size_t>(need)].formula.empty()) {
        needs[i].push_back(static_cast<std::size_t>(need));
      }
    }
  }
  Order order(needs);
  order.run();
  const auto bad = report(
      order, needs.size(), [&](std::size_t i) { return type.properties[i].name; },
      [&](std::size_t i) { return type.properties[i].place; }, problems);
  for (const std::size_t i : order.order()) {
    const model::PropertyDef& property = type.properties[i];
    if (property.formula.empty() || bad[i]) continue;
    const Declared wanted = declared(property);
    auto program = compile_program(impl, property.formula, &type, &wanted);
    if (program) {
      impl.derived_[{type_index, static_cast<std::uint32_t>(i)}] = *program;
    } else {
      report_formula(program.error(), format("property '{}' of {}", property.name, type.name),
                     property.place, problems);
    }
  }
}

std::shared_ptr<const Program> given_program(const model::IndicatorDef& indicator,
                                             std::size_t index) {
  auto program = std::make_shared<Program>();
  program->root.kind = ExprKind::given;
  program->root.index = static_cast<std::uint32_t>(index);
  program->root.unit = indicator.unit;
  program->root.at = {0, static_cast<std::uint32_t>(indicator.id.size())};
  program->text = indicator.id;
  program->indicator = static_cast<std::int32_t>(index);
  program->depth = 1;
  return program;
}

void build_indicator(Library::Impl& impl, std::size_t i, Problems& problems) {
  const model::IndicatorDef& indicator = impl.catalog().indicators[i];
  if (indicator.given) {
    impl.indicators_[i] = compiled(given_program(indicator, i));
    return;
  }
  // An indicator may be a condition; its unit is then 1.
  Declared wanted{Type::number, indicator.unit};
  auto program = compile_program(impl, indicator.formula, nullptr, nullptr);
  if (program && (*program)->root.type == Type::boolean) {
    wanted.type = Type::boolean;
  }
  if (program) program = compile_program(impl, indicator.formula, nullptr, &wanted);
  if (!program) {
    report_formula(program.error(), format("indicator '{}'", indicator.id), indicator.place,
                   problems);
    return;
  }
  auto owned = std::make_shared<Program>(**program);
  owned->indicator = static_cast<std::int32_t>(i);
  for (const auto& aggregate : owned->aggregates) impl.known_.emplace(aggregate->text, aggregate);
  impl.indicators_[i] = compiled(std::move(owned));
}

void build_indicators(Library::Impl& impl, Problems& problems) {
  const auto& indicators = impl.catalog().indicators;
  impl.indicators_.resize(indicators.size());
  std::vector<std::vector<std::size_t>> needs(indicators.size());
  for (std::size_t i = 0; i < needs.size(); ++i) {
    if (indicators[i].given) continue;
    const auto tree = parse(indicators[i].formula);
    if (!tree) continue;
    for (const std::string& name : names_in(**tree)) {
      const int need = impl.catalog().indicator_index(name);
      if (need >= 0) needs[i].push_back(static_cast<std::size_t>(need));
    }
  }
  Order order(needs);
  order.run();
  const auto bad = report(
      order, needs.size(), [&](std::size_t i) { return indicators[i].id; },
      [&](std::size_t i) { return indicators[i].place; }, problems);
  for (const std::size_t i : order.order()) {
    if (!bad[i]) build_indicator(impl, i, problems);
  }
}

void check_rule(const Library& library, const model::RuleDef& rule, const std::string& text,
                std::string_view part, Problems& problems) {
  if (text.empty()) return;
  const auto formula = library.compile_row(text, rule.type);
  const std::string what = format("rule '{}', {}", rule.id, part);
  if (!formula) {
    report_formula(formula.error(), what, rule.place, problems);
  } else if (formula->type != Type::boolean) {
    problems.error(rule.place,
                   format("{}: it is a {}, not a condition", what, to_string(formula->type)));
  }
}

}  // namespace

std::shared_ptr<const Program> Library::Impl::indicator(std::uint32_t index) const {
  return index < indicators_.size() ? indicators_[index].program : nullptr;
}

std::shared_ptr<const Program> Library::Impl::derived(std::uint32_t type,
                                                      std::uint32_t index) const {
  const auto at = derived_.find({type, index});
  return at == derived_.end() ? nullptr : at->second;
}

std::shared_ptr<const Aggregate> Library::Impl::known(const std::string& text) const {
  const auto at = known_.find(text);
  return at == known_.end() ? nullptr : at->second;
}

Library Library::build(std::shared_ptr<const model::Catalog> catalog, Problems& problems) {
  auto impl = std::make_shared<Impl>();
  impl->catalog_ = catalog;
  for (std::uint32_t type = 0; type < catalog->types.size(); ++type) {
    build_derived(*impl, type, problems);
  }
  build_indicators(*impl, problems);
  Library library;
  library.catalog_ = std::move(catalog);
  library.impl_ = std::move(impl);
  for (const model::RuleDef& rule : library.catalog_->rules) {
    check_rule(library, rule, rule.when, "when", problems);
    check_rule(library, rule, rule.clear, "clear", problems);
    check_rule(library, rule, rule.suppress, "while", problems);
    if (const auto both = overlap(rule.when, rule.clear)) {
      problems.error(rule.place,
                     format("rule '{}', clear: it holds while `when` does: {}", rule.id, *both));
    }
  }
  return library;
}

Result<Compiled> Library::compile(std::string_view text) const {
  auto program = compile_program(*impl_, text, nullptr, nullptr);
  if (!program) return fail(program.error());
  return compiled(std::move(*program));
}

Result<Compiled> Library::compile_row(std::string_view text, std::string_view type) const {
  const model::TypeDef* row_type = catalog_->type(type);
  if (row_type == nullptr) {
    std::vector<std::string> names;
    for (const model::TypeDef& known : catalog_->types) names.push_back(known.name);
    const auto near = nearest(type, names);
    return fail(Code::not_found, format("there is no type of things '{}'{}", type,
                                        near ? format("; did you mean {}?", *near) : ""));
  }
  auto program = compile_program(*impl_, text, row_type, nullptr);
  if (!program) return fail(program.error());
  return compiled(std::move(*program));
}

const Compiled* Library::indicator(std::string_view id) const {
  const int index = catalog_->indicator_index(id);
  if (index < 0) return nullptr;
  const Compiled& found = impl_->indicators_[static_cast<std::size_t>(index)];
  return found.program ? &found : nullptr;
}

}  // namespace cairn::formula
