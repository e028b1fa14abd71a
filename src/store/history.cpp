// SPDX-License-Identifier: Apache-2.0
#include "store/history.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "store/history_compact.hpp"
#include "store/history_manifest.hpp"
#include "store/history_view.hpp"

namespace cairn::store {
namespace {

using SegmentPtr = std::shared_ptr<const Segment>;  // shared: readers may outlast it in the history

Status check(const HistoryOptions& options) {
  if (options.chunk_points == 0 || options.chunk_points > most_chunk_points) {
    return fail(Code::invalid, format("a chunk has 1 to {} points", most_chunk_points));
  }
  if (options.compact_points == 0) return fail(Code::invalid, "compact_points must not be 0");
  std::int64_t age = 0;
  for (const Retention& rule : options.retention) {
    if (rule.age_ns <= age || rule.step_ns < 0) {
      return fail(Code::invalid, "retention needs rising ages and steps of 0 or more");
    }
    if (rule.step_ns == 0 && &rule != &options.retention.back()) {
      return fail(Code::invalid, "nothing can follow the retention rule that forgets (step 0)");
    }
    age = rule.age_ns;
  }
  return {};
}

class History final : public HistoryStore {
 public:
  History(Files& files, std::string directory, const HistoryOptions& options)
      : files_(files), directory_(std::move(directory)), options_(options) {}

  Status load();

  void add(std::uint32_t series, std::int64_t time_ns, double value,
           std::uint64_t position) override {
    if (position <= ignored_position_) return;
    active_->add(series, time_ns, value, position);
  }
  bool wants_seal() const override { return active_->size() >= options_.memory_points; }
  Status seal() override {
    set_aside();
    return write_aside();
  }
  void set_aside() override;
  Status write_aside() override;
  Result<bool> compact(Instant now) override;

  Status read(std::uint32_t series, Instant after, Instant until,
              std::vector<Point>& out) const override {
    return read_points(*view(), series, after, until, out);
  }
  Result<std::optional<Point>> last(std::uint32_t series, Instant until) const override {
    return last_point(*view(), series, until);
  }
  Status buckets(std::uint32_t series, Instant after, Instant until, std::int64_t step_ns,
                 std::vector<Bucket>& out) const override {
    return read_buckets(*view(), series, after, until, step_ns, out);
  }
  std::vector<std::uint32_t> series() const override { return all_series(*view()); }
  HistoryStats stats() const override;

 private:
  // shared: readers keep what they see
  using ViewPtr = std::shared_ptr<const HistoryView>;
  ViewPtr view() const {
    const std::lock_guard lock(view_mutex_);
    return view_;
  }
  template <class Change>
  void change_view(Change change) {
    const std::lock_guard lock(view_mutex_);
    auto changed = std::make_shared<HistoryView>(*view_);
    change(*changed);
    view_ = std::move(changed);
  }

  std::string path_of(std::uint64_t id) const { return directory_ + "/" + segment_name(id); }
  std::string manifest_path() const { return directory_ + "/history.manifest"; }
  Status remove_orphans(const std::vector<std::string>& names);
  Result<SegmentInfo> write_segment(const MemoryPart& part, std::uint64_t id);
  Status write_part(const std::shared_ptr<const MemoryPart>& part);  // shared: as in the view
  Result<bool> begin_compaction(Instant now);
  Status end_compaction();
  void drop_compaction();

  Files& files_;
  const std::string directory_;
  const HistoryOptions options_;

  // The adding thread's.
  std::shared_ptr<MemoryPart> active_;  // shared: with the view
  std::uint64_t ignored_position_ = 0;

  mutable std::mutex view_mutex_;  // held for the copy of a pointer or of two lists
  ViewPtr view_;
  std::uint64_t sealed_position_ = 0;  // under view_mutex_ too

