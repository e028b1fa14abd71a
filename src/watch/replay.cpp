// SPDX-License-Identifier: Apache-2.0
#include "watch/replay.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text.hpp"

namespace cairn::watch {
namespace {

// The rows and sample times of one thing.
struct Watched {
  const model::Table* table = nullptr;
  std::vector<std::uint32_t> rows;  // its versions
  std::vector<Instant> times;       // of its samples, once each, rising
};

Watched watched(const model::Snapshot& snapshot, const model::Table& table, std::string_view id,
                Interval range) {
  Watched out;
  out.table = &table;
  const auto [first, last] = table.rows_by_id.equal_range(std::string(id));
  for (auto at = first; at != last; ++at) out.rows.push_back(at->second);
  std::sort(out.rows.begin(), out.rows.end());
  std::vector<model::SeriesId> series;
  for (const model::Column& column : table.columns) {
    for (const std::uint32_t row : out.rows) {
      if (row < column.series.size() && column.series[row] != model::no_series) {
        series.push_back(column.series[row]);
      }
    }
  }
  std::sort(series.begin(), series.end());
  series.erase(std::unique(series.begin(), series.end()), series.end());
  // A range of [begin, end] takes the sample at `begin` too: read() wants the instant before.
  const Instant after = range.begin == Instant::min() ? range.begin : range.begin - 1;
  std::vector<model::Sample> samples;
  for (const model::SeriesId id_of : series) {
    samples.clear();
    snapshot.history->read(id_of, after, range.end, samples);
    for (const model::Sample& sample : samples) out.times.push_back(sample.time.end);
  }
  std::sort(out.times.begin(), out.times.end());
  out.times.erase(std::unique(out.times.begin(), out.times.end()), out.times.end());
  return out;
}

// The rule's state over one thing, step by step.
class RuleClock {
 public:
  RuleClock(const model::RuleDef& rule, std::string_view thing, Zone zone)
      : rule_(rule), thing_(thing), zone_(zone) {}

  bool firing() const { return firing_; }

  // `when`, and `clear` where the rule has one: nothing where there is no value.
  void step(Instant now, std::optional<bool> when, std::optional<bool> clear) {
    if (firing_) {
      const bool ends = rule_.clear.empty() ? when == false : clear == true;
      if (!ends) return;
      out_.back().end = now;
      firing_ = false;
      since_.reset();
      return;
    }
    if (when != true) {
      since_.reset();
      return;
    }
    if (!since_) since_ = now;
    if (rule_.hold && now < plus(*since_, *rule_.hold, zone_)) return;
    out_.push_back({rule_.id, std::string(thing_), now, std::nullopt});
    firing_ = true;
  }

  std::vector<Firing> take() { return std::move(out_); }

