// SPDX-License-Identifier: Apache-2.0
// Reads a pack folder: pack.yaml and the files it names (every key: docs/packs.md).
#pragma once

#include <string>

#include "core/seams.hpp"
#include "model/catalog.hpp"
#include "model/records.hpp"

namespace cairn::model {

// Adds a pack to `catalog` and its things and observations to `records`. Unknown keys, wrong
// kinds, names taken by another pack, units that do not read: problems with file:line:column and a
// suggestion. Formulas are compiled later (formula/library.hpp).
void load_pack(const Files& files, const std::string& directory, Catalog& catalog, Records& records,
               Problems& problems);

// Whether a replay says `todo` in place of what must come out; it fails until somebody works that
// out.
bool to_be_worked_out(const ReplayExpectation& expectation);

}  // namespace cairn::model
