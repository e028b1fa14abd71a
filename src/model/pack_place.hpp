// SPDX-License-Identifier: Apache-2.0
// What packs say of the region that they are used in: where their things stand, of which regions
// their replays speak, which units answer for their incidents, and by which workflow.
#pragma once

#include "core/result.hpp"
#include "model/workspace.hpp"

namespace cairn::model {

// Slips that would else show late, as an alert that nobody gets or a value that never comes.
// Errors: a replay of an unknown region (unless most are: then the packs are used elsewhere than
// they were made for), a workflow that no pack brings. Warnings: a thing beside its region's
// boundary, a kind of units that the home region lacks (another one may have it).
void check_pack_places(const Workspace& workspace, Problems& problems);

}  // namespace cairn::model
