// SPDX-License-Identifier: Apache-2.0
// From rows of a list of sites to cells that radiate: their bands, antennas and powers.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/coverage_sites.hpp"
#include "core/seams.hpp"
#include "model/band.hpp"
#include "radio/cell.hpp"
#include "radio/propagation.hpp"

namespace cairn::app {

// The bands that packs declare, as link budgets.
struct BandBook {
  std::vector<model::BandDef> bands;
  std::vector<radio::LinkBudget> budgets;  // one each

  // By id or alias; null: no pack declares it.
  const radio::LinkBudget* find(std::string_view name) const;
};
// Reads the packs of a folder. Errors: no pack declares a band.
Result<BandBook> read_bands(const Files& files, const std::string& packs);

struct CellWishes {
  std::vector<std::string> bands;  // ids, aliases or technologies; empty: what the rows say
  std::string operator_id;         // only this operator's; empty: all
  std::string antenna_folder;      // of pattern files; empty: standard sectors only
  radio::Model model = radio::Model::p1812;
};

// The cells and what they point to; moving it keeps the cells valid, copying does not.
struct CellPlan {
  std::vector<radio::Cell> cells;
  std::vector<std::string> places;  // of each cell, file:line
  std::vector<bool> estimated;      // its position
  std::vector<std::unique_ptr<radio::AntennaPattern>> patterns;
  Problems problems;         // of rows that were left out
  std::size_t left_out = 0;  // with mistakes
  std::size_t others = 0;    // of other bands and operators
  std::map<std::string, std::size_t> other_bands;
  std::size_t standard_sectors = 0;  // rows whose antenna is a standard one
  std::size_t unread_antennas = 0;   // rows that name a pattern, but no folder holds it

  CellPlan() = default;
  CellPlan(CellPlan&&) = default;
  CellPlan& operator=(CellPlan&&) = default;
};

// Rows with mistakes are left out with their place. Errors: a wish for a band that no pack knows.
Result<CellPlan> make_cells(const std::vector<SiteRow>& rows, const BandBook& book,
                            const CellWishes& wishes, const Files& files);

// Passes over cells for which `keep` is false: no mistake of theirs.
void pass_over(CellPlan& plan, const std::function<bool(const radio::Cell&)>& keep);
// Leaves out cells for which `wrong` has something to say.
void leave_out(CellPlan& plan, const std::function<std::string(const radio::Cell&)>& wrong);

// The sector that stands in where a row names no antenna: the band's, with the row's own tilt.
radio::AntennaPattern usual_sector(const model::BandDef& band,
                                   std::optional<double> electrical_tilt_deg);

}  // namespace cairn::app
