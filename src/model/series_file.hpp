// SPDX-License-Identifier: Apache-2.0
// Reads a delimited file of observations into records: one row a time, one column a property.
#pragma once

#include <string_view>

#include "core/result.hpp"
#include "model/catalog.hpp"
#include "model/records.hpp"

namespace cairn::model {

// `format`: "csv" (or empty; the separator is detected) with a header line; "columns": no header,
// fields separated by blanks or tabs and named $1, $2, …; lines that begin with # are passed over
// in both. Times: one ISO 8601 or m/d/y h:m column, or year, month, day[, hour[, minute]] columns.
// Rows that do not read are problems with file:line; the rest is kept.
void read_series_text(std::string_view text, std::string_view name, const SeriesFile& series,
                      Records& out, Problems& problems);

// The value of a column in its property's unit.
double in_property_unit(const SeriesColumn& column, double value);

}  // namespace cairn::model
