// SPDX-License-Identifier: Apache-2.0
// Debian's SPLAT! (GPL-2, a program of its own): run on tiles that we wrote, its answers read from
// its alphanumeric output, its processor time from the kernel.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "geo/geometry.hpp"

namespace cairn::bench {

struct SplatJob {
  std::string directory;  // of the tiles; everything is written there
  geo::Point site;
  double tx_mast_m = 30;
  double rx_mast_m = 1.5;
  double frequency_mhz = 768;
  double sea_level_n0 = 325;
};

struct SplatAnswer {
  geo::Point at;
  double loss_db = 0;
};

// Whether `splat` and `srtm2sdf` can be started.
bool splat_installed();
// Turns the tiles into SPLAT!'s own format.
Status convert_tiles(const SplatJob& job, const std::vector<std::string>& tiles);
// The path loss of every pixel within the radius by ITM (-olditm).
Result<std::vector<SplatAnswer>> splat_answers(const SplatJob& job, double radius_km);
// Seconds of processor time, user and system, of a run that writes no answers but its picture.
Result<double> splat_cpu_s(const SplatJob& job, double radius_km);

}  // namespace cairn::bench
