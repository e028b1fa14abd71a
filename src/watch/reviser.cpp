// SPDX-License-Identifier: Apache-2.0
#include "watch/reviser.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "formula/depends.hpp"
#include "formula/row_batch.hpp"

namespace cairn::watch {
namespace {

using stream::AlertPhase;
using stream::fires;
using stream::RuleState;
using stream::Truth;

// Steps that are looked at together: some kB of times and truths.
constexpr std::size_t few_steps = 1'024;
constexpr std::size_t many_steps = 16'384;
constexpr std::int64_t first_span_ns = 600 * ns_per_second;
constexpr std::int64_t most_span_ns = 30 * ns_per_day;
// Years of a reading a second; what is longer is not gone through again on one late reading.
constexpr std::size_t most_steps = 100'000'000;

bool active(AlertPhase phase) {
  return phase != AlertPhase::inactive;
}
Instant before(Instant t, std::int64_t span_ns) {
  return t.ns < INT64_MIN + span_ns ? Instant::min() : t - span_ns;
}
Instant after(Instant t, std::int64_t span_ns) {
  return t.ns > INT64_MAX - span_ns ? Instant::max() : t + span_ns;
}

// How far back the rule reads, and which properties.
formula::Depends depends_of(const stream::CompiledRule& rule, const model::TypeDef& type) {
  formula::Depends out = formula::depends(rule.when, type);
  if (rule.clear) out.merge(formula::depends(*rule.clear, type));
  return out;
}

struct Steps {
  std::vector<Instant> times;
  std::vector<std::uint32_t> rows;  // of the version in force
  std::vector<Truth> when;
  std::vector<Truth> clear;
};

struct Episode {
  AlertPhase phase = AlertPhase::pending;
  Instant since;
  std::optional<Instant> began;
  std::optional<Instant> ended;
  const KnownEpisode* known = nullptr;
};

bool same(const Episode& a, const KnownEpisode& b) {
  return a.phase == b.phase && a.since == b.since && a.began == b.began && a.ended == b.ended;
}
bool overlap(const Episode& a, const KnownEpisode& b) {
  const Instant a_end = a.ended.value_or(Instant::max());
  const Instant b_end = b.ended.value_or(Instant::max());
  return a.since == b.since || (a.since < b_end && b.since < a_end);
}

// Whether the rule fired right after its step at `t`, as was told.
const KnownEpisode* told_at(const std::vector<KnownEpisode>& known, Instant t) {
  for (const KnownEpisode& episode : known) {
    if (episode.began && *episode.began <= t && (!episode.ended || t < *episode.ended)) {
      return &episode;
    }
  }
  return nullptr;
}

}  // namespace

// One rule over one thing, gone through again.
class Reviser::Course {
 public:
  Course(const Reviser& reviser, const RevisionOrder& order, const stream::CompiledRule& rule,
         const stream::RulePair& told)
      : reviser_(reviser),
        order_(order),
        rule_(rule),
        told_(told),
        batch_(reviser.live_),
        depends_(depends_of(rule, reviser.live_.catalog->types[rule.type])) {
    for (const std::uint32_t column : reviser.binding_.live_columns(rule.type)) {
      const stream::CellId cell = reviser.binding_.cell_of(order.slot, column);
      if (cell == stream::none) continue;
      const std::uint32_t series = reviser.history_->logged(reviser.binding_.first_series() + cell);
      if (series == stream::none) continue;
      const formula::Reach* reach = depends_.find(column);
      series_.push_back({series, reach != nullptr, std::nullopt});
      if (reach != nullptr) reach_ns_ = std::max(reach_ns_, reach->back_ns);
    }
  }

  Result<std::optional<stream::Repair>> run(const Known& known, bool& later) {
    if (auto done = begin(known); !done) return fail(done.error());
    for (const KnownEpisode& episode : known_) {
      if (episode.position > order_.seen) later = true;
    }
    if (later) return std::nullopt;
    if (auto done = walk(); !done) return fail(done.error());
    return compare();
  }

 private:
  struct Series {
    std::uint32_t number = 0;
    bool read = false;             // by the rule's formulas
    std::optional<Instant> fresh;  // its first time after the late ones
  };

