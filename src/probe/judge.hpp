// SPDX-License-Identifier: Apache-2.0
// What of an observation is as it should be: one finding a check, each with its rule and where the
// rule is from; and what of it becomes readings.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/label.hpp"
#include "probe/observation.hpp"

namespace cairn::probe {

enum class Group : std::uint8_t { ipv6, tls, dns };
enum class Severity : std::uint8_t { none, minor, moderate, serious };
const char* to_string(Group group);
const char* to_string(Severity severity);

// Thresholds that no public text fixes are ours and may be set.
struct Limits {
  double success = 1;          // share of the tries over IPv6 that must succeed
  double similar = 0.9;        // of the two pages
  double degradation = 0.1;    // (v6 - v4) / v4
  double same_within_ms = 20;  // a smaller difference of the medians is none
  double links = 0.9;          // share of the asked links that answer over IPv6
  int days_left = 30;          // of a certificate
  int days_left_serious = 7;
  bool resolver_validates = false;  // the resolver checks DNSSEC; otherwise it is not judged
};

struct Check {
  std::string_view id;
  Group group = Group::ipv6;
  Label label;
  Label rule;
  std::string_view source;
  Severity severity = Severity::minor;  // when it fails
};
// In the order of findings.
const std::vector<Check>& checks();

struct Finding {
  const Check* check = nullptr;  // of checks()
  std::optional<bool> passed;    // nothing: does not apply, or could not be judged
  Severity severity = Severity::none;
  std::optional<double> value;
  std::string unit;
  Label text;
};
// One a check, in the order of checks().
std::vector<Finding> judge(const Observation& seen, const Limits& limits);

// The middle one, or the mean of the two in the middle; nothing of nothing.
std::optional<double> median(std::span<const double> values);
// (v6 - v4) / v4 of the medians; 0 when they differ by less than `same_within_ms`. Negative: IPv6
// is faster. Nothing without both.
std::optional<double> degradation(const PathSeen& v4, const PathSeen& v6, double same_within_ms);
// Whole days from the observation to the certificate's end, rounded down; negative: it has ended.
double days_left(const Observation& seen);

// Properties of a thing of type `service` (packs/ipv6) with their values, in the properties' units.
// What could not be judged is left out.
std::vector<std::pair<std::string_view, double>> readings_of(const Observation& seen,
                                                             std::span<const Finding> findings,
                                                             const Limits& limits);

}  // namespace cairn::probe
