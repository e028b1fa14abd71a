// SPDX-License-Identifier: Apache-2.0
// What a coverage study computed, as the bytes of a file of the data directory: the next start
// computes only what has changed. A file is good whole or not at all; nobody misses it.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "plan/coverage_study.hpp"

namespace cairn::plan {

// Villages in order of their digests: the same content gives the same bytes.
std::string write_study_cache(const KnownVillages& villages);
// Errors: not such a file, of another version, damaged.
Result<KnownVillages> read_study_cache(std::string_view bytes);

}  // namespace cairn::plan
