// SPDX-License-Identifier: Apache-2.0
// What a shard's alerts are to those above it: known by rule, thing and beginning instead of by a
// position of the shard's own log, so that a shard that begins anew tells of the same ones
// (docs/shards.md). Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/alert.hpp"

namespace cairn::server {

class Upward {
 public:
  // A state of an alert of the engine. Returns what is to be told: usually this alert under its id
  // above; also that another one had never been, when late data moved its beginning; nothing when
  // a newer state is known or another alert with the same beginning stands.
  std::vector<model::Alert> take(const model::Alert& alert);

  // What had been told (by id above; by this process, one before it, or one whose disk is lost)
  // against all that the engine knows. `own` may be older than what take() has seen meanwhile.
  // Returns what is to be told.
  std::vector<model::Alert> compare(std::vector<model::Alert> own,
                                    std::map<std::string, model::Alert> told);

 private:
  struct Known {
    std::string above;                         // its id above
    std::pair<std::uint64_t, int> order = {};  // position and revision of the newest state
  };
  std::map<std::string, Known, std::less<>> known_;         // by the engine's id
  std::map<std::string, std::string, std::less<>> holder_;  // id above: the engine's id of the one
                                                            // that is told of under it
};

}  // namespace cairn::server
