// SPDX-License-Identifier: Apache-2.0
#include "stream/heads.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace cairn::stream {
namespace {

constexpr std::int64_t never = INT64_MIN;

// Values are compared by their bits: -0 and 0 are two values.
bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

template <class T>
void put(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

template <class T>
bool take(std::string_view& in, T& value) {
  if (in.size() < sizeof(T)) return false;
  std::memcpy(&value, in.data(), sizeof(T));
  in.remove_prefix(sizeof(T));
  return true;
}

}  // namespace

void Heads::resize(std::size_t count) {
  heads_.resize(count);
}

void Heads::keep(Series series, std::int64_t span_ns, bool squares) {
  if (span_ns <= 0) return;
  const bool fresh = heads_[series].ring == none;
  if (fresh) {
    heads_[series].ring = static_cast<std::uint32_t>(rings_.size());
    rings_.emplace_back().begin_after(heads_[series].gone_ns);
  }
  model::SampleRing& ring = rings_[heads_[series].ring];
  ring.keep(span_ns, squares);
  if (fresh && heard(series)) ring.add(heads_[series].last);
}

Placement Heads::add(Series series, Point point) {
  Head& head = heads_[series];
  Point& last = head.last;
  if (head.ring != none) {
    model::SampleRing& ring = rings_[head.ring];
    const Placement placement = ring.add(point);
    last = ring.newest();
    return placement;
  }
  if (point.time_ns > last.time_ns) {
    head.gone_ns = last.time_ns;
    last = point;
    return Placement::newer;
  }
  if (point.time_ns < last.time_ns) {
    if (point.time_ns <= head.gone_ns) return Placement::beyond;
    head.gone_ns = point.time_ns;
    return Placement::late;
  }
  if (same(point.value, last.value)) return Placement::duplicate;
  last.value = point.value;
  return Placement::correction;
}

std::optional<Point> Heads::last(Series series, Instant until) const {
  if (!heard(series)) return std::nullopt;
  if (heads_[series].last.time_ns <= until.ns) return heads_[series].last;
  if (heads_[series].ring == none) return std::nullopt;
  return rings_[heads_[series].ring].last(until.ns);
}

void Heads::read(Series series, Instant after, Instant until,
                 std::vector<model::Sample>& out) const {
  if (!heard(series) || until <= after) return;
  if (heads_[series].ring == none) {
    const Point& last = heads_[series].last;
    if (last.time_ns <= after.ns || last.time_ns > until.ns) return;
    out.push_back(instant_sample(last.time_ns, last.value));
    return;
  }
  rings_[heads_[series].ring].read(after.ns, until.ns, [&](std::span<const Point> points) {
    for (const Point& point : points) out.push_back(instant_sample(point.time_ns, point.value));
  });
}

void Heads::summarise(Series series, Instant after, Instant until, std::uint8_t parts,
                      model::WindowSummary& out) const {
  if (!heard(series) || until <= after) return;
  if (heads_[series].ring != none) {
    return rings_[heads_[series].ring].summarise(after.ns, until.ns, parts, out);
  }
  const Point& last = heads_[series].last;
  if (last.time_ns <= after.ns || last.time_ns > until.ns) return;
  out.add(instant_sample(last.time_ns, last.value), parts);
}

Instant Heads::complete_after(Series series) const {
  const std::uint32_t ring = heads_[series].ring;
  return {ring == none ? heads_[series].gone_ns : rings_[ring].gone_ns()};
}

std::size_t Heads::bytes() const {
  std::size_t bytes =
      heads_.capacity() * sizeof(Head) + rings_.capacity() * sizeof(model::SampleRing);
  for (const model::SampleRing& ring : rings_) bytes += ring.bytes();
  return bytes;
}

void Heads::write(std::string& out) const {
  put(out, static_cast<std::uint64_t>(heads_.size()));
  for (Series series = 0; series < heads_.size(); ++series) {
    const std::uint32_t index = heads_[series].ring;
    put(out, static_cast<std::uint8_t>(index != none));
    put(out, heads_[series].last.time_ns);
    put(out, heads_[series].last.value);
    put(out, complete_after(series).ns);
    if (index == none) continue;
    const model::SampleRing& ring = rings_[index];
    put(out, ring.span_ns());
    put(out, static_cast<std::uint64_t>(ring.size()));
    ring.read(never, INT64_MAX, [&](std::span<const Point> points) {
      for (const Point& point : points) {
        put(out, point.time_ns);
        put(out, point.value);
      }
    });
  }
}

Result<Heads> Heads::read_from(std::string_view& in) {
  const auto broken = [] { return fail(Code::invalid, "the newest observations end too early"); };
  std::uint64_t count = 0;
  constexpr std::size_t least_bytes = 25;  // of a series
  if (!take(in, count) || count > in.size() / least_bytes) return broken();
  Heads heads;
  heads.resize(count);
  for (Series series = 0; series < count; ++series) {
    std::uint8_t has_ring = 0;
    Point& last = heads.heads_[series].last;
    std::int64_t gone = never;
    if (!take(in, has_ring) || !take(in, last.time_ns) || !take(in, last.value) ||
        !take(in, gone)) {
      return broken();
    }
    heads.heads_[series].gone_ns = gone;
    if (has_ring == 0) continue;
    heads.heads_[series].ring = static_cast<std::uint32_t>(heads.rings_.size());
    model::SampleRing& ring = heads.rings_.emplace_back();
    ring.begin_after(gone);
    std::int64_t span_ns = 0;
    std::uint64_t points = 0;
    if (!take(in, span_ns) || span_ns <= 0 || !take(in, points) || points > in.size() / 16) {
      return broken();
    }
    ring.keep(span_ns, false);
    Point point{never, 0};
    for (std::uint64_t i = 0; i < points; ++i) {
      if (!take(in, point.time_ns) || !take(in, point.value)) return broken();
      if (point.time_ns <= gone || ring.add(point) != Placement::newer) return broken();
    }
    if (ring.size() != points || ring.gone_ns() != gone || !(point == last)) return broken();
  }
  return heads;
}

void SeriesMap::bind(Series series, CellId cell) {
  if (cell_of.size() <= series) cell_of.resize(series + std::size_t{1}, none);
  cell_of[series] = cell;
  if (cell == none) return;
  if (series_of.size() <= cell) series_of.resize(cell + std::size_t{1}, none);
  series_of[cell] = series;
}

void lay_over(std::vector<model::Sample>& out, std::size_t begin,
              const std::vector<model::Sample>& newer) {
  if (newer.empty()) return;
  // The usual case: what is live begins after the base has ended.
  if (out.size() == begin || out.back().time.end < newer.front().time.end) {
    out.insert(out.end(), newer.begin(), newer.end());
    return;
  }
  std::vector<model::Sample> merged;
  merged.reserve(out.size() - begin + newer.size());
  auto old = out.begin() + static_cast<std::ptrdiff_t>(begin);
  for (const model::Sample& sample : newer) {
    while (old != out.end() && old->time.end < sample.time.end) merged.push_back(*old++);
    if (old != out.end() && old->time.end == sample.time.end) ++old;
    merged.push_back(sample);
  }
  merged.insert(merged.end(), old, out.end());
  out.resize(begin);
  out.insert(out.end(), merged.begin(), merged.end());
}

std::optional<model::Sample> LiveHistory::last(model::SeriesId series, Instant until) const {
  const model::History* base = binding_.base().history.get();
  if (series < binding_.first_series()) return base->last(series, until);
  const CellId cell = series - binding_.first_series();
  std::optional<model::Sample> found;
  if (const model::SeriesId given = binding_.base_series(cell); given != model::no_series) {
    found = base->last(given, until);
  }
  const Series live = live_of(cell);
  if (live == none) return found;
  if (const auto point = heads_.last(live, until)) {
    if (!found || found->time.end.ns <= point->time_ns)
      found = instant_sample(point->time_ns, point->value);
    return found;
  }
  if (deep_ == nullptr) return found;
  const auto older = deep_->last(series, until);
  if (older && (!found || found->time.end <= older->time.end)) return older;
  return found;
}

// What lies anywhere in memory is asked for first, then used.
void LiveHistory::last_of_each(std::span<const model::SeriesId> series,
                               std::span<const Instant> until, std::span<model::Sample> out) const {
  const auto cell_of = [&](std::size_t i) {  // beyond all of them where the series is not a cell's
    const bool live = series[i] != model::no_series && series[i] >= binding_.first_series();
    return live ? series[i] - binding_.first_series() : none;
  };
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (const CellId cell = cell_of(i); cell < map_.series_of.size()) {
      __builtin_prefetch(&map_.series_of[cell]);
    }
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (const Series live = live_of(cell_of(i)); live != none) heads_.expect(live);
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    const CellId cell = cell_of(i);
    const Series live = live_of(cell);
    if (live != none && binding_.base_series(cell) == model::no_series) {
      const Point& newest = heads_.last(live);
      if (heads_.heard(live) && newest.time_ns <= until[i].ns) {  // the usual case
        out[i] = instant_sample(newest.time_ns, newest.value);
        continue;
      }
    }
    const auto found = series[i] == model::no_series ? std::nullopt : last(series[i], until[i]);
    out[i] = found.value_or(model::Sample{{Instant::min(), Instant::min()}, 0, false, 0});
  }
}

