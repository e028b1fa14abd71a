// SPDX-License-Identifier: Apache-2.0
// What all parts of the desk of warnings work with: a workspace made ready, and the one way in
// which a message of our own comes to be.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "respond/area.hpp"
#include "respond/cap_compose.hpp"
#include "respond/spot.hpp"
#include "respond/warning_desk.hpp"
#include "respond/warning_store.hpp"

namespace cairn::respond {

struct WarningGround {
  std::shared_ptr<const model::Workspace> workspace;  // shared: an import swaps it
  AreaMaker areas;
  std::unordered_map<std::string, const model::RuleDef*> rules;

  WarningGround(std::shared_ptr<const model::Workspace> from, std::vector<Place> places);
  const model::RuleDef* rule(const std::string& id) const;
  codec::CapCheckOptions check() const;
};

// What a message needs besides what it tells.
struct Sending {
  Topic topic = Topic::alert;
  std::string by;
  std::string reason;
  std::int64_t valid_ns = 0;
  bool urgent = false;
  bool last = false;  // it ends the chain
};

class WarningPress {
 public:
  WarningPress(Outbox& outbox, const WarningOptions& options, const WarningGround& ground)
      : outbox_(outbox), options_(options), ground_(ground) {}

  // Adds a message to the chain: identifier, times, references; written to the ledger and posted.
  // Returns the identifier. The chain is as it stands afterwards.
  Result<std::string> print(store::Ledger::Write& write, Chain& chain, Telling telling,
                            const Sending& sending, Instant now) const;
  // How many deliveries the last one became.
  std::size_t deliveries() const { return deliveries_; }

  // What a chain's next message refers to.
  static std::vector<codec::CapReference> references(const std::vector<Message>& messages,
                                                     int run_from, Instant sent, Zone zone);

 private:
  // The message as it will be sent. What cannot be sent with its areas goes without polygons.
  Result<codec::CapAlert> alert(const Chain& chain, const Telling& telling, codec::CapTime sent,
                                codec::CapTime expires,
                                std::vector<codec::CapReference> references) const;
  Outbox& outbox_;
  const WarningOptions& options_;
  const WarningGround& ground_;
  mutable std::size_t deliveries_ = 0;
};

// Whole seconds, down.
Instant to_second(Instant t);
// Without characters that XML cannot carry.
std::string cleaned(std::string_view text);
Label cleaned(const Label& label);

// What a group's message tells: texts, areas, level. `inside`: see WarningOptions.
Telling group_telling(const WarningOptions& options, const WarningGround& ground,
                      const AlertGroup& group, const store::Database* inside);
// The things behind a group, as `options` knows them; simulated ones are told in each message.
Simulated simulated_of(const WarningOptions& options, const AlertGroup& group,
                       const store::Database* inside);
// "读数来自模拟设备。"; empty for none.
Label simulated_words(Simulated simulated);
// Of an exercise that is one because nothing behind it is real.
inline constexpr const char* simulated_note =
    "读数来自模拟设备，不是真实预警 / Readings of simulated devices, not a real warning";
// The same for a message that ends or repeats another one: texts and areas of that.
Result<Telling> telling_of(const Message& message);

}  // namespace cairn::respond
