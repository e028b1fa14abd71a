// SPDX-License-Identifier: Apache-2.0
// The tables of reports. What a reporter could be known by is not here but with the incident; his
// key and secret are here as hashes only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "respond/report.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {

struct ReportRow {
  std::string number;
  std::string key_hash;
  std::string salt;  // with the key it makes the secret
  std::string secret_hash;
  std::string digest;  // of the content under the salt; empty: erased with the contact
  std::string kind;
  std::string region;
  std::string unit;      // who had it at first
  std::string nearby;    // as JSON: what was offered
  int photos = 0;        // announced
  bool contact = false;  // one is there still
  Instant reported;
  std::optional<Instant> taken_at;
};

struct PhotoRow {
  int k = 0;
  std::string sent;  // sha256 of what came
  std::string file;  // of what was kept
  std::uint64_t size_bytes = 0;
};

// What came by Open311 besides, and what of it is given out again. docs/open311.md.
struct ForeignRow {
  std::string number;
  std::string address;
  std::string address_id;
  std::string media_url;
  std::string attributes;  // JSON object
  std::string key_hash;    // of the attempt, so that a repetition opens nothing
  std::string digest;
  std::string sender;  // actor
  Instant at;
};

Status ensure_reports(store::Ledger& ledger);

Status put_report(store::Database& db, const ReportRow& row);
Result<std::optional<ReportRow>> report_by_key(const store::Database& db,
                                               std::string_view key_hash);
Result<std::optional<ReportRow>> report_by_number(const store::Database& db,
                                                  std::string_view number);
// Numbers behind `after`, of reports that came before an instant.
Result<std::vector<std::string>> reports_with_contact(const store::Database& db, Instant before,
                                                      std::string_view after, std::size_t most);
Status contact_gone(store::Database& db, std::string_view number);

Status put_photo(store::Database& db, std::string_view number, const PhotoRow& row, Instant now);
Result<std::vector<PhotoRow>> photos_of(const store::Database& db, std::string_view number);
Result<std::uint64_t> photo_bytes(const store::Database& db);

Status put_foreign(store::Database& db, const ForeignRow& row);
Result<std::optional<ForeignRow>> foreign_by_number(const store::Database& db,
                                                    std::string_view number);
Result<std::optional<ForeignRow>> foreign_by_key(const store::Database& db,
                                                 std::string_view key_hash);
// The key no longer stands for it: the same content may come again as something new.
Status forget_foreign_key(store::Database& db, std::string_view number);

// Incidents that were handed to another server, under the channel's name.
struct HandedRow {
  std::string channel;
  std::string number;  // ours
  std::string remote;  // theirs; empty: the outcome of the attempt is not known yet
  std::string token;   // instead of it, until it is known
  std::string status;  // theirs, as last heard
  std::string notes;
  Instant at;
};
Status put_handed(store::Database& db, const HandedRow& row);
Status drop_handed(store::Database& db, std::string_view channel, std::string_view number);
Result<std::optional<HandedRow>> handed(const store::Database& db, std::string_view channel,
                                        std::string_view number);
// Not closed there as far as is known.
Result<std::vector<HandedRow>> handed_open(const store::Database& db, std::string_view channel,
                                           std::size_t most);

}  // namespace cairn::respond
