// SPDX-License-Identifier: Apache-2.0
#include "watch/series_buckets.hpp"

#include <algorithm>

#include "store/history_bucket.hpp"
#include "watch/stored_history.hpp"

namespace cairn::watch {
namespace {

void bucket_samples(const std::vector<model::Sample>& samples, std::int64_t step_ns,
                    std::vector<store::Bucket>& out) {
  std::size_t i = 0;
  while (i < samples.size()) {
    const std::int64_t span = store::span_of(samples[i].time.end.ns, step_ns);
    store::BucketFilling filling;
    for (; i < samples.size() && store::span_of(samples[i].time.end.ns, step_ns) == span; ++i) {
      filling.add(samples[i].time.end.ns, samples[i].value);
    }
    const store::Digest d = filling.digest();
    out.push_back({span * step_ns, d.count, d.sum, d.min, d.max, filling.last()});
  }
}

// `later` of the same bucket.
void join(store::Bucket& bucket, const store::Bucket& later) {
  bucket.count += later.count;
  bucket.sum += later.sum;
  bucket.min = std::min(bucket.min, later.min);
  bucket.max = std::max(bucket.max, later.max);
  bucket.last = later.last;
}

// The live series behind it, if there is one.
const StoredHistory* live_part(const model::History& history, model::SeriesId series) {
  const auto* stored = dynamic_cast<const StoredHistory*>(&history);
  return stored != nullptr && stored->logged(series) != stream::none ? stored : nullptr;
}

}  // namespace

bool has_buckets(const model::History& history, model::SeriesId series) {
  return live_part(history, series) != nullptr;
}

Status series_buckets(const model::History& history, model::SeriesId series, Instant after,
                      Instant until, std::int64_t step_ns, std::vector<store::Bucket>& out) {
  if (step_ns <= 0) return fail(Code::invalid, "the step of buckets must be longer than nothing");
  const StoredHistory* stored = live_part(history, series);
  // Up to the newest sample of files and imports: by samples.
  Instant border = until;
  if (stored != nullptr) {
    const auto given = stored->last_given(series, until);
    border = given ? std::max(after, given->time.end) : after;
  }
  const std::size_t begin = out.size();
  if (border > after) {
    std::vector<model::Sample> samples;
    history.read(series, after, border, samples);
    bucket_samples(samples, step_ns, out);
  }
  if (border >= until) return {};
  const std::size_t seam = out.size();
  const auto done = stored->store().buckets(stored->logged(series), border, until, step_ns, out);
  if (done && seam > begin && seam < out.size() && out[seam - 1].begin_ns == out[seam].begin_ns) {
    join(out[seam - 1], out[seam]);
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(seam));
  }
  return done;
}

}  // namespace cairn::watch
