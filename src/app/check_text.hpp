// SPDX-License-Identifier: Apache-2.0
// What `cairn check` prints of problems: for people with the source line underlined, for editors as
// JSON; and the longer text about a code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/terminal.hpp"
#include "core/result.hpp"
#include "model/diagnosis.hpp"

namespace cairn::app {

// error[P0010]: unknown key 'whn'; did you mean 'when'?
//   --> packs/slope/pack.yaml:147:5
//     |
// 147 |     whn: 'rain_3d > 88.9 mm'
//     |     ^^^
//     = help: …
std::string diagnosis_text(const model::Diagnosis& diagnosis, const Style& style);

// {errors: […], warnings: […], consequences: n}; each with place, message, code, id, file, range
// (0-based lines and UTF-16 units, as editors count) and help.
std::string diagnoses_json(const std::vector<model::Diagnosis>& diagnoses, bool all);

// What a code means, in both languages, with an example; an error names the nearest code.
Result<std::string> fault_text(std::string_view code, const Style& style);
std::string fault_list();  // a line a code

}  // namespace cairn::app
