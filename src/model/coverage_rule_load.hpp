// SPDX-License-Identifier: Apache-2.0
// Reads and checks the `coverage` section of a pack.
#pragma once

#include <string>
#include <string_view>

#include "model/catalog.hpp"
#include "model/yaml.hpp"

namespace cairn::model {

// Puts the section into the catalog. Unknown keys, words and numbers that mean nothing, and a
// section that another pack has already, are problems with file:line and a suggestion.
void read_coverage(const YamlNode& node, std::string_view file, const std::string& pack,
                   Catalog& catalog, Problems& problems);

// What one pack cannot know of itself: that the types are declared, the decided properties are
// truth values of the village, the stations and points have what the study reads.
void check_coverage(const Catalog& catalog, Problems& problems);

}  // namespace cairn::model
