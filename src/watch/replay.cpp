// SPDX-License-Identifier: Apache-2.0
#include "watch/replay.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/text.hpp"
#include "stream/rule_compile.hpp"
#include "stream/rule_state.hpp"

namespace cairn::watch {
namespace {

// The rows and sample times of one thing.
struct Watched {
  const model::Table* table = nullptr;
  std::vector<std::uint32_t> rows;  // its versions
  std::vector<Instant> times;       // of its samples, once each, rising

  // The version in force up to `at`; none: the thing is not there at that time and says nothing.
  std::optional<std::uint32_t> row_at(Instant at) const {
    for (const std::uint32_t row : rows) {
      const Interval& valid = table->valid[row];
      if (valid.begin < at && at <= valid.end) return row;
    }
    return std::nullopt;
  }
};

// `property`: only the samples of that one, into the type's.
Watched watched(const model::Snapshot& snapshot, const model::Table& table, std::string_view id,
                Interval range, std::optional<std::uint32_t> property) {
  Watched out;
  out.table = &table;
  const auto [first, last] = table.rows_by_id.equal_range(std::string(id));
  for (auto at = first; at != last; ++at) out.rows.push_back(at->second);
  std::sort(out.rows.begin(), out.rows.end());
  std::vector<model::SeriesId> series;
  for (std::size_t index = 0; index < table.columns.size(); ++index) {
    if (property && index != *property) continue;
    const model::Column& column = table.columns[index];
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

// Reads conditions over one thing, at rising times.
class Truths {
 public:
  Truths(const World& world, std::string_view type) : world_(world), type_(type) {}

  stream::Truth at(const formula::Compiled& condition, std::uint32_t row, Instant now) {
    // An evaluator keeps what it read for every date: a fresh one now and then bounds that.
    constexpr std::size_t dates_an_evaluator = 1000;
    if (now != now_ && dates_++ % dates_an_evaluator == 0) {
      evaluator_.emplace(world_.library, world_.snapshot);
    }
    now_ = now;
    const formula::Cell cell = evaluator_->row_value(condition, type_, row, now);
    if (!cell.value) return stream::Truth::unknown;
    return *cell.value != 0 ? stream::Truth::yes : stream::Truth::no;
  }

 private:
  const World& world_;
  std::string_view type_;
  std::optional<formula::Evaluator> evaluator_;
  std::optional<Instant> now_;
  std::size_t dates_ = 0;
};

// Where the rule says nothing of `while`, or it has no value, the firing is told.
bool suppressed(const stream::CompiledRule& rule, Truths& truths, const Watched& things,
                Instant at) {
  if (!rule.suppress) return false;
  const auto row = things.row_at(at);
  return row && truths.at(*rule.suppress, *row, at) == stream::Truth::yes;
}

std::vector<Firing> stepped(const World& world, const stream::CompiledRule& rule,
                            std::string_view thing, const Watched& things) {
  using stream::Truth;
  std::vector<Firing> out;
  Truths truths(world, rule.def->type);
  stream::RuleState state;
  for (const Instant now : things.times) {
    const auto row = things.row_at(now);
    if (!row) continue;
    const bool fired = stream::fires(state.phase);
    const Truth when = truths.at(rule.when, *row, now);
    const Truth clear = rule.clear && fired ? truths.at(*rule.clear, *row, now) : Truth::unknown;
    state = stream::step(rule.times, state, now, when, clear);
    if (stream::fires(state.phase) == fired) continue;
    if (fired) {
      out.back().end = now;
    } else {
      out.push_back({rule.def->id, std::string(thing), now, std::nullopt,
                     suppressed(rule, truths, things, now)});
    }
  }
  return out;
}

// When a silence that began at `since` has lasted. While the thing is not live nobody expects it
// to speak: silence counts from when it should.
std::optional<Instant> silent_at(const stream::CompiledRule& rule, const Watched& things,
                                 Instant since) {
  const auto& valid = things.table->valid;
  const auto live = [&](std::uint32_t row) {
    return things.table->status[row] == model::Life::live;
  };
  while (true) {
    const Instant due = plus(since, *rule.times.hold, rule.times.zone);
    const auto row = things.row_at(due);
    if (row && live(*row)) return due;
    std::optional<Instant> next;
    for (const std::uint32_t other : things.rows) {
      const Instant begin = valid[other].begin;
      if (live(other) && since < begin && due <= begin && (!next || begin < *next)) next = begin;
    }
    if (!next) return std::nullopt;
    since = *next;
  }
}

// Gaps between the samples, and from the last one to the end of the range, where it has one.
std::vector<Firing> silences(const World& world, const stream::CompiledRule& rule,
                             std::string_view thing, const Watched& things, Instant end) {
  std::vector<Firing> out;
  Truths truths(world, rule.def->type);
  for (std::size_t i = 0; i < things.times.size(); ++i) {
    const bool last = i + 1 == things.times.size();
    if (last && end == Instant::max()) break;
    const Instant until = last ? end : things.times[i + 1];
    const auto due = silent_at(rule, things, things.times[i]);
    if (!due || until <= *due) continue;
    out.push_back({rule.def->id, std::string(thing), *due,
                   last ? std::nullopt : std::optional(until),
                   suppressed(rule, truths, things, *due)});
  }
  return out;
}

std::vector<Firing> firings_of(const World& world, const stream::CompiledRule& rule,
                               const model::Table& table, std::string_view thing, Interval range) {
  const Watched things = watched(world.snapshot, table, thing, range, rule.silent);
  return rule.silent ? silences(world, rule, thing, things, range.end)
                     : stepped(world, rule, thing, things);
}

Result<stream::CompiledRule> compile(const World& world, const model::RuleDef& rule) {
  const auto& rules = world.library.catalog().rules;
  const auto at = std::find_if(rules.begin(), rules.end(),
                               [&](const model::RuleDef& known) { return known.id == rule.id; });
  if (at == rules.end()) return fail(Code::not_found, format("there is no rule '{}'", rule.id));
  return stream::compile_rule(world.library, static_cast<std::uint32_t>(at - rules.begin()),
                              world.snapshot.zone);
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
      if (!expectation.incident.empty()) continue;  // of the whole loop
      if (expectation.rule.empty()) {
        value_line(expectation);
      } else {
        firing_line(expectation);
      }
    }
    undeclared_lines();
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
        auto fired = firings_of(world_, *compiled, *table, id, all_time);
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
        actual.back().suppressed = false;  // an expectation is about times
      }
    }
    line.expected = text_of(expected, zone);
    line.actual = text_of(actual, zone);
    line.reason = unknown(expectation);
    line.passed = line.reason.empty() && expected == actual;
    if (!line.passed && line.reason.empty()) line.reason = "other firings than expected";
    report_.lines.push_back(std::move(line));
  }

  // What fires and no line of the replay speaks of.
  void undeclared_lines() {
    std::map<std::pair<std::string, std::string>, std::vector<Firing>> left;
    for (const Firing& firing : report_.firings) {
      const bool declared = std::ranges::any_of(pack_.replay, [&](const auto& expectation) {
        return expectation.rule == firing.rule && expectation.thing == firing.thing &&
               expectation.range.begin <= firing.begin && firing.begin <= expectation.range.end;
      });
      if (!declared) left[{firing.rule, firing.thing}].push_back(firing);
    }
    for (const auto& [key, firings] : left) {
      ReplayLine line;
      line.what = format("{} over {}", key.first, key.second);
      line.expected = "not declared";
      line.actual = text_of(firings, world_.workspace.zone);
      line.reason = "firings that the replay does not declare";
      report_.lines.push_back(std::move(line));
    }
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
  return firings_of(world, *compiled, *table, thing, range);
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
