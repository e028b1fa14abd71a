// SPDX-License-Identifier: Apache-2.0
// Writes into the register of devices what instruments of HJ 212 did and said.
#pragma once

#include "core/result.hpp"
#include "core/time.hpp"
#include "device/book.hpp"
#include "server/hj212_desk.hpp"

namespace cairn::server {

struct Hj212Kept {
  bool facts_changed = false;  // the device's own: a serial number
};
// One line of its history; with it a changed password, or a serial number where it had none.
Result<Hj212Kept> keep_hj212_note(device::Book& book, const Hj212Note& note, Instant now);

}  // namespace cairn::server
