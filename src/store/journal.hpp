// SPDX-License-Identifier: Apache-2.0
// What the live engine has found, in one SQLite file: alerts by their id (writing one again changes
// nothing), refused readings, and the values that were published with their revisions. The log can
// be replayed into it any number of times.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "model/alert.hpp"

namespace cairn::store {

// A value as it was published: of an indicator for a region, as of a date.
struct Published {
  std::string indicator;
  std::string region;
  Instant as_of;
  int revision = 0;
  std::optional<double> value;
  Instant known;
  std::uint64_t position = 0;  // of the log: what the value rests on
  bool operator==(const Published&) const = default;
};

// What is written together.
struct JournalBatch {
  std::vector<model::Alert> alerts;
  std::vector<model::Rejected> rejected;
  std::vector<Published> published;  // revision 0, or the next one of what is there
  bool empty() const { return alerts.empty() && rejected.empty() && published.empty(); }
};

// An alert with the number of its newest change.
struct AlertChange {
  std::uint64_t number = 0;
  model::Alert alert;
  bool operator==(const AlertChange&) const = default;
};

struct JournalQuery {
  std::string rule;             // empty: any
  std::string thing;            // likewise
  std::optional<Instant> from;  // `since` at or after
  std::size_t limit = 100;
  std::size_t offset = 0;
};

class Journal {
 public:
  // Opens or creates directory/live.sqlite. Refused readings beyond `rejected_kept` are forgotten,
  // the oldest first.
  static Result<std::unique_ptr<Journal>> open(const std::string& directory,
                                               std::size_t rejected_kept = 100'000);
  virtual ~Journal() = default;

  // All or nothing; on disk when it returns. An alert replaces what is known of its id unless that
  // is newer (by position, then revision).
  virtual Status put(const JournalBatch& batch) = 0;
  // Newest first (by since, then id).
  virtual Result<std::vector<model::Alert>> alerts(const JournalQuery& query) const = 0;
  virtual Result<std::optional<model::Alert>> alert(const std::string& id) const = 0;
  // Those that are neither resolved nor retracted.
  virtual Result<std::vector<model::Alert>> open_alerts() const = 0;
  // The feed of alerts: those whose newest change has a number above `after`, at most so many, by
  // number. Each write that changes anything of an alert gives it the next number, and only the
  // newest is kept: whoever goes on from the last number misses no alert's last word. Writing the
  // same again, as a replay does, gives none.
  virtual Result<std::vector<AlertChange>> changes(std::uint64_t after, std::size_t most) const = 0;
  virtual Result<std::vector<model::Rejected>> rejected(std::uint64_t before,
                                                        std::size_t limit) const = 0;
  virtual Result<std::uint64_t> last_rejected() const = 0;
  // The newest revision of each, as_of rising, from <= as_of <= to.
  virtual Result<std::vector<Published>> published(Instant from, Instant to) const = 0;
  // Revisions above 0, newest first by when they became known.
  virtual Result<std::vector<model::Revision>> revisions(std::size_t limit) const = 0;
};

}  // namespace cairn::store
