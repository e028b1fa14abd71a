// SPDX-License-Identifier: Apache-2.0
// Reads who answers for what (docs/formats/response.md): a pack's `response`, what a rule says of
// the time after it fires, and the units of a region.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/seams.hpp"
#include "model/catalog.hpp"
#include "model/response.hpp"
#include "model/yaml.hpp"

namespace cairn::model {

// The member `response` of a pack.yaml, with the files that it names.
void read_response(const Files& files, const std::string& directory, const YamlNode& node,
                   ResponseDef& out, Problems& problems);

// The keys `hazard`, `caused_by`, `incident` and `cap` of a rule.
void read_rule_response(YamlMap& map, std::string_view file, RuleDef& rule, Problems& problems);

// id,region,kind,label_zh,label_en,desk,sample,contact
void read_units_csv(std::string_view text, std::string_view name, std::vector<UnitDef>& out,
                    Problems& problems);

// Moves what the packs said into `out`, which has the units already, and checks what no file
// knows of itself: units of unknown regions, kinds and rules that nobody declares, a county of the
// home region without a desk. What is wrong is left out.
void take_response(Catalog& catalog, const RegionTree& regions, std::string_view home,
                   ResponseDef& out, Problems& problems);

}  // namespace cairn::model
