// SPDX-License-Identifier: Apache-2.0
// From what a person asks for to the warning as it would be sent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "respond/warning_desk.hpp"
#include "respond/warning_ground.hpp"
#include "respond/warning_store.hpp"

namespace cairn::respond {

// What a draft is made of besides the wish.
struct DraftSources {
  std::optional<Chain> chain;     // that is updated or ended
  std::vector<Message> messages;  // its chain, with documents
  std::optional<AlertGroup> group;
  std::optional<Incident> incident;
};

struct DraftMade {
  Draft draft;
  Telling telling;
  std::int64_t valid_ns = 0;
};

// Errors: invalid with a JSON pointer into the wish.
Result<DraftMade> make_draft(const WarningOptions& options, const WarningGround& ground,
                             const Wish& wish, const DraftSources& sources, Instant now);

// A digest of what a person was shown, part by part: what differs can be named.
std::string digest_of(const Draft& draft, const Telling& telling, const Wish& wish,
                      const DraftSources& sources);
// "description, areas"; empty when they are equal.
Label difference(const std::string& shown, const std::string& now);

}  // namespace cairn::respond
