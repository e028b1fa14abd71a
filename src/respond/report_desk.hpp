// SPDX-License-Identifier: Apache-2.0
// Takes what the public reports and tells it how far it is. A report is an incident from the first
// moment; what is of the reporter alone lies here: his key and secret (hashed), and which of his
// photos have arrived.
//
//   auto taken = desk->take(report, now);   // opens the incident; on disk when it returns
//   auto status = desk->status(taken->number, taken->secret, now);
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "model/workspace.hpp"
#include "respond/report.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {

class IncidentBook;
class IncidentDesk;

// The labels of active states, as a person reads where an incident is.
Label states_label(const IncidentBook& book, std::string_view workflow,
                   const std::vector<std::string>& states);

class ReportDesk {
 public:
  struct Options {
    // So many random bytes.
    std::function<std::string(std::size_t)> random;
    // Whom to call instead, when the place is not ours or it is urgent.
    Label call{"紧急情况请拨打 110、119 或 120；其他请拨打 12345",
               "In an emergency call 110, 119 or 120; otherwise 12345"};
    // A contact is erased so long after the end of its incident.
    std::int64_t contact_ns = 180 * ns_per_day;
    // Pictures of all reports together; beyond it none is taken.
    std::uint64_t photo_bytes_most = std::uint64_t{4} << 30;
  };
  static Result<std::unique_ptr<ReportDesk>> open(store::Ledger& ledger, IncidentDesk& incidents,
                                                  std::shared_ptr<const model::Workspace> workspace,
                                                  Options options);
  ~ReportDesk();

  void rebind(std::shared_ptr<const model::Workspace> workspace);
  const Label& call() const;

  // Opens an incident. The same key and content: what was answered the first time. Errors: invalid
  // (with JSON pointer), conflict (the same key, another content), unsupported (the place is not
  // ours; the message says whom to call).
  Result<ReportTaken> take(const NewReport& report, Instant now);
  // Keeps the k-th photo (1-based), without what the camera wrote into it. Errors: not_found (no
  // such report or a wrong secret), unsupported (no picture that is taken), conflict (another
  // picture is there), too_large, io (no room for more photos of reports).
  Result<ReportPhoto> photo(std::string_view number, std::string_view secret, int k,
                            std::string_view bytes, Instant now);
  Result<ReportStatus> status(std::string_view number, std::string_view secret, Instant now) const;
  // Errors: conflict (not possible in this state), invalid (no reason).
  Status reopen(std::string_view number, std::string_view secret, std::string_view reason,
                Instant now);
  Status satisfied(std::string_view number, std::string_view secret, Instant now);
  // Open incidents of the kind near a point, the nearest first; without `but`.
  Result<std::vector<Nearby>> nearby(std::string_view kind, geo::Point at, Instant now,
                                     std::string_view but = {}) const;
  // The code of the county that holds a point; nothing outside the region.
  std::optional<std::string> county_at(geo::Point at) const;
  // Is it a county, town or village of the region?
  bool is_ours(std::string_view region) const;
  // Erases contacts whose time is over; how many.
  Result<std::size_t> tick(store::Ledger::Write& write, Instant now);

 private:
  struct Impl;
  explicit ReportDesk(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::respond
