// SPDX-License-Identifier: Apache-2.0
// Reads a pack's `inputs`: how devices that do not speak in our names are understood
// (docs/packs.md has every key).
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/catalog.hpp"
#include "model/yaml.hpp"

namespace cairn::model {

// The member `inputs` of a pack.yaml. What is wrong in itself is reported and left out.
void read_inputs(const YamlNode& node, std::string_view file, const std::string& pack,
                 Catalog& catalog, Problems& problems);

// What no file knows of itself, when all packs are loaded: types that nobody declares, properties
// that do not exist or take no readings, units that do not convert, one name with two meanings.
void check_inputs(const Catalog& catalog, Problems& problems);

}  // namespace cairn::model
