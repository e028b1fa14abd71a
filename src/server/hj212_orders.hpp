// SPDX-License-Identifier: Apache-2.0
// What an instrument may be asked by HJ 212-2017, and what stands in the request: the table of the
// standard's commands from the platform to the site.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/hj212_site.hpp"
#include "core/label.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace cairn::server {

// An order as somebody gives it. What a command does not take must not be said.
struct Hj212Command {
  std::string command;                     // "realtime", "clock", "set_clock", "minutes", …
  std::optional<std::int64_t> value = {};  // of a setting: seconds, minutes, hours
  std::optional<Interval> span = {};       // of a history, or of logs; ends included
  std::string factor = {};                 // PolId; empty: all
  std::string by = {};                     // who wants it
  std::optional<std::int64_t> count = {};  // of set_timeouts
  std::string start = {};                  // of set_sampling: "08:30" or "08:30:00"
  std::string info = {};                   // InfoId
  std::string parameter = {};              // of set_parameter
  std::string password = {};               // of set_password
};

enum class Hj212Field : std::uint8_t {
  value,
  count,
  factor,
  from,
  to,
  start,
  info,
  parameter,
  password
};
const char* to_string(Hj212Field field);

struct Hj212Order {
  std::string command;
  std::string cn;
  Label label;
  bool acts = false;  // something changes at the site: it is written to the device's history
  std::vector<Hj212Field> needs;
  std::vector<Hj212Field> takes;  // besides
};
const std::vector<Hj212Order>& hj212_orders();
// The words alone.
const std::vector<std::string>& hj212_commands();
const Hj212Order* find_hj212_order(std::string_view command);

struct Hj212Content {
  std::string said;   // in CP
  std::string shown;  // the same without a password
};
// Fails with the field that is missing, too much or wrong.
Result<Hj212Content> hj212_content(const Hj212Order& order, const Hj212Command& command,
                                   Instant now, Zone zone);

// What the site has to tell before a request of this CN is done, in words; nullptr: nothing.
const char* hj212_wanted(std::string_view cn);
// Whether it has.
bool hj212_told(std::string_view cn, const codec::hj212::Facts& facts);

// Leaves of `facts` what does not answer an order for `factor` and `info` (empty: all).
struct Hj212Answer {
  codec::hj212::Facts facts;
  std::string other;  // what it answered instead, in words; empty: nothing
};
Hj212Answer hj212_answer(const codec::hj212::Facts& facts, std::string_view factor,
                         std::string_view info);
// All that was told in the messages of one answer, at most 500 infos.
void add_facts(codec::hj212::Facts& to, const codec::hj212::Facts& more);
// The newest of everything: one value of each factor and info, 20 bottles and 50 lines of logs
// (the newest first).
void keep_facts(codec::hj212::Facts& to, const codec::hj212::Facts& newer);
// "bottle 3", "every 2 h from 00:00", "w01018: X1": what a line of history says; at most 200
// characters.
std::string hj212_facts_text(const codec::hj212::Facts& facts);

}  // namespace cairn::server
