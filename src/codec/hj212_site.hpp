// SPDX-License-Identifier: Apache-2.0
// What an instrument says of itself in HJ 212-2017, asked or not: its clock and intervals, the
// bottle of a sample that was kept, when it samples, its serial number, states, parameters, logs.
//
//   const Facts facts = read_facts(packet, zone);   // of CN 3017: PolId, CstartTime, CTime
//
// Makers write CTime and Ctime, VaseNo and vaseno: case is not looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/hj212.hpp"
#include "core/time.hpp"

namespace cairn::codec::hj212 {

// By the third character of an InfoId: i11001 and i21001 are logs, i12… states, i13… parameters.
enum class InfoKind : std::uint8_t { log, state, parameter, other };
InfoKind info_kind(std::string_view id);
const char* to_string(InfoKind kind);
// "i" and five digits.
bool is_info_id(std::string_view id);

struct Info {
  std::string id;
  std::string factor;  // PolId; empty: of the site
  std::string value;   // UTF-8; of a log what stands between its //
  std::optional<Instant> time;
  bool operator==(const Info&) const = default;
};
struct Bottle {
  int number = 0;  // 1 to 99
  std::optional<Instant> time;
  bool operator==(const Bottle&) const = default;
};
struct Sampling {
  std::string factor;
  int start_s = 0;  // of the day, its first sample
  int every_h = 0;  // 1 to 24
  bool operator==(const Sampling&) const = default;
};
struct SampleOut {
  std::string factor;
  int minutes = 0;  // from the taking of a sample to its value
  bool operator==(const SampleOut&) const = default;
};
struct Serial {
  std::string factor;
  std::string serial;
  bool operator==(const Serial&) const = default;
};

struct Facts {
  std::optional<Instant> clock;            // 1011
  std::optional<int> realtime_interval_s;  // 1061
  std::optional<int> minute_interval_min;  // 1063
  std::optional<Instant> restarted;        // 2081
  std::vector<Bottle> bottles;             // 3015
  std::vector<Sampling> sampling;          // 3017
  std::vector<SampleOut> sample_out;       // 3018
  std::vector<Serial> serials;             // 3019
  std::vector<Info> info;                  // 3020
  bool operator==(const Facts&) const = default;
  bool empty() const { return *this == Facts{}; }
};

struct ReadFacts {
  Facts facts;
  std::vector<Finding> findings;  // values that the standard does not allow; they are left out
};
// Of the commands above; of others nothing. At most `info_most` infos of one message.
inline constexpr std::size_t info_most = 500;
ReadFacts read_facts(const Packet& packet, Zone zone);

// Bytes of a maker as text: UTF-8, else GB 18030; what is neither becomes '?'.
std::string readable(std::string_view bytes);
// The same bytes with the values of PW and NewPW made unreadable, as many characters long: what is
// shown or kept of a frame.
std::string without_passwords(std::string_view bytes);

}  // namespace cairn::codec::hj212
