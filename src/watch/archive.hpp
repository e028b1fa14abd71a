// SPDX-License-Identifier: Apache-2.0
// The stored readings of a data directory, read only: newest good state, history and log as they
// stand, while a server may go on writing all three.
#pragma once

#include <memory>
#include <string>

#include "core/seams.hpp"
#include "watch/world.hpp"

namespace cairn::watch {

// The world's snapshot with every reading that was acknowledged before the call. `directory` is the
// live engine's; where there is none, the world's own snapshot. `files` must outlive the snapshot.
Result<model::Snapshot> stored_snapshot(const Files& files, const std::string& directory,
                                        const std::shared_ptr<const World>& world);

}  // namespace cairn::watch
