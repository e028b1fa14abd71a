// SPDX-License-Identifier: Apache-2.0
// Rows of the outbox as values, for the files that make it up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "respond/outbox_store.hpp"
#include "store/sqlite.hpp"

namespace cairn::respond {

// Error: not_found.
Result<StoredDelivery> find_delivery(const store::Database& db, std::string_view channel,
                                     std::uint64_t number);
// The oldest that wait for a digest, at most `most`.
Result<std::vector<StoredDelivery>> parked_rows(const store::Database& db, std::string_view channel,
                                                std::string_view lane, std::int64_t most);
// One message that lists them; not empty.
Posting digest_of(const std::vector<StoredDelivery>& rows, std::string_view channel, Zone zone);

// What the other side said, for a line of a list: bounded, UTF-8, without control characters.
std::string one_line(std::string_view text);

}  // namespace cairn::respond
