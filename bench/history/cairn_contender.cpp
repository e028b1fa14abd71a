// SPDX-License-Identifier: Apache-2.0
#include "contender.hpp"

namespace cairn::bench {
namespace {

class Cairn final : public Contender {
 public:
  explicit Cairn(std::unique_ptr<store::HistoryStore> history) : history_(std::move(history)) {}

  std::string name() const override { return "Cairn"; }
  Status write(std::span<const Observed> batch) override {
    ++position_;
    for (const Observed& o : batch) history_->add(o.series, o.time_ns, o.value, position_);
    if (!history_->wants_seal()) return {};
    if (auto done = history_->seal(); !done) return done;
    const auto compacted = history_->compact(Instant{0});
    return compacted ? Status{} : fail(compacted.error());
  }
  Status settle() override {
    if (auto done = history_->seal(); !done) return done;
    for (;;) {
      const auto more = history_->compact(Instant{0});
      if (!more) return fail(more.error());
      if (!*more) return {};
    }
  }
  Status read(std::uint32_t series, std::vector<store::Point>& out) override {
    return history_->read(series, Instant::min(), Instant::max(), out);
  }
  Status chart(std::uint32_t series, std::int64_t step_ns,
               std::vector<store::Bucket>& out) override {
    return history_->buckets(series, Instant::min(), Instant::max(), step_ns, out);
  }

 private:
  std::unique_ptr<store::HistoryStore> history_;
  std::uint64_t position_ = 0;
};

}  // namespace

Result<std::unique_ptr<Contender>> open_cairn(Files& files, const std::string& directory) {
  store::HistoryOptions options;
  options.memory_points = 2'000'000;  // so that ten million are merged, too
  auto history = store::HistoryStore::open(files, directory, options);
  if (!history) return fail(history.error());
  return std::make_unique<Cairn>(std::move(*history));
}

void add_to_buckets(std::vector<store::Bucket>& out, const store::Point& point,
                    std::int64_t step_ns) {
  const std::int64_t begin = point.time_ns / step_ns * step_ns;
  const double v = point.value;
  if (out.empty() || out.back().begin_ns != begin) {
    out.push_back({begin, 1, v, v, v, v});
    return;
  }
  store::Bucket& bucket = out.back();
  ++bucket.count;
  bucket.sum += v;
  bucket.min = std::min(bucket.min, v);
  bucket.max = std::max(bucket.max, v);
  bucket.last = v;
}

}  // namespace cairn::bench
