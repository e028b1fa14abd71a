// SPDX-License-Identifier: Apache-2.0
// Rows of the register in the ledger.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "device/device.hpp"
#include "store/ledger.hpp"

namespace cairn::device {

cairn::Status ensure_tables(store::Ledger& ledger);
cairn::Status put_device(store::Database& db, const Device& device);
// False: there is one with this id or identity already.
Result<bool> add_device(store::Database& db, const Device& device);
cairn::Status add_step(store::Database& db, const std::string& device, const Step& step);
using CountsOf = std::pair<std::string, Counts>;  // of a device, by id
cairn::Status put_counts(store::Database& db, std::span<const CountsOf> all);
cairn::Status remove_device(store::Database& db, const std::string& device);
Result<std::vector<Step>> read_steps(const store::Database& db, const std::string& device,
                                     std::size_t most);
// Every device, in order of id. Error: what cannot be read, with its id.
cairn::Status read_devices(const store::Database& db,
                           const std::function<void(Device, Counts)>& take);

}  // namespace cairn::device
