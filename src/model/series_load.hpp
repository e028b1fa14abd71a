// SPDX-License-Identifier: Apache-2.0
// One item of a pack's `series`: a file of measurements, or a simulated device
// (simulate/device.hpp) where no measurements may be had. What a simulated one says is labelled so
// by its origin.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "model/catalog.hpp"
#include "model/records.hpp"
#include "model/yaml.hpp"

namespace cairn::simulate {
struct Setting;
}

namespace cairn::model {

// Packs stay small, so that all of them start within seconds.
inline constexpr std::uint64_t most_simulated_rows = 20'000;

// `pack` is its id. Problems have file:line of the value they are about; nothing: the item cannot
// be used.
std::optional<SeriesFile> read_series(const YamlNode& node, std::string_view file,
                                      const std::string& pack, Problems& problems);

// Checks its thing and properties, fills in the units that columns convert to, and adds its
// observations; a simulated device becomes a source too. `pack` gives id and directory.
void load_series(const Files& files, const PackDef& pack, SeriesFile& series, Catalog& catalog,
                 Records& records, Problems& problems);

// As the library takes it; `zone` is that of the local day.
simulate::Setting setting_of(const SimulatedSeries& device, Zone zone);

}  // namespace cairn::model
