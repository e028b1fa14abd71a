// SPDX-License-Identifier: Apache-2.0
// Reads and checks one band of a pack's `bands` section.
#pragma once

#include <string>
#include <string_view>

#include "model/catalog.hpp"
#include "model/yaml.hpp"

namespace cairn::model {

// Puts the band into the catalog. A number without a source, out of its range or missing, an
// unknown key, a name that another band answers to: problems with file:line and a suggestion; a
// band with any of them is left out.
void read_band(const std::string& id, const YamlNode& node, std::string_view file,
               const std::string& pack, Catalog& catalog, Problems& problems);

}  // namespace cairn::model
