// SPDX-License-Identifier: Apache-2.0
// The newest observations of every live series: the last one always, and as many before it as the
// formulas' windows reach back. Series are the numbers of the log, from 0, in the order in which
// they were first heard.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "model/history.hpp"
#include "model/sample_ring.hpp"
#include "stream/binding.hpp"

namespace cairn::stream {

using Series = std::uint32_t;

using model::instant_sample;
using model::Placement;
using model::Point;

class Heads {
 public:
  // Makes room for series [0, count).
  void resize(std::size_t count);
  std::size_t size() const { return heads_.size(); }
  // Keeps points back to `span_ns` before the newest one (the largest span asked for counts), at
  // most limits::window_samples of them. 0: the last one alone. Points that were let go before do
  // not come back. `squares`: windows ask for their spread.
  void keep(Series series, std::int64_t span_ns, bool squares = false);

  Placement add(Series series, Point point);

  bool heard(Series series) const { return heads_[series].last.time_ns != INT64_MIN; }
  const Point& last(Series series) const { return heads_[series].last; }
  // Soon the series will be asked for, or added to.
  void expect(Series series) const { __builtin_prefetch(&heads_[series]); }
  // The newest at or before `until`; nothing when it is older than what is kept.
  std::optional<Point> last(Series series, Instant until) const;
  // after < time <= until, oldest first, of what is kept, appended to `out`.
  void read(Series series, Instant after, Instant until, std::vector<model::Sample>& out) const;
  // The same points, as model::History::summarise.
  void summarise(Series series, Instant after, Instant until, std::uint8_t parts,
                 model::WindowSummary& out) const;
  // Everything after this time is kept; min() when nothing was ever let go.
  Instant complete_after(Series series) const;

  std::size_t bytes() const;  // of memory, about

  // The whole content as bytes, equal for equal content.
  void write(std::string& out) const;
  static Result<Heads> read_from(std::string_view& in);

 private:
  struct Head {  // two of a cache line
    Point last{INT64_MIN, 0};
    std::int64_t gone_ns = INT64_MIN;  // newest time that was let go, where there is no ring
    std::uint32_t ring = none;         // `none`: the last point alone
  };
  std::vector<Head> heads_;
  std::vector<model::SampleRing> rings_;
};

// Which cell each series of the log feeds, and back. Grows while the log is read.
struct SeriesMap {
  std::vector<CellId> cell_of;    // by series; `none`: the thing or property is gone
  std::vector<Series> series_of;  // by cell; `none`: never heard

  void bind(Series series, CellId cell);
};

// Lays `newer` over what of `out` stands from `begin` on; at equal times the newer counts. Both
// rise by the end of their time.
void lay_over(std::vector<model::Sample>& out, std::size_t begin,
              const std::vector<model::Sample>& newer);

// The history of a live snapshot: the series of the base (files, imports), then what the heads
// keep, and before that, where `deep` is given, what it has (by first_series() + cell too). A live
// observation counts before one of the base at the same time.
class LiveHistory final : public model::History {
 public:
  LiveHistory(const Binding& binding, const Heads& heads, const SeriesMap& map,
              const model::History* deep = nullptr)
      : binding_(binding), heads_(heads), map_(map), deep_(deep) {}

  std::optional<model::Sample> last(model::SeriesId series, Instant until) const override;
  void last_of_each(std::span<const model::SeriesId> series, std::span<const Instant> until,
                    std::span<model::Sample> out) const override;
  void read(model::SeriesId series, Instant after, Instant until,
            std::vector<model::Sample>& out) const override;
  void summarise(model::SeriesId series, Instant after, Instant until, std::uint8_t parts,
                 model::WindowSummary& out) const override;

 private:
  Series live_of(CellId cell) const {
    return cell < map_.series_of.size() ? map_.series_of[cell] : none;
  }

  const Binding& binding_;
  const Heads& heads_;
  const SeriesMap& map_;
  const model::History* deep_;
};

}  // namespace cairn::stream
