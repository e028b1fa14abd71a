// SPDX-License-Identifier: Apache-2.0
// The audit trail: who tried what, where, and what came of it. Rows are only added; each holds the
// digest of the row before and of itself, so that a row that was changed or taken away is found.
// It never holds passwords, tokens or what a reporter said of himself. docs/access.md.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "store/ledger.hpp"

namespace cairn::protect {

enum class Outcome : std::uint8_t {
  allowed,  // the attempt had the right; what came of it may follow
  refused,  // no right, not signed in, wrong password
  failed,   // had the right, and did not succeed
  done,     // had the right, and succeeded; `subject` says what was made
};
const char* to_string(Outcome outcome);
std::optional<Outcome> parse_outcome(std::string_view text);

struct AuditRow {
  std::uint64_t number = 0;  // from 1, without gaps; given by append()
  Instant at;                // by the clock on the wall
  std::string actor;         // id; empty: nobody
  std::string action;        // "send_warning", "sign_in", …
  Outcome outcome = Outcome::allowed;
  std::string region;       // code
  std::string unit;         // the unit that it was towards
  std::string subject;      // what it is about: a warning's id, an account
  std::string peer;         // address that it came from
  std::string detail;       // one sentence
  std::uint64_t times = 1;  // refusals alike within a minute stand in one row
  bool operator==(const AuditRow&) const = default;
};

struct AuditQuery {
  std::uint64_t before = 0;  // rows with a lower number; 0: the newest
  std::size_t limit = 100;
  std::string actor = {};  // exactly; empty: any. As the next
  std::string action = {};
  std::optional<Outcome> outcome = {};
  std::string subject = {};
  std::optional<Instant> from = {};  // at or after
  std::optional<Instant> to = {};    // before
};
struct AuditPage {
  std::vector<AuditRow> rows;  // the newest first
  bool more = false;
};

struct AuditCheck {
  std::uint64_t rows = 0;
  std::string head;                    // digest of the last row: to be kept elsewhere
  std::optional<std::uint64_t> wrong;  // the first row that is not what it was
  std::string trouble;                 // what is wrong with it; empty: nothing
};

// Thread-safe; several processes may add to one file.
class AuditTrail {
 public:
  static Result<std::unique_ptr<AuditTrail>> open(store::Ledger& ledger);

  // On disk when it returns. Not while the caller holds a Write of the same ledger.
  Status append(AuditRow row);
  // Together with what the caller writes.
  Status append(store::Ledger::Write& write, AuditRow row);
  // A refusal. The first of a minute alike (peer, actor, action) stand each in a row; what comes
  // beyond is counted, and the count is written with the next one or by flush().
  Status append_refusal(AuditRow row);
  Status flush();

  Result<AuditPage> find(const AuditQuery& query) const;
  // Reads the whole trail. `head` is of an earlier check, kept elsewhere: a trail that was written
  // anew as a whole does not hold it. Empty: none.
  Result<AuditCheck> verify(const std::string& head = {}) const;

 private:
  explicit AuditTrail(store::Ledger& ledger) : ledger_(ledger) {}
  struct Burst {
    Instant since;
    int rows = 0;
    std::uint64_t more = 0;  // counted and not written yet
    AuditRow last;
  };
  store::Ledger& ledger_;
  std::mutex mutex_;                     // over the next
  std::map<std::string, Burst> bursts_;  // at most a few thousand
};

}  // namespace cairn::protect
