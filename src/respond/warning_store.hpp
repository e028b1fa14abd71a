// SPDX-License-Identifier: Apache-2.0
// The tables of warnings in the ledger. Messages are only added; a chain's row says how it stands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/cap.hpp"
#include "respond/group.hpp"
#include "respond/warning.hpp"
#include "respond/warning_desk.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {

const store::LedgerPart& warnings_part();

// A warning and what the desk remembers of it.
struct Chain {
  Warning warning;
  std::string sender;              // of CAP
  AlertGroup group;                // of duty: as it was heard of last
  Level told_level = Level::blue;  // of the newest message
  std::uint64_t told_things = 0;
  Instant told_at;                 // when it was made, by the clock on the wall
  Instant told_sent;               // what it says; may be ahead by seconds
  std::optional<Instant> pending;  // an update is gathered until then
  int run_from = 1;                // number of the Alert that began its present run
  std::string joined_to;           // group that it became a part of
};

using store::Database;

Status put_chain(Database& db, const Chain& chain);
Result<std::optional<Chain>> find_chain(const Database& db, std::string_view id);
// Of duty and in force: an update is due, or they expire before `renew`.
Result<std::vector<Chain>> due_chains(const Database& db, Instant now, Instant renew);
Result<std::vector<std::string>> joined_chains(const Database& db, std::string_view group);
Result<std::size_t> count_chains(const Database& db, std::string_view prefix);

Status put_message(Database& db, const Message& message);
// Oldest first. Without `xml` their documents are left out.
Result<std::vector<Message>> messages_of(const Database& db, std::string_view warning, bool xml);
Result<std::optional<Message>> find_message(const Database& db, std::string_view sender,
                                            std::string_view identifier);
// By whatever name we sent it.
Result<std::optional<Message>> find_own(const Database& db, std::string_view identifier);
Result<std::vector<Message>> newest_messages(const Database& db, WarningKind kind,
                                             std::size_t limit);

// Who refers to a message of others: so that one that comes late finds its chain.
Status put_reference(Database& db, const codec::CapReference& reference, std::string_view warning);
Result<std::string> referring(const Database& db, std::string_view sender,
                              std::string_view identifier);  // empty: nobody

// What a key led to. Its digest tells whether it is the same request.
struct KeyRow {
  std::string digest;
  std::string warning;  // empty: it waits for a second person, or was declined
  std::string identifier;
};
Status put_key(Database& db, std::string_view key, const KeyRow& row);
Result<std::optional<KeyRow>> find_key(const Database& db, std::string_view key);

Status put_awaiting(Database& db, const Awaiting& awaiting);
Result<std::vector<Awaiting>> all_awaiting(const Database& db);  // oldest first
Status drop_awaiting(Database& db, std::string_view id);

// Forgets the oldest beyond `kept`.
Status put_refused(Database& db, const Refused& refused, std::size_t kept);
Result<std::vector<Refused>> refused_messages(const Database& db, std::uint64_t before,
                                              std::size_t limit);

struct ChainKey {
  std::string id;
  std::string region;
};
// All that match but for the region, newest first.
Result<std::vector<ChainKey>> chain_keys(const Database& db, const WarningQuery& query,
                                         Instant now);

}  // namespace cairn::respond
