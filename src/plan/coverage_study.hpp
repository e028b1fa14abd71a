// SPDX-License-Identifier: Apache-2.0
// The coverage study: from the base stations of a snapshot and a terrain to what villages have of
// it, as versions in time (the network grows), with where it comes from. Pure; a proposal is
// studied by studying its overlay.
//
//   auto study = coverage_study({.snapshot = snapshot, .def = *catalog.coverage, .bands = bands,
//                                .terrain = grid, .info = info, .terrain_digest = digest},
//                               known, *thread_workers(0));
//   known.insert(study->fresh.begin(), study->fresh.end());     // the next one is quick
//   auto laid = model::lay_derived(snapshot, study->values);
//
// What a village gets depends on the stations within reach of it, its points, the rules, the bands
// and the terrain, and on nothing else: a digest of these finds what was computed before. So one
// new station costs the villages around it, and a proposal those that it changes.
//
// Properties written, where the type declares them (T: 4g, 5g, nbiot; at the committee):
//   rsrp_<band>   of the best server of the band        rsrp_T margin_T band_T server_T operator_T
//   downlink_T uplink_T line_of_sight_T reason_T        of the best server of all bands
//   nearest_T     distance of the nearest station, within 30 km
//   coverage_basis        the kinds of points that are registered, or "position"
//   <rule's property>     true, false, or no value where it cannot be known
//   <rule's property>_<operator>   the same with this operator's network alone
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "core/result.hpp"
#include "geo/terrain.hpp"
#include "model/band.hpp"
#include "model/coverage_rule.hpp"
#include "model/derived.hpp"
#include "plan/radio_bands.hpp"
#include "radio/link_budget.hpp"

namespace cairn::plan {

// Farther stations are not looked for when it is about the nearest one.
inline constexpr double nearest_reach_m = 30'000;

struct CoverageStudyInput {
  const model::Snapshot& snapshot;  // without derived values
  const model::CoverageDef& def;
  std::span<const StudyBand> bands;
  const geo::TerrainGrid& terrain;
  const geo::TerrainInfo& info;
  std::uint32_t terrain_digest = 0;
};

// What was found for one village, by the digest of everything it rests on.
struct VillageStudy {
  // Numbers of properties as CoverageStudy::values has them.
  std::vector<model::DerivedVersion> versions;
  std::uint64_t paths = 0;  // read from the terrain for it
  bool operator==(const VillageStudy&) const = default;
};
using KnownVillages = std::unordered_map<std::uint64_t, VillageStudy>;

struct CoverageStudy {
  model::DerivedValues values;
  std::vector<std::pair<std::uint64_t, VillageStudy>> fresh;  // computed now
  std::vector<std::uint64_t> used;                            // all digests that it rests on

  struct Figures {
    std::size_t villages = 0;     // judged: on the terrain, in a county with stations
    std::size_t waiting = 0;      // of these, not computed (`compute_most`)
    std::size_t elsewhere = 0;    // not judged
    std::size_t stations = 0;     // on the air at some time, of a known band, on the terrain
    std::size_t unknown = 0;      // of a band that no pack declares, or of none
    std::size_t off_terrain = 0;  // beside the terrain, or without a position
    std::size_t versions = 0;
    std::uint64_t paths = 0;
  } figures;
  std::uint64_t digest = 0;  // of all inputs
  bool estimated = false;    // terrain, or a position that it rests on
  std::vector<std::string> unknown_bands;
};

// `compute_most`: villages that are not known beyond so many are left without values.
// `progress` gets what is done of what must be; false cancels. Errors: a model that nobody knows,
// types that lack what check_coverage asks for, a cancelled run.
Result<CoverageStudy> coverage_study(
    const CoverageStudyInput& input, const KnownVillages& known, const Workers& workers,
    std::size_t compute_most = static_cast<std::size_t>(-1),
    const std::function<bool(std::size_t, std::size_t)>& progress = {});

}  // namespace cairn::plan
