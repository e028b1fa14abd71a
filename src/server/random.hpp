// SPDX-License-Identifier: Apache-2.0
// Good randomness of the system, for secrets.
#pragma once

#include <cstddef>
#include <string>

namespace cairn::server {

// Ends the process when there is none: nothing safe can be done without.
std::string random_bytes(std::size_t count);

}  // namespace cairn::server
