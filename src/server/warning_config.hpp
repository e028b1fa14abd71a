// SPDX-License-Identifier: Apache-2.0
// <data>/warnings.yaml: in whose name warnings leave, and when two persons release them
// (docs/warnings.md). Every key may be missing.
//
//   sender: warnings@county.example        # of CAP; globally one's own
//   sender_name: {zh: 某县应急指挥中心, en: Emergency Operations Centre}
//   contact: "0834-0000000"
//   base_url: https://cairn.county.example  # of the console, for links
//   second_person_from: red                 # blue, yellow, orange, red, never
//   radius_km: 5                            # around the things of a group
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "respond/warning_desk.hpp"

namespace cairn::server {

// Errors name file:line; what is good is taken.
void read_warning_config(std::string_view yaml, std::string_view file,
                         respond::WarningOptions& options, Problems& problems);

}  // namespace cairn::server
