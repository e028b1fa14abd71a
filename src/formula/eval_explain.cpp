// SPDX-License-Identifier: Apache-2.0
#include "formula/eval_explain.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::formula {
namespace {

class Explainer {
 public:
  Explainer(RegionEvaluator& evaluator, model::RegionIndex region, std::size_t max_inputs)
      : evaluator_(evaluator),
        snapshot_(evaluator.snapshot()),
        region_(region),
        max_inputs_(max_inputs) {}

  Explanation program(const Program& program, Instant as_of, int depth) {
    // The name of an indicator alone is explained as the indicator.
    const ExprKind kind = program.root.kind;
    if (program.indicator < 0 && (kind == ExprKind::indicator || kind == ExprKind::given)) {
      return leaf_part(program.root, program, as_of, depth);
    }
    Explanation out = start(program.text, program.root.unit, as_of);
    out.cell = cell(program.root, program, as_of);
    if (program.indicator >= 0) {
      const auto& indicator =
          snapshot_.catalog->indicators[static_cast<std::size_t>(program.indicator)];
      out.label = indicator.label;
    }
    if (program.indicator >= 0 && program.root.kind == ExprKind::given) {
      given(program.root.index, as_of, out);
      return out;
    }
    std::vector<const void*> seen;
    parts(program.root, program, as_of, depth, seen, out.parts);
    return out;
  }

 private:
  Explanation start(std::string text, const Unit& unit, Instant as_of) const {
    Explanation out;
    out.text = std::move(text);
    out.unit = unit;
    out.as_of = as_of;
    return out;
  }

  Cell cell(const Expr& e, const Program& program, Instant as_of) {
    Frame& frame = evaluator_.frame({region_}, as_of);
    return make_cell(evaluator_.evaluate(e, program, frame), 0);
  }

  // The sources of an expression, each once, in the order they are written.
  void parts(const Expr& e, const Program& program, Instant as_of, int depth,
             std::vector<const void*>& seen, std::vector<Explanation>& out) {
    if (e.kind == ExprKind::at) {
      const Instant then = shifted(e.shift, as_of, snapshot_.zone);
      Explanation step = start(source(e, program), e.unit, then);
      step.cell = cell(e, program, as_of);
      std::vector<const void*> inner;
      parts(e.args[0], program, then, depth, inner, step.parts);
      out.push_back(std::move(step));
      return;
    }
    const bool leaf =
        e.kind == ExprKind::aggregate || e.kind == ExprKind::indicator || e.kind == ExprKind::given;
    if (!leaf) {
      for (const Expr& arg : e.args) parts(arg, program, as_of, depth, seen, out);
      return;
    }
    const void* identity = e.kind == ExprKind::aggregate
                               ? static_cast<const void*>(program.aggregates[e.index].get())
                               : static_cast<const void*>(&snapshot_.catalog->indicators[e.index]);
    if (std::find(seen.begin(), seen.end(), identity) != seen.end()) return;
    seen.push_back(identity);
    out.push_back(leaf_part(e, program, as_of, depth));
  }

  Explanation leaf_part(const Expr& e, const Program& program, Instant as_of, int depth) {
    Explanation step = start("", e.unit, as_of);
    step.cell = cell(e, program, as_of);
    if (e.kind == ExprKind::aggregate) {
      const Aggregate& aggregate = *program.aggregates[e.index];
      step.text = aggregate.text;
      step.label = label_of(aggregate);
      inputs(aggregate, as_of, step);
      return step;
    }
    const model::IndicatorDef& indicator = snapshot_.catalog->indicators[e.index];
    step.text = indicator.id;
    step.label = indicator.label;
    if (e.kind == ExprKind::given) {
      given(e.index, as_of, step);
    } else if (depth < limits::indicator_depth) {
      Explanation inner = this->program(*e.inner, as_of, depth + 1);
      inner.text = indicator.id;
      return inner;
    }
    return step;
  }

  std::string source(const Expr& e, const Program& program) const {
    const auto end = std::min<std::size_t>(e.at.end, program.text.size());
    if (e.at.begin >= end) return program.text;
    return program.text.substr(e.at.begin, end - e.at.begin);
  }