  // The thing's steps with after < time <= until.
  Status collect(Instant after, Instant until) {
    steps_.times.clear();
    for (Series& series : series_) {
      points_.clear();
      if (auto done = reviser_.history_->store().read(series.number, after, until, points_);
          !done) {
        return done;
      }
      for (const store::Point& point : points_) {
        steps_.times.push_back({point.time_ns});
        if (!series.fresh && point.time_ns > order_.until.ns) series.fresh = {point.time_ns};
      }
    }
    std::sort(steps_.times.begin(), steps_.times.end());
    steps_.times.erase(std::unique(steps_.times.begin(), steps_.times.end()), steps_.times.end());
    steps_.rows.clear();
    std::size_t kept = 0;
    for (const Instant time : steps_.times) {
      const std::uint32_t row = reviser_.binding_.row_at(order_.slot, time);
      if (row == stream::none) continue;
      steps_.rows.push_back(row);
      steps_.times[kept++] = time;
    }
    steps_.times.resize(kept);
    walked_ += kept;
    if (walked_ > most_steps) {
      return fail(Code::too_large,
                  format("more than {} steps of '{}' over '{}' since {}", most_steps, rule_.def->id,
                         reviser_.binding_.id_of(order_.slot), to_string(order_.from)));
    }
    evaluate();
    return {};
  }

  void evaluate() {
    const std::size_t count = steps_.times.size();
    steps_.when.assign(count, Truth::unknown);
    steps_.clear.assign(count, Truth::unknown);
    for (std::size_t begin = 0; begin < count; begin += formula::chunk_rows) {
      const std::size_t lanes = std::min(formula::chunk_rows, count - begin);
      batch_.begin(rule_.type, std::span(steps_.rows).subspan(begin, lanes),
                   std::span(steps_.times).subspan(begin, lanes));
      read(rule_.when, begin, lanes, steps_.when);
      if (rule_.clear) read(*rule_.clear, begin, lanes, steps_.clear);
    }
  }
  void read(const formula::Compiled& formula, std::size_t begin, std::size_t lanes,
            std::vector<Truth>& out) {
    const formula::Vec& values = batch_.evaluate(formula);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      out[begin + lane] = stream::CompiledRule::truth(values, lane);
    }
  }

  // Whether the class decides the state after the step.
  bool certain(bool firing, std::size_t i) const {
    if (!firing) return steps_.when[i] != Truth::yes;
    return rule_.clear ? steps_.clear[i] != Truth::yes : steps_.when[i] != Truth::no;
  }

  // Goes back from the late data to a step after which the state is certain.
  Status begin(const Known& known) {
    Instant until = order_.from - 1;
    std::int64_t span_ns = first_span_ns;
    for (;;) {
      // Nothing happened before the newest reading.
      std::optional<Instant> newest;
      for (const Series& series : series_) {
        const auto point = reviser_.history_->store().last(series.number, until);
        if (!point) return fail(point.error());
        if (*point && (!newest || newest->ns < (*point)->time_ns)) newest = {(*point)->time_ns};
      }
      if (!newest) {
        nothing_until_ = until;
        return learn(known, Instant::min());
      }
      until = *newest;
      const Instant from = before(until, span_ns);
      if (auto done = learn(known, from); !done) return done;
      if (auto done = collect(from, until); !done) return done;
      for (std::size_t i = steps_.times.size(); i-- > 0;) {
        const KnownEpisode* episode = told_at(known_, steps_.times[i]);
        if (!certain(episode != nullptr, i)) continue;
        begin_at(steps_.times[i], episode);
        return {};
      }
      until = from;
      if (steps_.times.size() < few_steps) span_ns = std::min(span_ns * 8, most_span_ns);
    }
  }
  Status learn(const Known& known, Instant from) {
    auto episodes = known(*rule_.def, order_.slot, from);
    if (!episodes) return fail(episodes.error());
    known_ = std::move(*episodes);
    return {};
  }
  void begin_at(Instant at, const KnownEpisode* episode) {
    begun_ = at;
    if (episode == nullptr) return;
    state_.phase = before_.phase = AlertPhase::firing;
    open_ = Episode{AlertPhase::firing, episode->since, episode->began, std::nullopt, episode};
  }

