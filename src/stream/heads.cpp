// SPDX-License-Identifier: Apache-2.0
#include "stream/heads.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace cairn::stream {
namespace {

constexpr std::int64_t never = INT64_MIN;

bool before(const Point& point, std::int64_t time_ns) {
  return point.time_ns < time_ns;
}

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
  last_.resize(count, Point{never, 0});
  ring_of_.resize(count, none);
  gone_.resize(count, never);
}

void Heads::keep(Series series, std::int64_t span_ns) {
  if (span_ns <= 0) return;
  if (ring_of_[series] == none) {
    ring_of_[series] = static_cast<std::uint32_t>(rings_.size());
    Ring& ring = rings_.emplace_back();
    ring.gone_ns = gone_[series];
    if (heard(series)) ring.points.push_back(last_[series]);
  }
  Ring& ring = rings_[ring_of_[series]];
  ring.span_ns = std::max(ring.span_ns, span_ns);
}

Placement Heads::add(Series series, Point point) {
  Point& last = last_[series];
  if (ring_of_[series] != none) {
    Ring& ring = rings_[ring_of_[series]];
    const Placement placement = insert(ring, point);
    last = ring.points.back();
    return placement;
  }
  if (point.time_ns > last.time_ns) {
    gone_[series] = last.time_ns;
    last = point;
    return Placement::newer;
  }
  if (point.time_ns < last.time_ns) {
    if (point.time_ns <= gone_[series]) return Placement::beyond;
    gone_[series] = point.time_ns;
    return Placement::late;
  }
  if (same(point.value, last.value)) return Placement::duplicate;
  last.value = point.value;
  return Placement::correction;
}

Placement Heads::insert(Ring& ring, Point point) {
  auto& points = ring.points;
  if (points.size() == ring.begin || point.time_ns > points.back().time_ns) {
    points.push_back(point);
    trim(ring);
    return Placement::newer;
  }
  if (point.time_ns <= ring.gone_ns) return Placement::beyond;
  const auto first = points.begin() + static_cast<std::ptrdiff_t>(ring.begin);
  const auto at = std::lower_bound(first, points.end(), point.time_ns, before);
  if (at != points.end() && at->time_ns == point.time_ns) {
    if (same(at->value, point.value)) return Placement::duplicate;
    at->value = point.value;
    return Placement::correction;
  }
  if (point.time_ns <= points.back().time_ns - ring.span_ns) {
    ring.gone_ns = point.time_ns;  // too old for every window
    return Placement::late;
  }
  points.insert(at, point);
  return Placement::late;
}

// A window (newest - span, newest] never needs what is older; the room is given back by halves.
void Heads::trim(Ring& ring) {
  auto& points = ring.points;
  const std::int64_t newest = points.back().time_ns;
  const std::int64_t limit = newest < never + ring.span_ns ? never : newest - ring.span_ns;
  while (points[ring.begin].time_ns <= limit) ring.gone_ns = points[ring.begin++].time_ns;
  if (ring.begin * 2 < points.size() || ring.begin < 8) return;
  points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(ring.begin));
  ring.begin = 0;
}

std::optional<Point> Heads::last(Series series, Instant until) const {
  if (!heard(series)) return std::nullopt;
  if (last_[series].time_ns <= until.ns) return last_[series];
  if (ring_of_[series] == none) return std::nullopt;
  const Ring& ring = rings_[ring_of_[series]];
  const auto first = ring.points.begin() + static_cast<std::ptrdiff_t>(ring.begin);
  const auto after = std::upper_bound(first, ring.points.end(), until.ns,
                                      [](std::int64_t t, const Point& p) { return t < p.time_ns; });
  if (after == first) return std::nullopt;
  return *(after - 1);
}

std::span<const Point> Heads::read(Series series, Instant after, Instant until) const {
  if (!heard(series) || until <= after) return {};
  if (ring_of_[series] == none) {
    const Point& last = last_[series];
    if (last.time_ns <= after.ns || last.time_ns > until.ns) return {};
    return {&last, 1};
  }
  const Ring& ring = rings_[ring_of_[series]];
  const auto first = ring.points.begin() + static_cast<std::ptrdiff_t>(ring.begin);
  const auto later = [](std::int64_t t, const Point& p) { return t < p.time_ns; };
  const auto from = std::upper_bound(first, ring.points.end(), after.ns, later);
  const auto to = std::upper_bound(from, ring.points.end(), until.ns, later);
  return {from, to};
}

Instant Heads::complete_after(Series series) const {
  const std::uint32_t ring = ring_of_[series];
  return {ring == none ? gone_[series] : rings_[ring].gone_ns};
}

void Heads::write(std::string& out) const {
  put(out, static_cast<std::uint64_t>(last_.size()));
  for (Series series = 0; series < last_.size(); ++series) {
    const std::uint32_t index = ring_of_[series];
    put(out, static_cast<std::uint8_t>(index != none));
    put(out, last_[series].time_ns);
    put(out, last_[series].value);
    put(out, complete_after(series).ns);
    if (index == none) continue;
    const Ring& ring = rings_[index];
    put(out, ring.span_ns);
    put(out, static_cast<std::uint64_t>(ring.points.size() - ring.begin));
    for (std::size_t i = ring.begin; i < ring.points.size(); ++i) {
      put(out, ring.points[i].time_ns);
      put(out, ring.points[i].value);
    }
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
    Point& last = heads.last_[series];
    std::int64_t gone = never;
    if (!take(in, has_ring) || !take(in, last.time_ns) || !take(in, last.value) ||
        !take(in, gone)) {
      return broken();
    }
    heads.gone_[series] = gone;
    if (has_ring == 0) continue;
    heads.ring_of_[series] = static_cast<std::uint32_t>(heads.rings_.size());
    Ring& ring = heads.rings_.emplace_back();
    ring.gone_ns = gone;
    std::uint64_t points = 0;
    if (!take(in, ring.span_ns) || !take(in, points) || points > in.size() / 16) return broken();
    ring.points.resize(points);
    for (Point& point : ring.points) {
      if (!take(in, point.time_ns) || !take(in, point.value)) return broken();
    }
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

model::Sample instant_sample(std::int64_t time_ns, double value) {
  return {{{time_ns}, {time_ns}}, value, false, 0};
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
  const Series live = cell < map_.series_of.size() ? map_.series_of[cell] : none;
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

void LiveHistory::read(model::SeriesId series, Instant after, Instant until,
                       std::vector<model::Sample>& out) const {
  const model::History* base = binding_.base().history.get();
  if (series < binding_.first_series()) return base->read(series, after, until, out);
  const CellId cell = series - binding_.first_series();
  const std::size_t begin = out.size();
  if (const model::SeriesId given = binding_.base_series(cell); given != model::no_series) {
    base->read(given, after, until, out);
  }
  const Series live = cell < map_.series_of.size() ? map_.series_of[cell] : none;
  if (live == none) return;
  std::vector<model::Sample> newer;
  const Instant complete = heads_.complete_after(live);
  if (deep_ != nullptr && after < complete) {
    deep_->read(series, after, std::min(until, complete), newer);
    after = std::max(after, complete);
  }
  for (const Point& point : heads_.read(live, after, until))
    newer.push_back(instant_sample(point.time_ns, point.value));
  lay_over(out, begin, newer);
}

}  // namespace cairn::stream
