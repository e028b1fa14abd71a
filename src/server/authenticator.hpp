// SPDX-License-Identifier: Apache-2.0
// Who sends a request: by the cookie of a session or a token.
#pragma once

#include <string>

#include "model/actor.hpp"
#include "server/message.hpp"

namespace cairn::protect {
class AuditTrail;
}

namespace cairn::server {

struct Known {
  model::Actor actor;  // nobody: nobody was named, or what was named does not count
  std::string doubt;   // why it does not count; empty: nobody was named
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // On a thread of the pool: may read the disk.
  virtual Known identify(const Request& request) = 0;
  // On the socket thread, by the head alone: must not block. False: identify() would know nobody.
  virtual bool may_know(const Request& head) const = 0;
  virtual protect::AuditTrail* trail() = 0;
};

}  // namespace cairn::server