  Status walk() {
    Instant at = begun_;
    std::int64_t span_ns = first_span_ns;
    for (Series& series : series_) series.fresh.reset();
    if (at == Instant::min()) at = nothing_until_;
    while (at < order_.last_step && !met_) {
      const Instant until = std::min(order_.last_step, after(at, span_ns));
      if (auto done = collect(at, until); !done) return done;
      for (std::size_t i = 0; i < steps_.times.size() && !met_; ++i) step(i);
      at = until;
      if (steps_.times.size() < few_steps) span_ns = std::min(span_ns * 4, most_span_ns);
      if (steps_.times.size() > many_steps) span_ns = std::max(span_ns / 4, ns_per_second);
    }
    return {};
  }

  void step(std::size_t i) {
    const Instant now = steps_.times[i];
    before_ = state_;
    closed_.reset();
    state_ = stream::step(rule_.times, state_, now, steps_.when[i], steps_.clear[i]);
    if (!active(before_.phase) && active(state_.phase)) open_ = Episode{state_.phase, now, {}, {}};
    if (!fires(before_.phase) && fires(state_.phase)) open_->began = now;
    if (active(state_.phase)) {
      open_->phase = state_.phase;
    } else if (open_) {
      open_->phase = AlertPhase::resolved;
      open_->ended = now;
      if (open_->began) {
        closed_ = episodes_.size();
        episodes_.push_back(*open_);
      }
      open_.reset();
    }
    const bool firing = fires(state_.phase);
    if (!beyond(now) || !certain(firing, i)) return;
    const KnownEpisode* told = told_at(known_, now);
    if ((told != nullptr) != firing) return;
    met_ = now;
    if (told == nullptr) return;
    join(*told);
  }
  // From here on the open episode is the told one, whose number stays with it while the machine
  // goes on with it.
  void join(const KnownEpisode& told) {
    const auto used = std::find_if(episodes_.begin(), episodes_.end(),
                                   [&](const Episode& episode) { return episode.known == &told; });
    if (!told.ended) {
      if (used != episodes_.end()) used->known = nullptr;
      open_->known = &told;
    } else if (used == episodes_.end() && open_->known == nullptr) {
      open_->known = &told;
    }
    open_->phase = told.phase;
    open_->ended = told.ended;
  }
  // Nothing that the rule reads at that time is of the late data or before them.
  bool beyond(Instant now) const {
    if (reach_ns_ == formula::unlimited_ns || now <= order_.until) return false;
    return std::all_of(series_.begin(), series_.end(), [&](const Series& series) {
      return !series.read || (series.fresh && after(*series.fresh, reach_ns_) <= now);
    });
  }

  // --- What differs --------------------------------------------------------------------------

  void match(std::vector<const KnownEpisode*>& unmatched) {
    for (const KnownEpisode& known : known_) {
      const bool past = known.ended && *known.ended <= begun_;
      const bool beyond = met_ && known.since > *met_;
      if (!past && !beyond && known.since <= order_.last_step) unmatched.push_back(&known);
    }
    for (const Episode& episode : episodes_) std::erase(unmatched, episode.known);
    const auto pair = [&](const auto& fits) {
      for (Episode& episode : episodes_) {
        if (episode.known != nullptr) continue;
        const auto at = std::find_if(unmatched.begin(), unmatched.end(),
                                     [&](const KnownEpisode* k) { return fits(episode, *k); });
        if (at == unmatched.end()) continue;
        episode.known = *at;
        unmatched.erase(at);
      }
    };
    pair(same);
    pair(overlap);
  }

