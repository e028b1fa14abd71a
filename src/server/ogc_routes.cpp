// SPDX-License-Identifier: Apache-2.0
#include "server/ogc_routes.hpp"

#include <mutex>

#include "server/base_url.hpp"
#include "server/ogc.hpp"
#include "server/sta.hpp"
#include "server/state.hpp"

namespace cairn::server {
namespace {

// A client that tries to write sends a body; it is read, so that it learns why it is refused.
constexpr std::size_t refused_body_bytes = std::size_t{1} << 20;

// The entities of the newest state that was asked for. Building them reads every series once.
class SensorThings {
 public:
  Response answer(const Call& call, Instant now) {
    const auto service = of(call);
    return service->service.answer(call.request, "/sta/v1.1", base_url(call.request), now);
  }

 private:
  struct Kept {
    Kept(std::shared_ptr<const State> s, Instant today)
        : state(std::move(s)), date(today), service(state->base->snapshot(), today) {}
    std::shared_ptr<const State> state;  // shared: the service reads its snapshot
    Instant date;
    sta::Service service;
  };

  std::shared_ptr<const Kept> of(const Call& call) {
    const std::lock_guard lock(mutex_);
    if (!kept_ || kept_->state != call.state || kept_->date != call.today) {
      kept_ = std::make_shared<const Kept>(call.state, call.today);
    }
    return kept_;
  }

  std::mutex mutex_;
  std::shared_ptr<const Kept> kept_;  // shared: requests outlive a swap
};

void add(Router& router, const std::string& pattern, const Handler& handler) {
  router.add({"GET", pattern, Access::read, 0, handler});
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    router.add({method, pattern, Access::read, refused_body_bytes, handler});
  }
}

}  // namespace

void add_standard_routes(Router& router, const Clock& clock) {
  add(router, "/ogc/*", [&clock](const Call& call) {
    const Reading reading(call.state, call.state->base, call.today);
    return ogc::answer(reading.view(), call.request, "/ogc", base_url(call.request), clock.now());
  });
  const auto things = std::make_shared<SensorThings>();  // shared: by copies of the handler
  add(router, "/sta/v1.1/*",
      [things, &clock](const Call& call) { return things->answer(call, clock.now()); });
}

}  // namespace cairn::server
