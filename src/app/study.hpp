// SPDX-License-Identifier: Apache-2.0
// cairn study coverage: what the coverage study found, and what it rests on.
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec study_coverage_command;

int run_study_coverage(const Args& args);

}  // namespace cairn::app
