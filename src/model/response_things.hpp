// SPDX-License-Identifier: Apache-2.0
// The things that statistics of responses are kept of: each unit, and each rule in each county.
// They are made when the workspace is loaded and a pack declares their types, `response_unit` and
// `rule_watch`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "model/catalog.hpp"
#include "model/records.hpp"
#include "model/region.hpp"
#include "model/response.hpp"

namespace cairn::model {

std::string response_unit_id(std::string_view unit);
std::string rule_watch_id(std::string_view rule, std::string_view county);  // code

// `home`: the region whose counties are watched. Text properties of a `rule_watch` are `rule` and
// `hazard`, of a `response_unit` `kind`, where the types have them.
std::vector<Thing> response_things(const Catalog& catalog, const RegionTree& regions,
                                   const ResponseDef& response, std::string_view home);

}  // namespace cairn::model
