// SPDX-License-Identifier: Apache-2.0
// What a door is told when a device may no longer do what it was let in for: it ends what is open.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "device/register.hpp"

namespace cairn::device {

enum class Revoked : std::uint8_t {
  secret,   // there is a new one: who showed the old one shows the new one
  rights,   // it writes to other things now: it comes again with these
  blocked,  // it may nothing, as the next
  retired
};

struct Revocation {
  std::string device;  // "dev-…": the name that a connection has in the doors
  Protocol protocol = Protocol::http;
  std::string identity;
  Revoked why = Revoked::secret;
  std::string reason = {};  // of blocked and retired, as somebody said it
  bool operator==(const Revocation&) const = default;
};

// On the thread of who changes the register, once the change is on disk and known to the doors:
// a connection that is let in afterwards is let in by what holds now. Must not block.
using Revoke = std::function<void(std::span<const Revocation>)>;

}  // namespace cairn::device
