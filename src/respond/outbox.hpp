// SPDX-License-Identifier: Apache-2.0
// What is to leave the house, and whether it has arrived: each channel has its queue, in order,
// and nothing is taken off it before the other side has taken it. Posting is part of the
// transaction that made the message, so that neither can be without the other.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {

// What a channel carries. docs/channels.md.
enum class Topic : std::uint8_t {
  warning,   // released by a person, for the public
  alert,     // every group's messages, for those on duty
  incident,  // tasks, reminders, escalations: for units and persons
  answer,    // to the reporter
  test,      // of the channel itself
};
const char* to_string(Topic topic);
std::optional<Topic> parse_topic(std::string_view text);

struct Posting {
  std::string channel =
      {};  // id; empty: every channel that carries the topic and covers the region
  Topic topic = Topic::alert;
  std::string key = {};      // unique: posting it again changes nothing
  std::string subject = {};  // what it is about: group, warning or incident
  std::string region = {};   // code
  std::string to = {};       // of one recipient (mail address, unit); empty: the channel's own
  std::string title = {};    // one line
  std::string text = {};     // for people
  std::string cap_xml = {};  // of warnings and alerts
  std::string json = {};     // for programs; empty: made of the rest
  bool urgent = false;       // not put back by quiet hours or digests
  // Of `warning`: an Exercise or Test is said so wherever it goes.
  std::string status = "Actual";
};

struct Delivery {
  std::uint64_t number = 0;  // rises: the order of a channel
  std::string id;            // the same at every attempt: for the receiver to tell doubles
  std::string channel;
  Posting posting;
  Instant posted;
  int attempts = 0;
  Instant next;                      // not before
  std::optional<Instant> delivered;  // the other side has taken it
  std::optional<Instant> given_up;   // by a person, with the reason
  std::string trouble;               // of the last attempt
  std::string receipt;               // what the other side said
  std::string progress;              // as the channel left it at the last attempt
};

class Outbox {
 public:
  virtual ~Outbox() = default;
  // How many deliveries it became; 0: it was posted before, or nobody carries it.
  virtual Result<std::size_t> post(store::Ledger::Write& write, const Posting& posting,
                                   Instant now) = 0;
  // Of a subject (group, warning, incident), by channel and number.
  virtual Result<std::vector<Delivery>> of(std::string_view subject) const = 0;
};

// A way out. Implementations live at the edge (server); one call at a time.
struct Attempt {
  bool taken = false;
  std::string receipt = {};
  std::string trouble = {};                         // what went wrong, when not taken
  std::optional<std::int64_t> retry_after_ns = {};  // that the other side asked for
  bool hold = false;          // trying again is of no use before a person has looked at it
  std::string progress = {};  // given back at the next attempt: recipients that have it already
};
class Channel {
 public:
  virtual ~Channel() = default;
  virtual Attempt deliver(const Delivery& delivery) = 0;
  // Made up: nothing leaves the house, and everywhere that shows the channel says so.
  virtual bool simulated() const { return false; }
  // Where it leads, without secrets: "https://example.org/hook".
  virtual std::string to() const { return {}; }
  // Whenever there is nothing to deliver, at least every half minute.
  virtual void idle(Instant now) { (void)now; }
};

}  // namespace cairn::respond