  std::optional<stream::Repair> compare() {
    const bool left_open = open_.has_value();
    if (left_open) episodes_.push_back(*open_);
    std::vector<const KnownEpisode*> unmatched;
    match(unmatched);
    stream::Repair repair;
    repair.rule = rule_.def->id;
    repair.thing = std::string(reviser_.binding_.id_of(order_.slot));
    repair.seen = order_.seen;
    repair.from = order_.from;
    std::vector<std::uint64_t> numbers;  // of the episodes, as a state names them
    for (const Episode& episode : episodes_) {
      if (episode.known != nullptr && same(episode, *episode.known)) {
        numbers.push_back(episode.known->number);
        continue;
      }
      numbers.push_back(repair.episodes.size());
      repair.episodes.push_back(
          {episode.known != nullptr ? stream::RevisionKind::changed : stream::RevisionKind::added,
           episode.phase, episode.known != nullptr ? episode.known->number : 0, episode.since,
           episode.began, episode.ended});
    }
    for (const KnownEpisode* known : unmatched) {
      repair.episodes.push_back({stream::RevisionKind::retracted, AlertPhase::retracted,
                                 known->number, known->since, known->began,
                                 known->ended.value_or(order_.last_step)});
    }
    if (met_) {
      repair.state = told_;
    } else {
      repair.state = {state_, before_};
      number(repair.state.now, left_open, numbers);
      number(repair.state.before, left_open || closed_.has_value(), numbers);
    }
    const bool state_stays =
        equal(repair.state.now, told_.now) && equal(repair.state.before, told_.before);
    if (repair.episodes.empty() && state_stays) return std::nullopt;
    repair.past = state_stays && all_past(repair);
    return repair;
  }
  static void number(RuleState& state, bool known, const std::vector<std::uint64_t>& numbers) {
    state.episode = active(state.phase) && known ? numbers.back() : 0;
  }
  static bool equal(const RuleState& a, const RuleState& b) {
    return a.phase == b.phase && a.since_ns == b.since_ns;
  }
  bool all_past(const stream::Repair& repair) const {
    return std::all_of(repair.episodes.begin(), repair.episodes.end(),
                       [&](const stream::RepairedEpisode& episode) {
                         return episode.ended && *episode.ended < order_.last_step;
                       });
  }

  const Reviser& reviser_;
  const RevisionOrder& order_;
  const stream::CompiledRule& rule_;
  const stream::RulePair& told_;
  formula::RowBatch batch_;
  formula::Depends depends_;
  std::int64_t reach_ns_ = 0;
  std::vector<Series> series_;
  std::vector<KnownEpisode> known_;

  Steps steps_;
  std::vector<store::Point> points_;
  std::size_t walked_ = 0;
  Instant begun_ = Instant::min();  // the state after it was certain
  Instant nothing_until_;           // without such a state: where the thing's readings begin
  RuleState state_;
  RuleState before_;
  std::optional<Episode> open_;
  std::optional<std::size_t> closed_;  // by the last step: into episodes_
  std::vector<Episode> episodes_;
  std::optional<Instant> met_;  // from here on all is as it was
};

Reviser::Reviser(const formula::Library& library, const stream::Binding& binding,
                 model::Snapshot live,
                 std::shared_ptr<const StoredHistory> history)  // shared: with requests
    : binding_(binding),
      history_(std::move(history)),
      live_(std::move(live)),
      by_type_(library.catalog().types.size()) {
  for (stream::CompiledRule& rule : stream::compile_rules(library, live_.zone)) {
    if (!rule.silent) by_type_[rule.type].push_back(std::move(rule));
  }
}

Result<Reviser::Outcome> Reviser::revise(const RevisionOrder& order, const Known& known) const {
  Outcome out;
  const std::uint64_t damaged = history_->damaged();
  for (const RevisionOrder::OfRule& of : order.rules) {
    for (const stream::CompiledRule& rule : by_type_[binding_.type_of(order.slot)]) {
      if (rule.index != of.rule) continue;
      auto repair = Course(*this, order, rule, of.state).run(known, out.later);
      if (!repair) return fail(repair.error());
      if (*repair) out.repairs.push_back(std::move(**repair));
    }
  }
  // What could not be read is no reason to take anything back.
  if (history_->damaged() != damaged) {
    return fail(Code::io, "a part of the history cannot be read",
                std::string(binding_.id_of(order.slot)));
  }
  return out;
}

}  // namespace cairn::watch
