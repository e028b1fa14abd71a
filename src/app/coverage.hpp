// SPDX-License-Identifier: Apache-2.0
// cairn coverage: who is heard where, as maps and place by place.
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec coverage_command;  // coverage_job.cpp
int run_coverage(const Args& args);

}  // namespace cairn::app
