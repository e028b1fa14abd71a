// SPDX-License-Identifier: Apache-2.0
// Indicators of regions kept current while observations come in. What a thing contributes to each
// aggregate is kept; when one of its cells is touched, or the date comes at which it changes by
// itself, it is looked at again and the difference added to its region, all regions above and the
// zones that contain them. So a refresh costs what was touched, whatever the size of the tables,
// and the values equal those of formula::Evaluator as of the last refresh, to the bit.
//
// at(…) of a region is kept like everything else: an aggregate as of another date is an aggregate
// of its own, whose date advances with (or, where it is fixed, without) the date of the refresh.
// Costly are only: the first refresh, one that goes back in time, and one that passes a date at
// which a thing begins or ends (its type is arranged anew) or a region does (all types are).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "formula/formula.hpp"
#include "stream/binding.hpp"

namespace cairn::stream {

// What the things directly in one region come to for one aggregate: machines that know different
// things exchange it, and add up to the same bits.
struct Share {
  std::string aggregate;  // canonical text; with the dates of the at(…) around it
  std::string region;     // code
  std::string bytes;      // formula::Partial::write
};

class Rollup {
 public:
  // `live` reads the heads; it and `binding` must stay.
  Rollup(const formula::Library& library, const Binding& binding, const model::Snapshot& live);
  ~Rollup();

  // An observation of the cell, of any time, was added or corrected.
  void touch(CellId cell);

  struct Changed {
    std::uint32_t indicator = 0;  // index into Catalog::indicators
    model::RegionIndex region = 0;
  };
  // Brings all live indicators at all regions to `now`; appends what is not as it was. `pause` is
  // called every millisecond or so of work: readings may be added and touched there, nothing else.
  // What they change may be seen already or by the next refresh, and is seen by that.
  using Pause = std::function<void()>;
  void refresh(Instant now, std::vector<Changed>& changed, const Pause& pause = {});
  // As of the last refresh.
  formula::Cell value(std::uint32_t indicator, model::RegionIndex region) const;
  // Fed by observed cells, directly or through other indicators.
  bool live(std::uint32_t indicator) const;

  // Shares of regions whose own things came to something else since they were last asked for; the
  // first time, all. As of the last refresh. A machine with a part of the things answers for a part
  // of the regions: divisions are things, so it has shares of the others, too; leave them out.
  void own_changes(std::vector<Share>& out);
  // From the next refresh on, the region's own things count as the share says and not as this
  // machine knows them. An error: not one of ours, or damaged.
  Status inject(const Share& share);

  // How far back live indicators read a property in memory; what they read beyond that, or without
  // limit, comes from the history on disk (LiveHistory's `deep`).
  struct Wanted {
    std::uint32_t type = 0;
    std::uint32_t column = 0;
    std::int64_t span_ns = 0;
  };
  static std::vector<Wanted> wants(const formula::Library& library, const Binding& binding);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::stream
