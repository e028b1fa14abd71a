// SPDX-License-Identifier: Apache-2.0
// From a pack's band to what the radio module computes with.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "model/band.hpp"
#include "model/catalog.hpp"
#include "radio/antenna.hpp"
#include "radio/link_budget.hpp"

namespace cairn::plan {

// Every number of the band, and the defaults of band_keys() for those that it leaves out.
radio::LinkBudget budget_of(const model::BandDef& band);

// The band's usual sector: its gain, widths and electrical tilt after 3GPP TR 38.901. Without a
// horizontal or vertical width it is omnidirectional.
radio::AntennaPattern antenna_of(const model::BandDef& band);

// A band with its budget.
struct StudyBand {
  const model::BandDef* def = nullptr;  // not owned
  radio::LinkBudget budget;
};

// The bands of all packs with their budgets; the catalog must outlive them.
std::vector<StudyBand> study_bands(const model::Catalog& catalog);

// The band that a station means by `name`, an id or an alias: one of the technology that the
// station says; a station that says none ("") has that of its band. Null where there is none.
const StudyBand* band_of(std::span<const StudyBand> bands, std::string_view name,
                         std::string_view technology);

}  // namespace cairn::plan