  Label label_of(const Aggregate& aggregate) const {
    const model::TypeDef& type = snapshot_.catalog->types[aggregate.type];
    if (aggregate.value && !aggregate.value->args.empty()) return type.label;
    if (!aggregate.value || aggregate.value->kind == ExprKind::builtin ||
        aggregate.value->kind == ExprKind::constant) {
      return type.label;
    }
    return type.properties[aggregate.value->index].label;
  }

  // The largest first where values add up or the largest wins, the smallest first for min.
  void inputs(const Aggregate& aggregate, Instant as_of, Explanation& step) {
    Frame& frame = evaluator_.frame({region_}, as_of);
    std::vector<Taken> taken = evaluator_.taken(aggregate, frame);
    step.input_count = taken.size();
    const auto key = [&](const Taken& t) {
      if (!t.value) return -std::numeric_limits<double>::infinity();
      return aggregate.kind == AggregateKind::min   ? -*t.value
             : aggregate.kind == AggregateKind::sum ? std::fabs(*t.value)
                                                    : *t.value;
    };
    if (aggregate.kind != AggregateKind::count && aggregate.kind != AggregateKind::share) {
      std::stable_sort(taken.begin(), taken.end(),
                       [&](const Taken& a, const Taken& b) { return key(a) > key(b); });
    }
    if (taken.size() > max_inputs_) taken.resize(max_inputs_);
    const model::Table& table = *snapshot_.tables[aggregate.type];
    for (const Taken& t : taken) {
      Explanation::Input input;
      input.thing = table.ids[t.row];
      input.label = table.names[t.row];
      if (table.region[t.row] != model::no_region) {
        input.region = (*snapshot_.regions)[table.region[t.row]].code;
      }
      input.value = t.value;
      input.unit = aggregate.value ? aggregate.value->unit : unit_one();
      input.time = t.time;
      input.estimated = t.estimated;
      if (t.source < snapshot_.sources.size()) input.source = snapshot_.sources[t.source];
      step.inputs.push_back(std::move(input));
    }
  }

  void given(std::uint32_t indicator, Instant as_of, Explanation& step) {
    const model::RegionTree& tree = *snapshot_.regions;
    const auto value = evaluator_.given_value(indicator, region_, as_of);
    if (value.own) {
      if (value.sample.source < snapshot_.sources.size()) {
        step.source = snapshot_.sources[value.sample.source];
      }
      step.inputs.push_back(given_input(indicator, region_, value));
      step.input_count = 1;
      return;
    }
    if (snapshot_.catalog->indicators[indicator].rollup != model::Rollup::sum) return;
    for (const model::RegionIndex child : tree.children(region_)) {
      if (!tree[child].valid_at(as_of - 1)) continue;
      const auto part = evaluator_.given_value(indicator, child, as_of);
      ++step.input_count;
      if (step.inputs.size() < max_inputs_) {
        step.inputs.push_back(given_input(indicator, child, part));
      }
    }
  }

  Explanation::Input given_input(std::uint32_t indicator, model::RegionIndex region,
                                 const RegionEvaluator::Given& value) const {
    Explanation::Input input;
    const model::Region& of = (*snapshot_.regions)[region];
    input.thing = of.code;
    input.label = of.name;
    input.region = of.code;
    input.value = value.value;
    input.unit = snapshot_.catalog->indicators[indicator].unit;
    input.estimated = value.basis.estimated;
    if (value.own) {
      input.time = value.sample.time;
      if (value.sample.source < snapshot_.sources.size()) {
        input.source = snapshot_.sources[value.sample.source];
      }
    }
    return input;
  }

  RegionEvaluator& evaluator_;
  const model::Snapshot& snapshot_;
  model::RegionIndex region_;
  std::size_t max_inputs_;
};

}  // namespace

Explanation explain_program(RegionEvaluator& evaluator,
                            const std::shared_ptr<const Program>& program,
                            model::RegionIndex region, Instant as_of, std::size_t max_inputs) {
  return Explainer(evaluator, region, max_inputs).program(*program, as_of, 0);
}

}  // namespace cairn::formula