void LiveHistory::read(model::SeriesId series, Instant after, Instant until,
                       std::vector<model::Sample>& out) const {
  const model::History* base = binding_.base().history.get();
  if (series < binding_.first_series()) return base->read(series, after, until, out);
  const CellId cell = series - binding_.first_series();
  const std::size_t begin = out.size();
  if (const model::SeriesId given = binding_.base_series(cell); given != model::no_series) {
    base->read(given, after, until, out);
  }
  const Series live = live_of(cell);
  if (live == none) return;
  std::vector<model::Sample> newer;
  const Instant complete = heads_.complete_after(live);
  if (deep_ != nullptr && after < complete) {
    deep_->read(series, after, std::min(until, complete), newer);
    after = std::max(after, complete);
  }
  heads_.read(live, after, until, newer);
  lay_over(out, begin, newer);
}

void LiveHistory::summarise(model::SeriesId series, Instant after, Instant until,
                            std::uint8_t parts, model::WindowSummary& out) const {
  const model::History* base = binding_.base().history.get();
  if (series < binding_.first_series()) return base->summarise(series, after, until, parts, out);
  const CellId cell = series - binding_.first_series();
  const model::SeriesId given = binding_.base_series(cell);
  const Series live = live_of(cell);
  if (live == none) {
    if (given != model::no_series) base->summarise(given, after, until, parts, out);
    return;
  }
  const auto before = given != model::no_series ? base->last(given, until) : std::nullopt;
  const bool has_base = before && before->time.end > after;
  const bool complete = deep_ == nullptr || heads_.complete_after(live) <= after;
  if (complete && !has_base) return heads_.summarise(live, after, until, parts, out);
  model::WindowSummary newer;
  heads_.summarise(live, after, until, parts, newer);
  const bool too_many =
      newer.count > limits::window_samples && heads_.last(live).time_ns <= until.ns;
  // The usual case: what is live begins after the base has ended.
  const bool follows = !has_base || newer.count == 0 || before->time.end < newer.first.time.end;
  if (too_many || (complete && follows)) {
    if (has_base && !too_many) base->summarise(given, after, until, parts, out);
    out.append(newer, parts);
    return;
  }
  History::summarise(series, after, until, parts, out);
}

}  // namespace cairn::stream
