// SPDX-License-Identifier: Apache-2.0
#include "store/log.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "store/detail/log_segment.hpp"

namespace cairn::store {
namespace {

using detail::FrameReader;
using detail::SegmentHeader;

// Frames say in 32 bits how far behind the beginning of their commit they stand.
constexpr std::size_t commit_bytes = std::size_t{1} << 30;

struct Segment {
  std::string path;
  SegmentHeader header;
  std::uint32_t salt = 0;   // of the frames
  std::uint64_t bytes = 0;  // header and frames; of older segments the file's size
  bool empty() const { return bytes <= detail::segment_header_bytes; }
};

tl::unexpected<Error> damaged(const std::string& path, std::uint64_t offset,
                              std::string_view what) {
  return fail(Code::io,
              format("the log is damaged here: {}. What was acknowledged is lost: bring the "
                     "directory back from a copy, or set it aside and begin anew",
                     what),
              format("{} byte {}", path, offset));
}

class LogImpl final : public Log {
 public:
  LogImpl(Files& files, std::string directory, const LogOptions& options)
      : files_(files), directory_(std::move(directory)), options_(options) {}

  Status start();

  const LogOpening& opening() const override { return opening_; }
  Result<std::uint64_t> append(std::uint8_t kind, Instant arrival,
                               std::string_view payload) override;
  Status commit() override;
  bool broken() const override { return broken_; }
  std::uint64_t durable() const override { return durable_; }
  std::uint64_t next() const override { return next_; }
  std::size_t buffered() const override { return buffer_.size(); }
  Status read(std::uint64_t after,
              const std::function<Status(const LogRecord&)>& take) const override;
  Status forget(std::uint64_t position) override;
  std::uint64_t bytes() const override;

 private:
  std::string path_of(std::uint64_t first) const {
    return directory_ + "/" + detail::segment_name(first);
  }
  Status find_segments(std::vector<std::uint64_t>& unfinished);
  Status find_first();
  Status recover(bool sealed);
  Status judge_end(const FrameReader& reader, bool sealed);
  void choose_segment(Instant arrival);
  Status make_segment();
  Status cut_back(const Error& cause);
  Status break_for_good(const Error& cause);
  Status broken_error() const;
  Status read_segment(std::size_t index, std::uint64_t after, std::uint64_t upto,
                      const std::function<Status(const LogRecord&)>& take) const;