 private:
  const model::RuleDef& rule_;
  std::string_view thing_;
  Zone zone_;
  bool firing_ = false;
  std::optional<Instant> since_;
  std::vector<Firing> out_;
};

struct CompiledRule {
  const model::RuleDef* rule = nullptr;
  formula::Compiled when;
  std::optional<formula::Compiled> clear;
};

Result<CompiledRule> compile(const World& world, const model::RuleDef& rule) {
  CompiledRule out;
  out.rule = &rule;
  auto when = world.library.compile_row(rule.when, rule.type);
  if (!when) return fail(when.error().code, when.error().message, rule.place);
  out.when = std::move(*when);
  if (rule.clear.empty()) return out;
  auto clear = world.library.compile_row(rule.clear, rule.type);
  if (!clear) return fail(clear.error().code, clear.error().message, rule.place);
  out.clear = std::move(*clear);
  return out;
}

std::optional<bool> truth(formula::Evaluator& evaluator, const formula::Compiled& formula,
                          std::string_view type, std::uint32_t row, Instant now) {
  const formula::Cell cell = evaluator.row_value(formula, type, row, now);
  if (!cell.value) return std::nullopt;
  return *cell.value != 0;
}

std::vector<Firing> firings_of(const World& world, const CompiledRule& compiled,
                               std::string_view thing, const Watched& things) {
  RuleClock clock(*compiled.rule, thing, world.snapshot.zone);
  const std::string& type = compiled.rule->type;
  // An evaluator keeps what it read for every date: a fresh one now and then bounds that.
  constexpr std::size_t steps_an_evaluator = 1000;
  std::optional<formula::Evaluator> evaluator;
  for (std::size_t step = 0; step < things.times.size(); ++step) {
    const Instant now = things.times[step];
    if (step % steps_an_evaluator == 0) evaluator.emplace(world.library, world.snapshot);
    // The version in force up to now; none: the thing is not there at that time and says nothing.
    const auto row = std::find_if(things.rows.begin(), things.rows.end(), [&](std::uint32_t r) {
      const Interval& valid = things.table->valid[r];
      return valid.begin < now && now <= valid.end;
    });
    if (row == things.rows.end()) continue;
    const auto when = truth(*evaluator, compiled.when, type, *row, now);
    const auto clear = compiled.clear && clock.firing()
                           ? truth(*evaluator, *compiled.clear, type, *row, now)
                           : std::nullopt;
    clock.step(now, when, clear);
  }
  return clock.take();
}

const model::RuleDef* find_rule(const model::Catalog& catalog, std::string_view id) {
  const auto at = std::find_if(catalog.rules.begin(), catalog.rules.end(),
                               [&](const model::RuleDef& rule) { return rule.id == id; });
  return at == catalog.rules.end() ? nullptr : &*at;
}

std::string text_of(const Firing& firing, Zone zone) {
  return format("{} – {}", to_string(firing.begin, zone),
                firing.end ? to_string(*firing.end, zone) : "open");
}

std::string text_of(const std::vector<Firing>& firings, Zone zone) {
  std::string out;
  for (const Firing& firing : firings) out += (out.empty() ? "" : "; ") + text_of(firing, zone);
  return out.empty() ? "none" : out;
}

std::string number_text(double value) {
  return format("{:.12g}", value);
}

class Replay {
 public:
  Replay(const World& world, const model::PackDef& pack) : world_(world), pack_(pack) {
    report_.pack = pack.id;
  }

  Result<ReplayReport> run() {
    if (auto done = fire_rules(); !done) return fail(done.error());
    for (const model::ReplayExpectation& expectation : pack_.replay) {
      if (expectation.rule.empty()) {
        value_line(expectation);
      } else {
        firing_line(expectation);
      }
    }
    return std::move(report_);
  }

 private:
  // All rules of the pack over all things of their type that have samples.
  Status fire_rules() {
    for (const model::RuleDef& rule : world_.snapshot.catalog->rules) {
      if (rule.pack != pack_.id) continue;
      const model::Table* table = world_.snapshot.table(rule.type);
      if (table == nullptr) {
        return fail(Code::not_found, format("no pack declares the type '{}'", rule.type),
                    rule.place);
      }
      const auto compiled = compile(world_, rule);
      if (!compiled) return fail(compiled.error());
      std::string before;
      for (const std::string& id : table->ids) {
        if (id == before) continue;
        before = id;
        const Watched things = watched(world_.snapshot, *table, id, all_time);
        auto fired = firings_of(world_, *compiled, id, things);
        std::move(fired.begin(), fired.end(), std::back_inserter(report_.firings));
      }
    }
    return {};
  }

  void value_line(const model::ReplayExpectation& expectation) {
    ReplayLine line;
    line.what = expectation.formula;
    if (!expectation.proposal.empty()) line.what += format(" [{}]", expectation.proposal);
    line.region = expectation.region;
    line.at = expectation.at;
    line.place = expectation.place;
    line.expected = !expectation.value          ? "none"
                    : expectation.tolerance > 0 ? format("{} ± {}", number_text(*expectation.value),
                                                         number_text(expectation.tolerance))
                                                : number_text(*expectation.value);
    const auto cell = evaluate(expectation);
    if (!cell) {
      line.reason = cell.error().message;
    } else {
      compare(expectation, *cell, line);
    }
    report_.lines.push_back(std::move(line));
  }

  static void compare(const model::ReplayExpectation& expectation, const formula::Cell& cell,
                      ReplayLine& line) {
    line.actual = cell.value ? number_text(*cell.value) : "none";
    if (expectation.value && cell.value) {
      line.difference = *cell.value - *expectation.value;
      line.passed = std::fabs(*line.difference) <= expectation.tolerance;
      if (!line.passed) line.reason = format("differs by {}", number_text(*line.difference));
    } else {
      line.passed = !expectation.value && !cell.value;
      if (!line.passed) line.reason = cell.value ? "a value where none is expected" : cell.reason;
    }
  }

