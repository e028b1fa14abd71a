// SPDX-License-Identifier: Apache-2.0
// When a value that depends on the date changes although nothing is observed: a sample leaves a
// window, a last value becomes stale, a calendar period ends. Every instant given here may be too
// early (the value is then found unchanged) but never too late; Instant::max() is never.
#pragma once

#include <span>

#include "formula/program.hpp"
#include "model/catalog.hpp"
#include "model/history.hpp"

namespace cairn::formula {

// The next instant after `t` that is a local midnight or directly follows one: where calendar
// periods end and where spans of months jump.
Instant next_day_change(Instant t, Zone zone);

// What lies at `event`, seen from `from`, lies as far from `to`. max() stays max().
Instant carried(Instant event, Instant from, Instant to);

// The next as-of date after `as_of` from which minus(date, span) may have reached `x`.
Instant reaches(Instant as_of, Span span, Zone zone, Instant x);

// The end of the first sample that ends after `as_of`.
Instant next_sample(const model::History& history, model::SeriesId series, Instant as_of);

// When a last value grows older than `max_age`.
Instant stale_from(Instant as_of, Instant sample_end, Span max_age, Zone zone);

// When the samples of a window (as_of - span, as_of] change; `oldest` is the first of them.
Instant window_changes(Instant as_of, Span span, Zone zone, const Instant* oldest);

// When a calendar window or what is expected in it changes; `samples` are those read in it.
Instant period_changes(const Over& over, const model::PropertyDef& property, Instant as_of,
                       Zone zone, std::span<const model::Sample> samples);

}  // namespace cairn::formula
