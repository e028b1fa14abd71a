// SPDX-License-Identifier: Apache-2.0
// The read side of OGC SensorThings API 1.1 (OGC 18-088) over a snapshot.
//
//   sta::Service service(snapshot, as_of);
//   Response r = service.answer(request, "/sta/v1.1", base_url(request), now);
//
// Conformance classes: data model, resource paths, request data, data array (reading). Geographic
// distances and lengths are in degrees of the coordinates' plane, as those of other servers are;
// a statistic's or sample's result time is the end of its phenomenon time.
#pragma once

#include <string>
#include <string_view>

#include "server/message.hpp"
#include "server/sta_entities.hpp"

namespace cairn::server::sta {

// Immutable: answers may be asked for from several threads. The snapshot must outlive it.
class Service {
 public:
  Service(const model::Snapshot& snapshot, Instant as_of) : entities_(snapshot, as_of) {}

  // `mount` is the path under which it is served; `base` is "http://host:port"; `now` answers the
  // function now().
  Response answer(const Request& request, std::string_view mount, const std::string& base,
                  Instant now) const;

  const Entities& entities() const { return entities_; }

 private:
  Entities entities_;
};

// What one response holds at most, expanded entities included; lists are cut with a next link.
inline constexpr std::size_t entities_per_response = 100'000;

}  // namespace cairn::server::sta