  Result<formula::Cell> evaluate(const model::ReplayExpectation& expectation) {
    const auto region = world_.workspace.regions->require(expectation.region);
    if (!region) return fail(region.error());
    const auto as_of = parse_as_of(expectation.at, world_.workspace.zone);
    if (!as_of) return fail(as_of.error());
    const auto snapshot = world_.with_proposal(expectation.proposal);
    if (!snapshot) return fail(snapshot.error());
    formula::Evaluator evaluator(world_.library, *snapshot);
    const formula::Request request{{*region}, *as_of};
    // An indicator is compared in the unit it is shown in.
    if (world_.library.indicator(expectation.formula) != nullptr) {
      const auto answer = evaluator.indicator(expectation.formula, request);
      if (!answer) return fail(answer.error());
      return answer->cells[0];
    }
    const auto compiled = world_.library.compile(expectation.formula);
    if (!compiled) return fail(compiled.error());
    return evaluator.evaluate(*compiled, request).cells[0];
  }

  void firing_line(const model::ReplayExpectation& expectation) {
    const Zone zone = world_.workspace.zone;
    ReplayLine line;
    line.what = format("{} over {}", expectation.rule, expectation.thing);
    line.at = expectation.range == all_time ? "" : to_string(expectation.range, zone);
    line.place = expectation.place;
    std::vector<Firing> expected;
    for (const Interval& firing : expectation.firings) {
      expected.push_back(
          {expectation.rule, expectation.thing, firing.begin,
           firing.end == Instant::max() ? std::nullopt : std::optional<Instant>(firing.end)});
    }
    std::vector<Firing> actual;
    for (const Firing& firing : report_.firings) {
      if (firing.rule == expectation.rule && firing.thing == expectation.thing &&
          expectation.range.begin <= firing.begin && firing.begin <= expectation.range.end) {
        actual.push_back(firing);
      }
    }
    line.expected = text_of(expected, zone);
    line.actual = text_of(actual, zone);
    line.reason = unknown(expectation);
    line.passed = line.reason.empty() && expected == actual;
    if (!line.passed && line.reason.empty()) line.reason = "other firings than expected";
    report_.lines.push_back(std::move(line));
  }

  // Why an expectation of firings names nothing that could fire.
  std::string unknown(const model::ReplayExpectation& expectation) const {
    const model::RuleDef* rule = find_rule(*world_.snapshot.catalog, expectation.rule);
    if (rule == nullptr || rule->pack != pack_.id) {
      return format("the pack has no rule '{}'", expectation.rule);
    }
    const model::Table* table = world_.snapshot.table(rule->type);
    if (table == nullptr || !table->rows_by_id.contains(expectation.thing)) {
      return format("there is no {} '{}'", rule->type, expectation.thing);
    }
    return {};
  }

  static constexpr Interval all_time{Instant::min(), Instant::max()};

  const World& world_;
  const model::PackDef& pack_;
  ReplayReport report_;
};

}  // namespace

bool ReplayReport::passed() const {
  return std::all_of(lines.begin(), lines.end(),
                     [](const ReplayLine& line) { return line.passed; });
}

Result<std::vector<Firing>> rule_firings(const World& world, std::string_view rule,
                                         std::string_view thing, Interval range) {
  const model::RuleDef* def = find_rule(*world.snapshot.catalog, rule);
  if (def == nullptr) return fail(Code::not_found, format("there is no rule '{}'", rule));
  const model::Table* table = world.snapshot.table(def->type);
  if (table == nullptr || !table->rows_by_id.contains(std::string(thing))) {
    return fail(Code::not_found, format("there is no {} '{}'", def->type, thing));
  }
  const auto compiled = compile(world, *def);
  if (!compiled) return fail(compiled.error());
  return firings_of(world, *compiled, thing, watched(world.snapshot, *table, thing, range));
}

Result<ReplayReport> replay_pack(const World& world, std::string_view pack) {
  const model::PackDef* def = world.snapshot.catalog->pack(pack);
  if (def == nullptr) {
    std::vector<std::string> ids;
    for (const model::PackDef& known : world.snapshot.catalog->packs) ids.push_back(known.id);
    const auto near = nearest(pack, ids);
    return fail(Code::not_found, format("there is no pack '{}'{}", pack,
                                        near ? format("; did you mean '{}'?", *near) : ""));
  }
  return Replay(world, *def).run();
}

}  // namespace cairn::watch
