// SPDX-License-Identifier: Apache-2.0
// `cairn serve`: loads nothing itself beyond what it is given, listens, and answers until stopped.
//
//   auto running = serve(options, *files, *clock, problems);
//   if (!running) return fail(running.error());
//   … (*running)->port() …
//   (*running)->stop();
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "store/history.hpp"

namespace cairn::server {

struct ServeOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;       // 0: any free one
  std::string token = {};          // needed to write, and to listen beyond this machine
  std::string web_directory = {};  // the built console; empty: none
  std::string root = ".";          // holds regions/, packs/, proposals/
  std::string home = "panxi";
  std::string data_directory = {};  // for imports; empty: nothing can be imported
  int handler_threads = 2;
  std::vector<store::Retention> retention = {};  // of the live history; none: for ever
  // The live engine runs over the data directory's live/ when this is so.
  bool live = false;
  std::optional<std::uint16_t> mqtt_port = {};   // 0: any free one; none: no MQTT door
  bool any_mqtt_port = false;                    // when that one is taken
  std::optional<std::uint16_t> coap_port = {};   // plain UDP; 0: any free one; none: no such door
  std::optional<std::uint16_t> coaps_port = {};  // DTLS with the keys of live/psk.csv
  std::optional<std::uint16_t> hj212_port = {};  // TCP; 0: any free one; none: no such door
  bool coap_insecure = false;                    // plain CoAP also beyond loopback
  std::optional<Instant> rehearse = {};      // the packs' series, as if they happened from then on
  std::function<double()> clock_speed = {};  // of a demonstration's clock
  const Clock* true_clock = nullptr;         // besides it; null: there is but one
  std::function<void(const Error&)> fatal = {};  // the disk broke its word: the process must end
  // One of several (docs/shards.md): where NATS is, and which prefectures a shard serves; without
  // them it is the parent.
  std::string nats = {};
  std::string shard = {};
  bool study = false;  // of coverage, over the home region's relief (server/study.hpp)
  // Variables of the process, for the secrets of channels; none: there are none.
  std::function<std::optional<std::string>(const std::string&)> environment = {};
  bool behind_proxy = false;  // a reverse proxy is the only one that reaches this server
  std::string registry = {};  // "postgresql://…"; empty: a file of the data directory
};

class Running {
 public:
  virtual ~Running() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::uint16_t mqtt_port() const = 0;  // 0: no such door; as the next
  virtual std::uint16_t coap_port() const = 0;
  virtual std::uint16_t coaps_port() const = 0;
  virtual std::uint16_t hj212_port() const = 0;
  // Lets running requests finish. Idempotent.
  virtual void stop() = 0;
};

// `files` and `clock` must outlive what is returned. `problems` holds what of the workspace could
// not be used; the rest is served.
Result<std::unique_ptr<Running>> serve(const ServeOptions& options, Files& files,
                                       const Clock& clock, Problems& problems);

// 127.0.0.0/8, ::1 and localhost.
bool is_loopback(std::string_view address);

}  // namespace cairn::server
