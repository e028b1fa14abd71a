// SPDX-License-Identifier: Apache-2.0
// A series over any span at any resolution: from summaries and down-sampled buckets where the live
// history has them, so that a chart of years reads little; from the samples of files and imports
// elsewhere.
#pragma once

#include <vector>

#include "model/history.hpp"
#include "store/history.hpp"

namespace cairn::watch {

// Aligned to the step as in store::HistoryStore::buckets; appended to `out`, rising. In a span that
// files or imports share with down-sampled readings these count as the one reading they still are.
Status series_buckets(const model::History& history, model::SeriesId series, Instant after,
                      Instant until, std::int64_t step_ns, std::vector<store::Bucket>& out);

// Whether buckets come cheaper than samples.
bool has_buckets(const model::History& history, model::SeriesId series);

}  // namespace cairn::watch
