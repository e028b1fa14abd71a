// SPDX-License-Identifier: Apache-2.0
// Reports of the public as values: what comes in, what the reporter is told. docs/reports.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/label.hpp"
#include "core/time.hpp"
#include "geo/geometry.hpp"
#include "respond/incident.hpp"

namespace cairn::respond {

// A phone's photo that was not made smaller; the form sends about 300 kB.
inline constexpr std::size_t report_photo_bytes = std::size_t{10} << 20;
inline constexpr int report_photos = 5;
// Code points: two pages; more is a letter, not a report.
inline constexpr std::size_t report_text_characters = 2'000;
// What counts as perhaps the same: of the same kind, so near, so new.
inline constexpr double nearby_m = 300;
inline constexpr std::int64_t nearby_ns = 7 * ns_per_day;
inline constexpr std::size_t nearby_most = 5;

struct NewReport {
  std::string key;   // of the client, the same at every attempt; a secret like the answer's
  std::string kind;  // model::IncidentKind that citizens may report
  std::string text;
  std::optional<geo::Point> position;
  std::optional<double> accuracy_m;
  std::string region;  // chosen by hand; empty: by the position
  std::string place;   // words on the place
  Reporter contact;
  int photos = 0;                   // that will follow
  std::optional<Instant> taken_at;  // by the phone's clock
};

// An open incident that a report may be about. Nothing of what was said about it.
struct Nearby {
  std::string number;
  std::string kind;
  double distance_m = 0;
  std::int64_t age_ns = 0;
  bool operator==(const Nearby&) const = default;
};

struct ReportTaken {
  std::string number;  // of the incident
  std::string secret;
  std::string region;
  std::string unit;    // id; empty: nobody yet
  bool again = false;  // it was taken before
  std::vector<Nearby> nearby;
};

struct ReportPhoto {
  int k = 0;
  std::uint64_t size_bytes = 0;  // as kept
  int received = 0;              // of this report
  bool again = false;            // it was there already
};

// For the one who reported it: no names of officers.
struct ReportStatus {
  struct Step {
    Instant at;
    Label label;
    std::string text;  // of the reporter himself, or an answer to him
  };
  Incident incident;
  std::string text;
  Instant reported;
  bool closed = false;
  Label state;
  std::string answer;  // the newest
  std::vector<Step> steps;
  std::vector<int> photos;
  int photos_announced = 0;
  bool can_reopen = false;
  bool can_satisfy = false;
};

}  // namespace cairn::respond
