// SPDX-License-Identifier: Apache-2.0
// All that the server answers, without sockets: finds the handler, checks the token, and finishes
// responses (entity tags, compression, headers for safety).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/seams.hpp"
#include "server/authenticator.hpp"
#include "server/http.hpp"
#include "server/metrics.hpp"
#include "server/router.hpp"
#include "server/state.hpp"
#include "server/static_files.hpp"

namespace cairn::device {
class Register;
}

namespace cairn::watch {
class Live;
struct LiveUpdate;
}  // namespace cairn::watch

namespace cairn::server {

class EventHub;
struct Event;

struct ServiceOptions {
  std::string token;         // empty: nothing can be written
  bool guard_reads = false;  // reading needs the token too (listening beyond this machine)
  std::string web_directory;
  const Clock* true_clock = nullptr;  // where the other is a demonstration's; null: the same
};

class Service {
 public:
  Service(ServiceOptions options, const Clock& clock, const Files& files,
          std::shared_ptr<const State> state);
  ~Service();

  Admission admit(const Request& head) const;
  // Answers at once or, for routes that do so, later and from another thread.
  void handle(Request request, Reply reply);
  // A reply whose answer, of a request that writes, gets the headers for safety and the date.
  Reply finishing(Reply reply) const;
  // An error of the transport, finished like any response.
  Response transport_failure(int status, std::string message) const;

  // The state that new requests see.
  std::shared_ptr<const State> state() const;
  void swap(std::shared_ptr<const State> state);
  bool writable() const { return !options_.token.empty() || authenticator_ != nullptr; }
  // Reading is for those who are known only.
  bool guards_reads() const { return options_.guard_reads; }
  const Clock& clock() const { return clock_; }
  // What the world outside reads on its clocks, also in a demonstration.
  const Clock& true_clock() const { return true_clock_; }
  Instant started_at() const { return started_at_; }
  void watch(std::shared_ptr<const HttpCounters> counters) { http_ = std::move(counters); }
  // More figures for /metrics. Before anything is served.
  using Figures = std::function<void(std::vector<Gauge>&)>;
  void add_figures(Figures figures) { figures_.push_back(std::move(figures)); }
  // Hears of every update with its events, before the streams do; on the engine's thread. Before
  // live().
  using Listener = std::function<void(const watch::LiveUpdate&, const std::vector<Event>&)>;
  void tell(Listener listener) { listener_ = std::move(listener); }
  // Hears of requests to routes of signed-in people that were refused unread, for the audit trail:
  // on the socket thread, must not block. Before anything is served.
  using Refused = std::function<void(const Request& head)>;
  void refused_unread(Refused refused) { refused_unread_ = std::move(refused); }
  Router& router() { return router_; }
  // Who is asked who sends a request, besides the server's own token. Before anything is served;
  // outlives the service's last request.
  void authenticate_with(Authenticator* authenticator) { authenticator_ = authenticator; }
  // The actor of the server's own token: everything, everywhere.
  static model::Actor token_actor();

  // The engine whose present is served; null: none. It must not call back after this has gone.
  void live(watch::Live* engine);
  watch::Live* live() const { return live_.load(); }
  // Who speaks to the doors; null: a server without a data directory, or a shard. Set before
  // anything is served; outlives the service.
  void devices(device::Register* devices) { devices_ = devices; }
  device::Register* devices() const { return devices_; }
  // What /v1/events sends; EventHub::wake_with() tells it how to wake the streams.
  EventHub& events() const { return *events_; }
  // The engine's clock, or the system's without one.
  Instant now() const;

 private:
  // By the head alone, before a body is read.
  std::optional<Response> refuse_head(const Route& route, const Request& head) const;
  Known identify(const Request& request) const;
  bool has_token(const Request& request) const;
  std::optional<Response> refuse(const Route& route, const Call& call) const;
  std::optional<Response> refuse_unknown(const Route& route, const Request& request,
                                         const std::string& doubt) const;
  static Response unrouted(const Request& request, const Match& match);
  std::optional<Response> dispatch(const Request& request, Reply& reply, std::string& route_name);
  // Entity tags, compression, headers for safety and the date.
  Response finish(const Request& request, Response response) const;
  std::string metrics_text() const;

  ServiceOptions options_;
  Authenticator* authenticator_ = nullptr;  // none: only the token is known
  const Clock& clock_;
  const Clock& true_clock_;
  StaticFiles files_;
  Router router_;
  Metrics metrics_;
  Instant started_at_;
  mutable std::mutex mutex_;
  std::shared_ptr<const State> state_;        // shared: requests keep the one they began with
  std::shared_ptr<const HttpCounters> http_;  // shared: owned by the listener
  std::atomic<watch::Live*> live_{nullptr};
  device::Register* devices_ = nullptr;
  std::vector<Figures> figures_;
  Listener listener_;
  Refused refused_unread_;
  std::shared_ptr<EventHub> events_;  // shared: streams under way outlive the service
};

// "Sat, 21 Nov 2026 10:00:00 GMT" (RFC 9110, 5.6.7).
std::string http_date(Instant t);

// The same for equal lengths whatever the content: a wrong token tells nothing by its time.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace cairn::server
