// SPDX-License-Identifier: Apache-2.0
// A full deployment that is not there yet: things of the packs' types spread over the villages of
// a region, marked as estimated and simulated, and what they would say.
//
// The rule: every type that is observed (has a series that is no statistic of a period) gets the
// same number of things, the first types one more where it does not come out even. The k-th thing
// of all stands near village k modulo the number of villages, by order of codes, on a spiral around
// it: 60 m * sqrt(turn) away, so that things of one village do not stand on each other and none is
// farther than a kilometre. Attributes are those of the first thing of the type in the packs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/simulate_rows.hpp"
#include "core/result.hpp"
#include "model/workspace.hpp"

namespace cairn::app {

inline constexpr std::string_view deployment_source = "simulated/deployment";

struct Deployment {
  std::string things_csv;   // as `cairn import` reads it
  std::string devices_csv;  // one a thing, for the register of devices
  std::vector<std::pair<std::string, std::size_t>> types;  // type, things of it
  std::size_t villages = 0;
};
// Errors: no village with a position, no observed type.
Result<Deployment> make_deployment(const model::Workspace& workspace, std::size_t things);

// What things of a type say: the packs' own series of the first thing of the type that has one, be
// it measured or simulated. Nothing for types without.
struct Script {
  std::string type;
  SimulatedTable rows;
};
std::vector<Script> make_scripts(const model::Workspace& workspace);

// One thing of a deployment that is fed.
struct FedThing {
  std::string id;
  std::size_t script = 0;
  std::size_t begin = 0;  // the row it begins with
};
// The things of a deployment's file that have a script; each begins at a row of its own: thing k of
// n of a type at row k * rows / n. Errors: no header with id and type.
Result<std::vector<FedThing>> fed_things(std::string_view things_csv,
                                         const std::vector<Script>& scripts);

// SenML JSON of what a thing says at a tick: one record a property, without a time.
void append_senml(std::string& out, const FedThing& thing, const Script& script, std::size_t tick);

}  // namespace cairn::app
