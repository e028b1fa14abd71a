// SPDX-License-Identifier: Apache-2.0
// The tables of incidents in the ledger. Entries and evidence only grow: the database itself
// refuses to change or delete them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "flow/statechart.hpp"
#include "respond/incident.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {

store::LedgerPart incident_part();

// An incident with what the desk needs to go on with it.
struct IncidentRow {
  Incident incident;
  std::string instance;           // flow/instance_text.hpp
  std::string stays;              // below
  std::uint64_t round = 1;        // entry with which the present work began
  Instant last;                   // of its newest entry: nothing happens before it
  Instant next = Instant::max();  // when something falls due
};

// An event that the workflow wants back.
struct PendingSend {
  std::string id;
  std::string event;
  Instant due;
  flow::Fields arguments;
};

// What was done under a key.
struct KeyRow {
  std::string digest;  // of the command
  std::string incident;
  std::uint64_t entry = 0;
  std::string refusal;
};

std::string stays_text(const flow::Chart& chart, const std::vector<flow::Stay>& stays);
Result<std::vector<flow::Stay>> parse_stays(std::string_view text, const flow::Chart& chart);

namespace incident_store {

Result<std::string> next_id(store::Database& db, Date day);
Result<std::optional<IncidentRow>> find(const store::Database& db, std::string_view id);
Status put(store::Database& db, const IncidentRow& row);
// The open one, else the newest; empty: none.
Result<std::string> of_group(const store::Database& db, std::string_view group);
// The ids of those whose `next` has come, the longest waiting first.
Result<std::vector<std::string>> due(const store::Database& db, Instant now, std::size_t most);
// Calls back with each, the newest first; only open ones or only others, if asked.
Status each(const store::Database& db, std::optional<bool> open,
            const std::function<void(Incident&&)>& take);

Status add(store::Database& db, const Entry& entry);
Result<std::vector<Entry>> entries(const store::Database& db, std::string_view incident,
                                   std::uint64_t after);
// Ids of incidents with entries after the cursor, which moves on.
Result<std::vector<std::string>> changed(const store::Database& db, std::uint64_t& cursor,
                                         std::size_t most);
Result<std::uint64_t> newest_change(const store::Database& db);

Status add(store::Database& db, const Evidence& evidence);
Result<std::vector<Evidence>> evidence(const store::Database& db, std::string_view incident);

Status put_reporter(store::Database& db, std::string_view incident, const Reporter& reporter);
Result<Reporter> reporter(const store::Database& db, std::string_view incident);

// Erases who it was and how he is reached; his words stay.
Status forget_reporter(store::Database& db, std::string_view incident);
Status look_again(store::Database& db, std::string_view incident, Instant at);

Status put_send(store::Database& db, std::string_view incident, const PendingSend& send);
Status remove_send(store::Database& db, std::string_view incident, std::string_view id);
Status remove_sends(store::Database& db, std::string_view incident);
Result<std::vector<PendingSend>> sends(const store::Database& db, std::string_view incident);

Result<std::set<std::string>> fired(const store::Database& db, std::string_view incident);
Status mark_fired(store::Database& db, std::string_view incident, std::string_view escalation,
                  Instant at);

Result<std::optional<KeyRow>> find_key(const store::Database& db, std::string_view actor,
                                       std::string_view key);
Status put_key(store::Database& db, std::string_view actor, std::string_view key,
               const KeyRow& row);

}  // namespace incident_store
}  // namespace cairn::respond
