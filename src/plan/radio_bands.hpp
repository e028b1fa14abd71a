// SPDX-License-Identifier: Apache-2.0
// From a pack's band to what the radio module computes with.
#pragma once

#include "model/band.hpp"
#include "radio/antenna.hpp"
#include "radio/link_budget.hpp"

namespace cairn::plan {

// Every number of the band, and the defaults of band_keys() for those that it leaves out.
radio::LinkBudget budget_of(const model::BandDef& band);

// The band's usual sector: its gain, widths and electrical tilt after 3GPP TR 38.901. Without a
// horizontal or vertical width it is omnidirectional.
radio::AntennaPattern antenna_of(const model::BandDef& band);

}  // namespace cairn::plan
