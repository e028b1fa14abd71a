// SPDX-License-Identifier: Apache-2.0
// Readings over HTTP: messages of devices and collectors in, an answer when they are on disk.
//
//   IngestDoor door(intake, identities, token, clock, zone);
//   door.add_routes(service.router());
//   handlers.quick = [&](std::string_view path) { return door.quick(path); };
//   handlers.take = [&](const Request& r, Reply reply) { door.take(r, std::move(reply)); };
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/decode.hpp"
#include "core/seams.hpp"
#include "core/time.hpp"
#include "server/identity.hpp"
#include "server/message.hpp"
#include "server/query.hpp"
#include "server/reply.hpp"
#include "server/router.hpp"
#include "watch/intake.hpp"

namespace cairn::server {

// Live figures, for /metrics.
struct IngestCounters {
  std::atomic<std::uint64_t> messages{0};   // that came
  std::atomic<std::uint64_t> bytes{0};      // of their bodies, as sent
  std::atomic<std::uint64_t> accepted{0};   // readings
  std::atomic<std::uint64_t> refused{0};    // readings, or whole messages that cannot be read
  std::atomic<std::uint64_t> denied{0};     // messages without the right to write: 401, 403
  std::atomic<std::uint64_t> throttled{0};  // messages while the queue is full: 429
  std::atomic<std::uint64_t> failed{0};     // messages that did not come to the disk: 507
};

// Thread-safe. The intake and the clock must outlive it; it must outlive the requests.
class IngestDoor {
 public:
  // A sender with `token` may write everything, whatever the identities are; empty: there is none.
  IngestDoor(watch::Intake& intake, std::shared_ptr<const Identities> identities, std::string token,
             const Clock& clock, Zone zone);
  ~IngestDoor();
  IngestDoor(const IngestDoor&) = delete;
  IngestDoor& operator=(const IngestDoor&) = delete;

  void add_routes(Router& router);
  // Of the transport's quick way: a path that take() answers.
  bool quick(std::string_view path) const;
  // Such a request. Does not wait for the disk.
  void take(const Request& request, Reply reply);

  // A message whose format and address are known, and whose answers are another interface's.
  struct Known {
    codec::Format format = codec::Format::unknown;
    std::string thing = {};
    std::string property = {};
    const codec::DatastreamNames* datastreams = nullptr;
    // The answer once what was taken is on disk.
    std::function<Response(const model::ReadingBatch&, const watch::Receipt&)> answer = {};
    std::function<Response(const Error&)> unreadable = {};
  };
  void take_known(const Request& request, const Known& known, Reply reply);

  const IngestCounters& counters() const { return *counters_; }

 private:
  enum class Kind : std::uint8_t { any, influx, remote_write };
  struct Message;    // what a request says of its body
  class Pending;     // answers that wait for the disk
  struct Workplace;  // buffers of one decoding

  void receive(Kind kind, const Request& request, const QueryItems& query, std::string_view thing,
               Reply reply);
  void submit(const watch::Sender& sender, const Message& message, const Known& known, Reply reply);
  // These give the answer of a request that goes no further.
  std::optional<Response> authorize(const Request& request, watch::Sender& sender) const;
  std::optional<Response> read_address(Kind kind, const QueryItems& query, std::string_view thing,
                                       Message& message) const;
  std::optional<Response> read_marks(const Request& request, watch::Sender& sender) const;
  std::optional<Response> read_body(Kind kind, const Request& request, Message& message) const;
  Response answer_to(Kind kind, const watch::Receipt& receipt);
  Response refusal_of(const Error& error);
  std::unique_ptr<Workplace> borrow();
  void give_back(std::unique_ptr<Workplace> workplace);

  watch::Intake& intake_;
  std::shared_ptr<const Identities> identities_;  // shared: with the other doors
  std::string token_;
  const Clock& clock_;
  Zone zone_;
  std::shared_ptr<IngestCounters> counters_;  // shared: with `pending_`
  std::shared_ptr<Pending> pending_;          // shared: the intake's listener may outlive the door
  std::mutex workplaces_mutex_;
  std::vector<std::unique_ptr<Workplace>> workplaces_;  // that nobody uses
};

}  // namespace cairn::server
