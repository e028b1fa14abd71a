// SPDX-License-Identifier: Apache-2.0
// Who serves a named point (a village, a school, a road sample), how well, and if nobody does, why
// not: the exact path from every cell that could matter, none interpolated.
//
//   ServedPoints answer = *serve_points(terrain, cells, points, options, *thread_workers(0));
//   for (const ServedPoint& point : answer.points) {
//     if (!point.error.empty()) …             // nothing is known here: off the terrain, a hole
//     const ServedState& now = point.now();   // without dated cells the only state
//     if (now.covered()) use(cells[now.best->cell], now.best->quality.rsrp_dbm);
//     else use(now.why, now.ridge);
//   }
//
// What "best" means. Headroom is how many dB of path loss a link could bear in addition before a
// place is not covered any more: the least of signal, downlink rate and uplink rate. The best
// server has the greatest, so that a band whose uplink fails never hides one that covers. Between
// cells of one budget and power this is the order of received power. Ties go to the lower index.
//
// Cells that cannot matter are left out by a bound: by free space they would stay behind the
// second best. The answer (but for ServedPoint::note) is the same without (ServeOptions::prune),
// and for any number of workers.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "core/result.hpp"
#include "geo/terrain.hpp"
#include "radio/cell.hpp"
#include "radio/propagation.hpp"

namespace cairn::radio {

struct ServePoint {
  std::string id;       // for messages
  geo::Point position;  // WGS 84, degrees
};

// When a cell is on the air: [begin, end), in whatever the caller counts (nanoseconds, days).
struct CellLife {
  static constexpr std::int64_t always = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t forever = std::numeric_limits<std::int64_t>::max();
  std::int64_t begin = always;
  std::int64_t end = forever;
  bool operator==(const CellLife&) const = default;
};

struct ServeOptions {
  Propagation propagation;
  double radius_m = 30'000;       // farther cells are not heard; at most 300,000
  double step_m = 0;              // along the path; 0: the terrain's cell
  bool second_elsewhere = false;  // the second server stands at another site than the best one
  bool reasons = true;            // find the ridge where a point is not covered
  bool prune = true;              // false: every cell within the radius, for tests
};

// One cell at one point.
struct Serving {
  std::uint32_t cell = 0;  // index into the cells
  LinkQuality quality;
  double headroom_db = 0;      // 0 and above: covered
  double loss_db = 0;          // basic transmission loss
  double free_space_db = 0;    // over the same distance, P.525
  double antenna_loss_db = 0;  // below the main lobe
  double distance_m = 0;       // along the ground
  double bearing_deg = 0;      // from the cell, clockwise from the plane's north
  double depression_deg = 0;   // at the cell; positive is down
  bool line_of_sight = false;
  bool outside_range = false;  // shorter or longer than the model was made for
};

// The edge that stands farthest into the way: of all points of the path the one with the greatest
// diffraction parameter nu. Frequency does not change which one that is.
struct Ridge {
  geo::Point position;
  double from_cell_m = 0;
  double from_point_m = 0;
  double ground_m = 0;   // above sea level
  double clutter_m = 0;  // above ground
  double above_line_m =
      0;                // of its top over the straight line between the antennas, on an Earth of
                        // the median effective radius; negative: below, within the Fresnel zone
  double costs_db = 0;  // loss of the whole path above free space
};

enum class Why : std::uint8_t {
  covered,
  no_cell,   // none within the radius (at that time)
  ridge,     // without the terrain in between it would be covered
  antenna,   // the main lobe would cover it, but points elsewhere
  too_far,   // free space alone costs too much
  uplink,    // the signal suffices, what the phone sends does not reach the station well enough
  downlink,  // the signal suffices, the downlink rate does not
  unknown,   // every path that could matter crosses a hole of the terrain
};
const char* to_string(Why why);  // "covered", "no_cell", …

// What holds from one instant on.
struct ServedState {
  std::int64_t from = CellLife::always;
  std::optional<Serving> best;  // nothing: nobody within the radius, or no path could be read
  std::optional<Serving> second;
  Why why = Why::no_cell;
  std::optional<Ridge> ridge;  // of the best server where it does not cover and is out of sight

  bool covered() const { return why == Why::covered; }
};

struct ServedPoint {
  std::string error;  // not empty: nothing can be said, and why; there are no states then
  std::string note;   // paths that could not be read (holes of the terrain), and how many
  // In order of time, the first from CellLife::always; neighbours differ in best, second or why.
  std::vector<ServedState> states;

  // The last one: with cells that have no life of their own the only one. Needs error.empty().
  const ServedState& now() const { return states.back(); }
  const ServedState& at(std::int64_t instant) const;
};

struct ServedPoints {
  std::vector<ServedPoint> points;  // one for each, in their order

  struct BadCell {
    std::uint32_t cell = 0;
    std::string message;
  };
  std::vector<BadCell> left_out;  // off the terrain, a mast of 1 cm, a budget without bandwidth …

  struct Figures {
    std::uint64_t within_radius = 0;  // pairs of cell and point
    std::uint64_t losses = 0;         // of these, evaluated
    std::uint64_t paths = 0;          // read from the terrain: one a site and mast
  } figures;
};

// `lives` is empty (all cells always) or has one for each cell. Bad points and bad cells are named
// in the answer and the others go on. Errors: options out of bounds, `lives` of another length.
Result<ServedPoints> serve_points(const geo::TerrainGrid& terrain, std::span<const Cell> cells,
                                  std::span<const ServePoint> points, const ServeOptions& options,
                                  const Workers& workers, std::span<const CellLife> lives = {});

}  // namespace cairn::radio
