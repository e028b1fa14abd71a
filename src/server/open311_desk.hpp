// SPDX-License-Identifier: Apache-2.0
// Incidents as Open311 GeoReport v2 sees them: what others may read, and what they send becomes an
// incident. docs/open311.md.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/actor.hpp"
#include "model/workspace.hpp"
#include "respond/report_desk.hpp"
#include "server/open311.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {
class IncidentDesk;
}

namespace cairn::server {

struct Open311Options {
  std::string jurisdiction;     // empty: the home region's id; the only one that is served
  bool public_posting = false;  // without a key too, as far as the form of the public goes
  // The same content of the same sender within this time is a repetition: the standard has no key.
  std::int64_t repeat_ns = 600 * ns_per_second;
};

// What is to be read. Empty lists: all.
struct GeoQuery {
  std::vector<std::string> ids;  // overrides the rest
  std::vector<std::string> services;
  std::optional<Instant> from;  // requested
  std::optional<Instant> to;
  std::optional<bool> closed;
};

// An error as the standard numbers it.
struct GeoError {
  int status = 400;
  std::string message;
};
template <class T>
using GeoResult = tl::expected<T, GeoError>;

struct GeoCreated {
  std::string id;
  std::string region;
  std::string notice;
  bool again = false;  // it had been created before
};

// Thread-safe. All that it refers to outlives it.
class Open311Desk {
 public:
  static Result<std::unique_ptr<Open311Desk>> open(store::Ledger& ledger,
                                                   respond::IncidentDesk& incidents,
                                                   respond::ReportDesk& reports,
                                                   Open311Options options);

  const Open311Options& options() const { return options_; }
  // Nothing: it is ours, or was not given.
  std::optional<GeoError> wrong_jurisdiction(const std::string* id,
                                             const model::Workspace& workspace) const;
  std::vector<GeoService> services(const model::Workspace& workspace, Language language) const;
  GeoResult<GeoService> service(const model::Workspace& workspace, std::string_view code,
                                Language language) const;
  // What the asker may see: anybody those that came from the public and from partners, without
  // their words; who has the right to incidents all of its regions.
  GeoResult<std::vector<GeoRequest>> requests(const GeoQuery& query,
                                              const model::Workspace& workspace,
                                              const model::Actor& actor, Language language,
                                              Instant now) const;
  // Where a request lies, before it is known whether the sender may open one there.
  GeoResult<std::string> region_of(const GeoPost& post, const model::Workspace& workspace) const;
  // Opens an incident. `key`: of the sender, may be empty.
  GeoResult<GeoCreated> create(const GeoPost& post, const std::string& region,
                               const std::string& key, const model::Workspace& workspace,
                               const model::Actor& actor, Instant now);

 private:
  Open311Desk(store::Ledger& ledger, respond::IncidentDesk& incidents, respond::ReportDesk& reports,
              Open311Options options)
      : ledger_(ledger), incidents_(incidents), reports_(reports), options_(std::move(options)) {}
  GeoRequest request_of(const respond::Incident& incident, const model::Workspace& workspace,
                        bool all, Language language) const;

  bool sent_by(std::string_view number, const model::Actor& actor) const;

  store::Ledger& ledger_;
  respond::IncidentDesk& incidents_;
  respond::ReportDesk& reports_;
  const Open311Options options_;
};

}  // namespace cairn::server