  Files& files_;
  std::string directory_;
  LogOptions options_;
  LogOpening opening_;
  std::vector<Segment> segments_;     // oldest first; the last one is written to
  std::unique_ptr<AppendFile> file_;  // of the last one
  std::uint64_t reserved_ = 0;        // its bytes with the zeros behind
  std::string buffer_;
  std::optional<SegmentHeader> fresh_;  // the buffer is for a segment yet to be made
  std::uint32_t salt_ = 0;              // of the segment that the buffer is for
  std::uint64_t next_ = 1;
  std::uint64_t durable_ = 0;
  std::uint64_t commit_last_ = 0;  // newest position in the buffer
  bool broken_ = false;
  std::string leaving_;  // segment whose removal failed
};

// ---- opening ----

Status LogImpl::start() {
  if (auto made = files_.make_directory(directory_); !made) return made;
  // Removes nothing, but syncs the directory: what a process before has removed stays away.
  if (auto synced = files_.remove(directory_ + "/none"); !synced) return synced;
  std::vector<std::uint64_t> unfinished;
  if (auto found = find_segments(unfinished); !found) return found;
  if (!segments_.empty()) {
    const bool sealed = !unfinished.empty() && unfinished.back() > segments_.back().header.first;
    if (auto recovered = recover(sealed); !recovered) return recovered;
    opening_.forgotten = segments_.front().header.previous;
    opening_.last = durable_;
    if (auto found = find_first(); !found) return found;
  }
  // Last, as it proves until then that everything in the segment before it had been on disk.
  for (const std::uint64_t first : unfinished) {
    if (auto removed = files_.remove(path_of(first)); !removed) return removed;
  }
  return {};
}

// `unfinished`: segments that were being made when the power went. They are no gap: the segment
// behind says which position it follows.
Status LogImpl::find_segments(std::vector<std::uint64_t>& unfinished) {
  const auto names = files_.list(directory_);
  if (!names) return fail(names.error());
  std::vector<std::uint64_t> firsts;
  for (const std::string& name : *names) {
    if (const auto first = detail::first_of_name(name)) firsts.push_back(*first);
  }
  std::sort(firsts.begin(), firsts.end());
  for (const std::uint64_t first : firsts) {
    const std::string path = path_of(first);
    const auto map = files_.map(path);
    if (!map) return fail(map.error());
    const std::string_view bytes = (*map)->bytes();
    const auto header = detail::decode_header(bytes);
    if (header && header->first == first) {
      segments_.push_back({path, *header, detail::salt_of(*header), bytes.size()});
      continue;
    }
    // A header is on disk before the first frame is written.
    const bool begun =
        !header && header.error().code == Code::invalid &&
        bytes.find_first_not_of('\0', detail::segment_header_bytes) == std::string_view::npos;
    if (!begun) {
      if (!header && header.error().code == Code::unsupported) {
        return fail(Code::unsupported, header.error().message, path);
      }
      return damaged(path, 0, header ? "its name says another position" : header.error().message);
    }
    opening_.cut_bytes += bytes.size();
    opening_.note = format("{}: a segment without header and records was removed", path);
    unfinished.push_back(first);
  }
  return {};
}

Status LogImpl::find_first() {
  const auto map = files_.map(segments_.front().path);
  if (!map) return fail(map.error());
  FrameReader reader((*map)->bytes(), segments_.front().header);
  LogRecord record;
  switch (reader.next(record)) {
    case FrameReader::Found::frame:
      opening_.first = record.position;
      return {};
    case FrameReader::Found::end:
      if (segments_.size() == 1) return {};
      return damaged(segments_.front().path, reader.offset(), "its records are missing");
    case FrameReader::Found::bad:
      return damaged(segments_.front().path, reader.offset(), "this is not a record");
  }
  return {};
}

// The last segment: what is not whole at its end was never acknowledged and goes.
Status LogImpl::recover(bool sealed) {
  Segment& last = segments_.back();
  auto map = files_.map(last.path);
  if (!map) return fail(map.error());
  const std::string_view bytes = (*map)->bytes();
  FrameReader reader(bytes, last.header);
  LogRecord record;
  auto found = FrameReader::Found::frame;
  while (found == FrameReader::Found::frame) found = reader.next(record);
  if (found == FrameReader::Found::bad) {
    if (auto torn = judge_end(reader, sealed); !torn) return torn;
  }
  const bool any = reader.offset() > detail::segment_header_bytes;
  durable_ = any ? reader.position() : last.header.previous;
  next_ = std::max(durable_ + 1, last.header.first);
  // The last commit, or the header that waits for the first one, is written over: where a sync
  // failed before, only the cache may have it, which shows it and calls it clean. So may a cut be.
  const bool header_too = reader.commit() == detail::segment_header_bytes;
  const std::uint64_t from = header_too ? 0 : reader.commit();
  const std::string again(bytes.substr(from, reader.offset() - from));
  map->reset();
  if (auto cut = files_.truncate(last.path, reader.offset()); !cut) return cut;
  if (auto written = files_.overwrite(last.path, from, again); !written) return written;
  auto file = files_.append_to(last.path);
  if (!file) return fail(file.error());
  file_ = std::move(*file);
  last.bytes = reader.offset();
  reserved_ = last.bytes;
  return {};
}

// Is it the torn end of a commit that was under way, or was it on disk once?
Status LogImpl::judge_end(const FrameReader& reader, bool sealed) {
  const std::string& path = segments_.back().path;
  if (sealed) {
    return damaged(path, reader.offset(), "this is not a record, and a later segment was begun");
  }
  if (const auto later = reader.later_commit()) {
    return damaged(path, reader.offset(),
                   format("this is not a record, and one that was written when it had been on "
                          "disk stands at byte {}",
                          *later));
  }
  opening_.cut_bytes += reader.torn_bytes();
  opening_.note =
      format("{} byte {}: the end of a commit that was under way, {} bytes, was cut off", path,
             reader.offset(), reader.torn_bytes());
  return {};
}

// ---- writing ----

Result<std::uint64_t> LogImpl::append(std::uint8_t kind, Instant arrival,
                                      std::string_view payload) {
  if (broken_) return fail(broken_error().error());
  if (payload.size() > options_.record_bytes) {
    return fail(Code::too_large, format("a record of {} bytes; the log takes at most {}",
                                        payload.size(), options_.record_bytes));
  }
  if (buffer_.size() + payload.size() + detail::frame_header_bytes > commit_bytes) {
    return fail(Code::too_large, format("the commit would be larger than {} bytes", commit_bytes));
  }
  if (buffer_.empty()) choose_segment(arrival);
  detail::encode_frame({next_, kind, arrival, payload}, salt_,
                       static_cast<std::uint32_t>(buffer_.size()), buffer_);
  commit_last_ = next_;
  return next_++;
}

void LogImpl::choose_segment(Instant arrival) {
  fresh_.reset();
  const bool full = segments_.empty() ||
                    (!segments_.back().empty() && segments_.back().bytes >= options_.segment_bytes);
  if (full) fresh_ = SegmentHeader{next_, durable_, arrival};
  salt_ = full ? detail::salt_of(*fresh_) : segments_.back().salt;
}

Status LogImpl::commit() {
  if (broken_) return broken_error();
  if (buffer_.empty()) return {};
  if (fresh_) {
    if (auto made = make_segment(); !made) {
      buffer_.clear();
      return made;
    }
  }
  Segment& segment = segments_.back();
  if (auto written = file_->append(buffer_); !written) return cut_back(written.error());
  segment.bytes += buffer_.size();
  if (segment.bytes > reserved_) {
    reserved_ = segment.bytes;
    // Only quicker, so a disk too full for it is no failure yet.
    if (options_.reserve_bytes > 0 && file_->reserve(options_.reserve_bytes)) {
      reserved_ += options_.reserve_bytes;
    }
  }
  if (auto synced = file_->sync(); !synced) return break_for_good(synced.error());
  durable_ = commit_last_;
  buffer_.clear();
  return {};
}

// The header is on disk, and the name too, before a frame is written.
Status LogImpl::make_segment() {
  const std::string path = path_of(fresh_->first);
  const auto give_up = [&](const Error& cause) -> Status {
    if (auto removed = files_.remove(path); !removed) return break_for_good(cause);
    return fail(cause);
  };
  auto file = files_.append_to(path);
  if (!file) return give_up(file.error());
  if (auto written = (*file)->append(detail::encode_header(*fresh_)); !written) {
    file->reset();
    return give_up(written.error());
  }
  if (auto synced = (*file)->sync(); !synced) return break_for_good(synced.error());
  file_ = std::move(*file);
  reserved_ = detail::segment_header_bytes;
  segments_.push_back({path, *fresh_, salt_, reserved_});
  return {};
}

// The write failed: what there is of it goes, and is known to be gone before the log goes on.
Status LogImpl::cut_back(const Error& cause) {
  const Segment& segment = segments_.back();
  file_.reset();
  if (auto cut = files_.truncate(segment.path, segment.bytes); !cut) {
    return break_for_good(cut.error());
  }
  auto file = files_.append_to(segment.path);
  if (!file) return break_for_good(file.error());
  file_ = std::move(*file);
  reserved_ = segment.bytes;
  buffer_.clear();
  return fail(cause);
}

Status LogImpl::break_for_good(const Error& cause) {
  broken_ = true;
  buffer_.clear();
  file_.reset();
  return fail(cause.code, format("{}; what is on disk is in doubt, start again", cause.message),
              cause.place);
}

Status LogImpl::broken_error() const {
  return fail(Code::io, "the log failed before and takes nothing more: start again", directory_);
}

// ---- reading ----

Status LogImpl::read(std::uint64_t after,
                     const std::function<Status(const LogRecord&)>& take) const {
  if (broken_) return broken_error();
  const std::uint64_t upto = durable_;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const bool passed = i + 1 < segments_.size() && segments_[i + 1].header.previous <= after;
    if (passed) continue;
    if (auto done = read_segment(i, after, upto, take); !done) return done;
  }
  return {};
}

Status LogImpl::read_segment(std::size_t index, std::uint64_t after, std::uint64_t upto,
                             const std::function<Status(const LogRecord&)>& take) const {
  const Segment& segment = segments_[index];
  if (segment.empty()) return {};
  const auto map = files_.map(segment.path);
  if (!map) return fail(map.error());
  const bool is_last = index + 1 == segments_.size();
  const std::string_view bytes = (*map)->bytes().substr(0, segment.bytes);
  if (const auto header = detail::decode_header(bytes); !header || *header != segment.header) {
    return damaged(segment.path, 0, "the header is not that of this segment any more");
  }
  const std::uint64_t until = is_last ? upto : segments_[index + 1].header.previous;
  FrameReader reader(bytes, segment.header);
  LogRecord record;
  while (reader.position() < until) {
    const std::uint64_t offset = reader.offset();
    const auto found = reader.next(record);
    if (found == FrameReader::Found::end) {
      return damaged(segment.path, offset, format("the records up to {} are missing", until));
    }
    if (found == FrameReader::Found::bad) {
      return damaged(segment.path, offset, "this is not a record");
    }
    if (record.position <= after) continue;
    if (record.payload.size() > options_.record_bytes) {
      return fail(Code::too_large,
                  format("record {} has {} bytes; {} are allowed", record.position,
                         record.payload.size(), options_.record_bytes),
                  format("{} byte {}", segment.path, offset));
    }
    if (auto taken = take(record); !taken) return taken;
  }
  return {};
}

Status LogImpl::forget(std::uint64_t position) {
  if (broken_) return broken_error();
  // What could not be removed must be gone, on disk, before what stands behind it.
  if (!leaving_.empty()) {
    if (auto removed = files_.remove(leaving_); !removed) return removed;
    leaving_.clear();
  }
  while (segments_.size() > 1 && segments_[1].header.previous <= position) {
    const auto removed = files_.remove(segments_.front().path);
    leaving_ = removed ? std::string() : segments_.front().path;
    segments_.erase(segments_.begin());
    if (!removed) return removed;
  }
  return {};
}

std::uint64_t LogImpl::bytes() const {
  std::uint64_t sum = 0;
  for (const Segment& segment : segments_) sum += segment.bytes;
  return sum;
}

}  // namespace

Result<std::unique_ptr<Log>> Log::open(Files& files, const std::string& directory,
                                       const LogOptions& options) {
  auto log = std::make_unique<LogImpl>(files, directory, options);
  if (auto started = log->start(); !started) return fail(started.error());
  return log;
}

}  // namespace cairn::store
