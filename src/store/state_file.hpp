// SPDX-License-Identifier: Apache-2.0
// States written aside, synced and renamed: `<name>-<position>.state`, with a CRC-32C over all of
// it. The newest one that is whole is used; older ones than the two newest are removed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/seams.hpp"

namespace cairn::store {

struct StateFile {
  std::uint64_t position = 0;  // of the log: what the state has seen
  std::string bytes;
  std::string skipped;  // newer files that were not whole, with the reason; empty: none
};

Status write_state(Files& files, const std::string& directory, std::string_view name,
                   std::uint64_t position, std::string_view bytes);
// Nothing when there is none; damaged files are passed over.
Result<std::optional<StateFile>> newest_state(Files& files, const std::string& directory,
                                              std::string_view name);

}  // namespace cairn::store
