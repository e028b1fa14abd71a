// SPDX-License-Identifier: Apache-2.0
// Finds the handler of a request by method and path.
//
//   router.add("GET", "/v1/regions/{code}", [](const Call& call) { … call.path("code") … });
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/actor.hpp"
#include "server/message.hpp"
#include "server/query.hpp"
#include "server/reply.hpp"

namespace cairn::protect {
class AuditTrail;
}

namespace cairn::server {

struct State;

// docs/access.md. A handler asks with refuse() of server/guard.hpp.
struct Call {
  const Request& request;
  std::vector<std::pair<std::string, std::string>> captures;  // decoded
  QueryItems query;
  std::shared_ptr<const State> state;  // shared: stays whole while a reload swaps it
  Instant today;  // the date when none is asked: the end of the present day, or the engine's now
  model::Actor actor = {};  // who asks; nobody, when it is not known
  std::string doubt = {};   // why an actor that was named does not count: "the token is wrong"
  Instant asked_at = {};    // by the clock on the wall
  protect::AuditTrail* audit =
      nullptr;  // none: a server without a data directory, without accounts

  const std::string& path(std::string_view name) const;
};

using Handler = std::function<Response(const Call&)>;
// Answers later; the call is valid until it returns.
using DeferredHandler = std::function<void(const Call&, Reply)>;

enum class Access : std::uint8_t {
  open,   // anyone
  read,   // signed in or with a token, when the server listens beyond this machine
  write,  // always so, and with Route::right everywhere
  actor,  // whoever signed in, or a token; the handler asks for the right with refuse()
};

struct Route {
  std::string method;
  std::string pattern;  // segments: text, {name}, {name}.ext, or a last `*` (the rest, undecoded)
  Access access = Access::read;
  std::size_t body_bytes = 0;  // the largest body it reads
  Handler handler;
  DeferredHandler deferred = {};                     // instead of `handler`, when present
  model::Action right = model::Action::import_data;  // of Access::write: wanted everywhere
};

struct Match {
  const Route* route = nullptr;
  std::vector<std::pair<std::string, std::string>> captures;  // "*" holds the rest
  std::string allow;       // of 405: the methods that the path has
  std::string path_error;  // a wrong escape in the path
};

class Router {
 public:
  void add(Route route);
  // Found before those that are there already.
  void add_first(Route route);
  // HEAD finds the GET route.
  Match find(std::string_view method, std::string_view path) const;

 private:
  std::vector<std::pair<Route, std::vector<std::string>>> routes_;  // with the pattern's segments
};

}  // namespace cairn::server
