// SPDX-License-Identifier: Apache-2.0
// Signing in and out.
#include "server/access.hpp"
#include "server/api_access.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t body_bytes = 4096;

}  // namespace

// All open: whoever is not signed in comes here first.
void add_session_routes(Router& router, AccessDesk& desk) {
  router.add({"GET", "/v1/session", Access::open, 0,
              [&desk](const Call& call) { return desk.session_answer(call); }});
  router.add({"DELETE", "/v1/session", Access::open, 0,
              [&desk](const Call& call) { return desk.sign_out(call); }});
  const auto add_late = [&](const char* method, const char* path, std::size_t bytes,
                            void (AccessDesk::*handle)(const Call&, Reply)) {
    Route route{method, path, Access::open, bytes, {}, {}};
    route.deferred = [&desk, handle](const Call& call, Reply reply) {
      (desk.*handle)(call, std::move(reply));
    };
    router.add(std::move(route));
  };
  add_late("POST", "/v1/session", body_bytes, &AccessDesk::sign_in);
  add_late("POST", "/v1/session/password", body_bytes, &AccessDesk::change_password);
  add_late("GET", "/v1/session/oidc", 0, &AccessDesk::begin_oidc);
  add_late("GET", "/v1/session/oidc/return", 0, &AccessDesk::end_oidc);
}

}  // namespace cairn::server