  std::mutex files_mutex_;  // one segment is written at a time
  Manifest manifest_;
  std::unique_ptr<Compaction> compaction_;
  std::uint64_t compaction_id_ = 0;
  std::set<std::uint64_t> blocked_;  // segments that cannot be merged: damaged
};

Status History::load() {
  if (auto done = files_.make_directory(directory_); !done) return done;
  const auto names = files_.list(directory_);
  if (!names) return fail(names.error());
  if (files_.exists(manifest_path())) {
    const auto text = files_.read(manifest_path());
    if (!text) return fail(text.error());
    auto manifest = parse_manifest(*text, manifest_path());
    if (!manifest) return fail(manifest.error());
    manifest_ = std::move(*manifest);
  } else {
    for (const std::string& name : *names) {
      if (!name.starts_with("segment-")) continue;
      return fail(Code::io, "there are segments but no manifest; restore it from a copy",
                  manifest_path());
    }
    if (auto done = files_.replace(manifest_path(), to_text(manifest_)); !done) return done;
  }
  if (auto done = remove_orphans(*names); !done) return done;
  auto view = std::make_shared<HistoryView>();
  for (const SegmentInfo& info : manifest_.segments) {
    SegmentPtr segment = Segment::open(files_, path_of(info.id), info);
    if (segment->damage()) blocked_.insert(info.id);
    view->segments.push_back(std::move(segment));
  }
  active_ = std::make_shared<MemoryPart>();
  view->memory.push_back(active_);
  view_ = std::move(view);
  sealed_position_ = ignored_position_ = manifest_.sealed_position;
  return {};
}

// Segments that no manifest names: of a crash before it did, or after it no longer did.
Status History::remove_orphans(const std::vector<std::string>& names) {
  std::set<std::string> known;
  for (const SegmentInfo& info : manifest_.segments) known.insert(segment_name(info.id));
  for (const std::string& name : names) {
    if (!name.starts_with("segment-") || known.contains(name)) continue;
    if (auto done = files_.remove(directory_ + "/" + name); !done) return done;
  }
  return {};
}

void History::set_aside() {
  if (active_->size() == 0) return;
  ignored_position_ = active_->position();
  active_ = std::make_shared<MemoryPart>();
  change_view([&](HistoryView& view) { view.memory.push_back(active_); });
}

Status History::write_aside() {
  const std::lock_guard lock(files_mutex_);
  for (;;) {
    const ViewPtr now = view();
    if (now->memory.size() < 2) return {};
    if (auto done = write_part(now->memory.front()); !done) return done;
  }
}

Status History::write_part(const std::shared_ptr<const MemoryPart>& part) {  // shared: the view's
  const std::uint64_t id = manifest_.next_id++;
  auto info = write_segment(*part, id);
  if (!info) {
    (void)files_.remove(path_of(id));  // opening removes it, too
    return fail(info.error());
  }
  Manifest manifest = manifest_;
  manifest.segments.push_back(*info);
  manifest.sealed_position = part->position();
  // On an error the old or the new manifest stands: the file stays, in case it is the new one.
  if (auto done = files_.replace(manifest_path(), to_text(manifest)); !done) return done;
  manifest_ = std::move(manifest);
  SegmentPtr segment = Segment::open(files_, path_of(id), *info);
  if (segment->damage()) blocked_.insert(id);
  change_view([&](HistoryView& view) {
    view.segments.push_back(std::move(segment));
    view.memory.erase(view.memory.begin());
    sealed_position_ = part->position();
  });
  return {};
}

Result<SegmentInfo> History::write_segment(const MemoryPart& part, std::uint64_t id) {
  auto file = files_.append_to(path_of(id));
  if (!file) return fail(file.error());
  SegmentWriter writer(std::move(*file));
  ChunkCodec codec;
  std::string bytes;
  auto done = part.each_series([&](std::uint32_t series, const Columns& columns) -> Status {
    for (std::size_t begin = 0; begin < columns.size(); begin += options_.chunk_points) {
      const std::size_t end = std::min(columns.size(), begin + options_.chunk_points);
      bytes.clear();
      codec.encode(columns, begin, end, bytes);
      auto added = writer.add(series, columns.times_ns[begin], columns.times_ns[end - 1],
                              end - begin, bytes);
      if (!added) return added;
    }
    return {};
  });
  if (!done) return fail(done.error());
  if (auto finished = writer.finish(); !finished) return fail(finished.error());
  SegmentInfo info = writer.info();
  info.id = id;
  return info;
}

Result<bool> History::compact(Instant now) {
  const std::lock_guard lock(files_mutex_);
  if (!compaction_) {
    const auto begun = begin_compaction(now);
    if (!begun) return fail(begun.error());
    if (!*begun) return false;
  }
  const auto finished = compaction_->step(options_.compact_points);
  if (!finished) {
    if (const Segment* failed = compaction_->failed_input()) blocked_.insert(failed->info().id);
    drop_compaction();
    return fail(finished.error());
  }
  if (!*finished) return true;
  if (auto done = end_compaction(); !done) return fail(done.error());
  return true;
}

Result<bool> History::begin_compaction(Instant now) {
  const auto cuts = cuts_at(options_.retention, now);
  const ViewPtr at = view();
  std::vector<bool> blocked;
  for (const SegmentInfo& info : manifest_.segments) blocked.push_back(blocked_.contains(info.id));
  const auto pick = pick_segments(manifest_.segments, blocked, cuts, {options_.segment_points});
  if (!pick) return false;
  // The view has the manifest's segments, in its order.
  std::vector<SegmentPtr> inputs(at->segments.begin() + static_cast<std::ptrdiff_t>(pick->begin),
                                 at->segments.begin() + static_cast<std::ptrdiff_t>(pick->end));
  std::vector<SegmentPtr> newer;
  for (std::size_t i = pick->end; i < at->segments.size() && !cuts.empty(); ++i) {
    const SegmentInfo& info = at->segments[i]->info();
    const bool overlaps = std::any_of(inputs.begin(), inputs.end(), [&](const SegmentPtr& input) {
      return info.first_ns <= input->info().last_ns && info.last_ns >= input->info().first_ns;
    });
    if (!blocked[i] && overlaps) newer.push_back(at->segments[i]);
  }
  compaction_id_ = manifest_.next_id++;
  auto file = files_.append_to(path_of(compaction_id_));
  if (!file) return fail(file.error());
  compaction_ = std::make_unique<Compaction>(std::move(inputs), std::move(newer), cuts,
                                             options_.chunk_points, std::move(*file));
  return true;
}

void History::drop_compaction() {
  compaction_.reset();
  (void)files_.remove(path_of(compaction_id_));  // opening removes it, too
}

Status History::end_compaction() {
  SegmentInfo info = compaction_->result();
  info.id = compaction_id_;
  const auto inputs = compaction_->inputs();
  Manifest manifest = manifest_;
  auto& list = manifest.segments;
  const auto at = std::find_if(list.begin(), list.end(), [&](const SegmentInfo& s) {
    return s.id == inputs.front()->info().id;
  });
  const auto place = at - list.begin();
  list.erase(at, at + static_cast<std::ptrdiff_t>(inputs.size()));
  const bool empty = info.points == 0;  // all of it was forgotten
  if (!empty) list.insert(list.begin() + place, info);
  if (auto done = files_.replace(manifest_path(), to_text(manifest)); !done) {
    compaction_.reset();  // its file stays: the new manifest may stand
    return done;
  }
  manifest_ = std::move(manifest);
  if (empty) {
    drop_compaction();
  } else {
    compaction_.reset();
  }
  SegmentPtr segment = empty ? nullptr : Segment::open(files_, path_of(info.id), info);
  change_view([&](HistoryView& view) {
    const auto from = view.segments.begin() + place;
    const auto rest = view.segments.erase(from, from + static_cast<std::ptrdiff_t>(inputs.size()));
    if (segment) view.segments.insert(rest, std::move(segment));
  });
  for (const SegmentPtr& input : inputs) {
    if (auto done = files_.remove(input->path()); !done) return done;
  }
  return {};
}

HistoryStats History::stats() const {
  HistoryStats stats;
  ViewPtr at;
  {
    const std::lock_guard lock(view_mutex_);
    at = view_;
    stats.sealed_position = sealed_position_;
  }
  for (const SegmentPtr& segment : at->segments) {
    stats.points += segment->info().points;
    stats.bytes += segment->info().bytes;
  }
  stats.segments = at->segments.size();
  for (const auto& part : at->memory) stats.memory_points += part->size();
  return stats;
}

}  // namespace

Result<std::unique_ptr<HistoryStore>> HistoryStore::open(Files& files, const std::string& directory,
                                                         const HistoryOptions& options) {
  if (auto done = check(options); !done) return fail(done.error());
  auto history = std::make_unique<History>(files, directory, options);
  if (auto done = history->load(); !done) return fail(done.error());
  return history;
}

}  // namespace cairn::store
