// SPDX-License-Identifier: Apache-2.0
// Registered services in the ledger: who answers for them, whether their owner agreed, and what was
// last found.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "probe/judge.hpp"
#include "store/ledger.hpp"

namespace cairn::server {

enum class ServiceState : std::uint8_t { registered, confirmed, withdrawn };
const char* to_string(ServiceState state);

// A finding as it is kept: the check by its id, which a later version may not know any more.
struct KeptFinding {
  std::string check;
  std::optional<bool> passed;
  std::string severity;
  std::optional<double> value;
  std::string unit;
  Label text;
};
struct Measured {
  Instant at;
  double seconds = 0;
  int requests = 0;
  std::vector<KeptFinding> findings;
};

struct WebService {
  std::string id;
  Label label;
  std::string url;
  std::string owner;
  std::string thing;
  std::string region;  // code
  ServiceState state = ServiceState::registered;
  std::string token;
  std::string registered_by;
  Instant registered_at;
  std::string confirmed_by;  // empty: never, or withdrawn. As the next two
  std::optional<Instant> confirmed_at;
  std::string confirmed_how;  // dns, page, person
  std::optional<Measured> last;
};

struct ServiceEvent {
  Instant at;
  std::string actor;
  std::string action;  // register, confirm, refuse, withdraw
  std::string note;
};

// Thread-safe.
class ProbeStore {
 public:
  static Result<std::unique_ptr<ProbeStore>> open(store::Ledger& ledger);

  Result<std::vector<WebService>> list() const;  // by id
  Result<WebService> find(std::string_view id) const;
  Result<std::vector<ServiceEvent>> events(std::string_view id) const;  // the newest first

  // Error: conflict when the id is taken. All of them write the event as well.
  Status add(const WebService& service);
  // Error: conflict when it was withdrawn since `service` was read.
  Status confirm(const WebService& service, std::string_view actor, std::string_view how,
                 std::string_view note, Instant now);
  Status note(std::string_view id, const ServiceEvent& event);
  Status withdraw(std::string_view id, std::string_view actor, std::string_view reason,
                  std::string_view new_token, Instant now);
  // Only of a service that is still confirmed; error: conflict otherwise.
  Status keep(std::string_view id, const Measured& measured);

 private:
  explicit ProbeStore(store::Ledger& ledger) : ledger_(ledger) {}
  store::Ledger& ledger_;
};

// Of an observation's findings.
std::vector<KeptFinding> kept(const std::vector<probe::Finding>& findings);

}  // namespace cairn::server
