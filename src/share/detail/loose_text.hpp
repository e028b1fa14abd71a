// SPDX-License-Identifier: Apache-2.0
// Cells as people and spreadsheets write them: 2020/1/5 8:00, 2020年3月, 1,234.5, 在用.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/records.hpp"

namespace cairn::share::detail {

// A header or label reduced to what distinguishes it: lower case, without blanks, _ - and full
// stops, full-width brackets as ASCII ones.
std::string folded(std::string_view text);

// A finite number, also with thousands separators (1,234.5). The error tells NaN and infinity from
// what is no number.
Result<double> loose_number(std::string_view text);

// A date, time or period in ISO form, with its parts filled to two digits ("2020/1/5 8:00" ->
// "2020-01-05 08:00", "2020年3月" -> "2020-03", "20200105" -> "2020-01-05"); other texts as they
// are.
std::string iso_time(std::string_view text);

// planned, building, live, retired, or the Chinese words for them.
std::optional<model::Life> loose_life(std::string_view text);

// true/false, 1/0, yes/no, 是/否.
std::optional<bool> loose_flag(std::string_view text);

// Texts that stand for a value that was not reported: empty, -, NA, null, 无, …
bool is_missing(std::string_view text);

}  // namespace cairn::share::detail
