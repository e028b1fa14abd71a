// SPDX-License-Identifier: Apache-2.0
#include "store/history_segment.hpp"

#include <algorithm>
#include <cstring>

#include "core/crc32c.hpp"
#include "core/text.hpp"

namespace cairn::store {
namespace {

constexpr std::string_view head_magic("CAIRNHS1", 8);
constexpr std::string_view foot_magic("CAIRNHE1", 8);
// A group ends at either: a chart reads one or two groups, a damaged byte costs one.
constexpr std::size_t group_chunks = 128;
constexpr std::size_t group_bytes = std::size_t{64} << 10;
// No file's directory may ask for more; far above what the writer makes.
constexpr std::size_t most_group_chunks = 65'536;
constexpr std::size_t write_bytes = std::size_t{1} << 20;

struct Footer {
  char magic[8];
  std::uint64_t directory = 0;  // its offset; it ends where the footer begins
  std::uint64_t points = 0;
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
  std::uint32_t groups = 0;
  std::uint32_t directory_crc = 0;
  std::uint64_t zero = 0;
  std::uint32_t also_zero = 0;
  std::uint32_t crc = 0;  // of the 60 bytes before
};
static_assert(sizeof(Footer) == 64);

template <class T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::uint64_t apart(std::int64_t later, std::int64_t earlier) {
  return static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier);
}

void put_column(std::vector<std::int64_t>& column, IntScratch& scratch, BitWriter& out) {
  put_sized(out, zigzag(column[0]));
  encode_integers(column, scratch, out);
}

bool get_column(BitReader& in, IntScratch& scratch, std::vector<std::int64_t>& column) {
  column[0] = unzigzag(get_sized(in));
  return decode_integers(in, scratch, column);
}

// The index of a group: columns of series, counts, sizes, first times, and last times from these.
bool read_index(std::string_view bytes, const ChunkGroup& group, std::uint32_t number,
                std::vector<ChunkRef>& out) {
  std::string padded(bytes);
  padded.append(BitReader::padding, '\0');
  BitReader in(reinterpret_cast<const std::uint8_t*>(padded.data()), bytes.size());
  IntScratch scratch;
  std::vector<std::int64_t> column(group.chunks);
  const std::size_t before = out.size();
  out.resize(before + group.chunks);
  ChunkRef* const refs = out.data() + before;
  const auto each = [&](const auto& take) {
    if (!get_column(in, scratch, column)) return false;
    for (std::size_t i = 0; i < column.size(); ++i) {
      if (!take(refs[i], column[i])) return false;
    }
    return true;
  };
  std::uint64_t offset = group.offset;
  const std::uint64_t end = group.offset + group.data_bytes;
  const auto narrow = [](std::int64_t v, std::uint64_t most) {
    return v >= 0 && static_cast<std::uint64_t>(v) <= most;
  };
  bool good = each([&](ChunkRef& ref, std::int64_t v) {
    ref.series = static_cast<std::uint32_t>(v);
    ref.group = number;
    return narrow(v, UINT32_MAX) && ref.series >= group.first_series &&
           ref.series <= group.last_series && (&ref == refs || ref.series >= (&ref - 1)->series);
  });
  good = good && each([&](ChunkRef& ref, std::int64_t v) {
           ref.count = static_cast<std::uint32_t>(v);
           return v > 0 && narrow(v, most_chunk_points);
         });
  good = good && each([&](ChunkRef& ref, std::int64_t v) {
           ref.offset = offset;
           ref.bytes = static_cast<std::uint32_t>(v);
           offset += ref.bytes;
           return narrow(v, UINT32_MAX) && offset <= end;
         });
  good = good && each([&](ChunkRef& ref, std::int64_t v) {
           ref.first_ns = v;
           return v >= group.first_ns && v <= group.last_ns;
         });
  good = good && each([&](ChunkRef& ref, std::int64_t v) {
           ref.last_ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(ref.first_ns) +
                                                   static_cast<std::uint64_t>(v));
           return ref.last_ns >= ref.first_ns && ref.last_ns <= group.last_ns;
         });
  if (good && offset == end && in.good()) return true;
  out.resize(before);
  return false;
}

}  // namespace

SegmentWriter::SegmentWriter(std::unique_ptr<AppendFile> file) : file_(std::move(file)) {
  buffer_ = head_magic;
  offset_ = buffer_.size();
}

Status SegmentWriter::add(std::uint32_t series, std::int64_t first_ns, std::int64_t last_ns,
                          std::size_t count, std::string_view chunk) {
  const bool first = info_.points == 0;
  info_.first_ns = first ? first_ns : std::min(info_.first_ns, first_ns);
  info_.last_ns = first ? last_ns : std::max(info_.last_ns, last_ns);
  info_.points += count;
  refs_.push_back({series, static_cast<std::uint32_t>(count), first_ns, last_ns,
                   offset_ + data_.size(), static_cast<std::uint32_t>(chunk.size()), 0});
  data_ += chunk;
  if (refs_.size() < group_chunks && data_.size() < group_bytes) return {};
  return end_group();
}

Status SegmentWriter::end_group() {
  if (refs_.empty()) return {};
  ChunkGroup group;
  group.offset = offset_;
  group.data_bytes = static_cast<std::uint32_t>(data_.size());
  group.chunks = static_cast<std::uint32_t>(refs_.size());
  group.first_series = refs_.front().series;
  group.last_series = refs_.back().series;
  group.data_crc = crc32c(data_);
  group.first_ns = refs_[0].first_ns;
  group.last_ns = refs_[0].last_ns;
  for (const ChunkRef& ref : refs_) {
    group.first_ns = std::min(group.first_ns, ref.first_ns);
    group.last_ns = std::max(group.last_ns, ref.last_ns);
  }
  bits_.clear();
  column_.resize(refs_.size());
  const auto put = [&](const auto& member) {
    std::transform(refs_.begin(), refs_.end(), column_.begin(), member);
    put_column(column_, scratch_, bits_);
  };
  put([](const ChunkRef& r) { return std::int64_t{r.series}; });
  put([](const ChunkRef& r) { return std::int64_t{r.count}; });
  put([](const ChunkRef& r) { return std::int64_t{r.bytes}; });
  put([](const ChunkRef& r) { return r.first_ns; });
  put([](const ChunkRef& r) { return static_cast<std::int64_t>(apart(r.last_ns, r.first_ns)); });
  buffer_ += data_;
  const std::size_t index = buffer_.size();
  bits_.finish(buffer_);
  group.index_bytes = static_cast<std::uint32_t>(buffer_.size() - index);
  group.index_crc = crc32c(std::string_view(buffer_).substr(index));
  offset_ += group.data_bytes + group.index_bytes;
  groups_.push_back(group);
  data_.clear();
  refs_.clear();
  return buffer_.size() < write_bytes ? Status{} : write_out();
}

Status SegmentWriter::write_out() {
  auto done = file_->append(buffer_);
  buffer_.clear();
  return done;
}

Status SegmentWriter::finish() {
  if (auto done = end_group(); !done) return done;
  Footer footer{};
  std::memcpy(footer.magic, foot_magic.data(), foot_magic.size());
  footer.directory = offset_;
  footer.points = info_.points;
  footer.first_ns = info_.first_ns;
  footer.last_ns = info_.last_ns;
  footer.groups = static_cast<std::uint32_t>(groups_.size());
  const std::string_view directory(reinterpret_cast<const char*>(groups_.data()),
                                   groups_.size() * sizeof(ChunkGroup));
  footer.directory_crc = crc32c(directory);
  footer.crc = crc32c(bytes_of(footer).substr(0, sizeof footer - 4));
  buffer_ += directory;
  buffer_ += bytes_of(footer);
  offset_ += directory.size() + sizeof footer;
  info_.bytes = offset_;
  if (auto done = write_out(); !done) return done;
  return file_->sync();
}

std::unique_ptr<Segment> Segment::open(const Files& files, const std::string& path,
                                       SegmentInfo info) {
  std::unique_ptr<Segment> segment(new Segment(path, std::move(info)));
  if (auto done = segment->load(files); !done) {
    segment->damage_ = done.error();
    segment->groups_.clear();
  }
  return segment;
}

tl::unexpected<Error> Segment::damaged(std::uint64_t offset, std::string_view what) const {
  return fail(Code::io, format("damaged: {}; restore the file from a copy", what),
              format("{}: byte {}", path_, offset));
}

Status Segment::load(const Files& files) {
  auto file = files.map(path_);
  if (!file) return fail(file.error());
  file_ = std::move(*file);
  const std::string_view bytes = file_->bytes();
  Footer footer;
  if (bytes.size() < head_magic.size() + sizeof footer || !bytes.starts_with(head_magic)) {
    return damaged(0, "this is no segment of a history");
  }
  const std::size_t end = bytes.size() - sizeof footer;
  std::memcpy(&footer, bytes.data() + end, sizeof footer);
  if (std::memcmp(footer.magic, foot_magic.data(), foot_magic.size()) != 0 ||
      footer.crc != crc32c(bytes.substr(end, sizeof footer - 4))) {
    return damaged(end, "the footer is not as it was written");
  }
  if (footer.directory > end || (end - footer.directory) != footer.groups * sizeof(ChunkGroup) ||
      footer.directory_crc != crc32c(bytes.substr(footer.directory, end - footer.directory))) {
    return damaged(footer.directory, "the directory is not as it was written");
  }
  groups_.resize(footer.groups);
  std::memcpy(groups_.data(), bytes.data() + footer.directory, end - footer.directory);
  std::uint64_t offset = head_magic.size();
  for (const ChunkGroup& group : groups_) {
    const bool after_last =
        &group == groups_.data() || group.first_series >= (&group)[-1].last_series;
    if (group.offset != offset || group.first_series > group.last_series || !after_last ||
        group.chunks == 0 || group.chunks > most_group_chunks) {
      return damaged(footer.directory, "the directory is not in order");
    }
    offset += std::uint64_t{group.data_bytes} + group.index_bytes;
  }
  if (offset != footer.directory) return damaged(footer.directory, "the directory has gaps");
  info_.points = footer.points;
  info_.bytes = bytes.size();
  info_.first_ns = footer.first_ns;
  info_.last_ns = footer.last_ns;
  checked_ = std::make_unique<std::atomic<std::uint8_t>[]>(groups_.size());
  return {};
}

Status Segment::chunks(std::uint32_t series, std::int64_t after_ns, std::int64_t until_ns,
                       std::vector<ChunkRef>& out) const {
  auto at =
      std::lower_bound(groups_.begin(), groups_.end(), series,
                       [](const ChunkGroup& g, std::uint32_t s) { return g.last_series < s; });
  for (; at != groups_.end() && at->first_series <= series; ++at) {
    if (at->last_ns <= after_ns || at->first_ns > until_ns) continue;
    const auto index = index_of(static_cast<std::size_t>(at - groups_.begin()));
    if (!index) return fail(index.error());
    // Chunks stand by rising series.
    const auto first = std::ranges::lower_bound(**index, series, {}, &ChunkRef::series);
    for (auto ref = first; ref != (*index)->end() && ref->series == series; ++ref) {
      if (ref->last_ns > after_ns && ref->first_ns <= until_ns) out.push_back(*ref);
    }
  }
  return {};
}

Result<Segment::Index> Segment::index_of(std::size_t number) const {
  {
    const std::lock_guard lock(kept_mutex_);
    for (const KeptIndex& kept : kept_) {
      if (kept.group == number) return kept.chunks;
    }
  }
  auto refs = std::make_shared<std::vector<ChunkRef>>();
  if (auto done = group(number, *refs); !done) return fail(done.error());
  const std::lock_guard lock(kept_mutex_);
  kept_[next_kept_] = {number, refs};
  next_kept_ = (next_kept_ + 1) % kept_.size();
  return Index(std::move(refs));
}

Status Segment::group(std::size_t number, std::vector<ChunkRef>& out) const {
  const ChunkGroup& group = groups_[number];
  const std::uint64_t offset = group.offset + group.data_bytes;
  const std::string_view index = file_->bytes().substr(offset, group.index_bytes);
  if (crc32c(index) != group.index_crc ||
      !read_index(index, group, static_cast<std::uint32_t>(number), out)) {
    return damaged(offset, "the index of a group is not as it was written");
  }
  return {};
}

Result<std::string_view> Segment::bytes(const ChunkRef& chunk) const {
  const ChunkGroup& group = groups_[chunk.group];
  if (checked_[chunk.group].load(std::memory_order_relaxed) == 0) {
    if (crc32c(file_->bytes().substr(group.offset, group.data_bytes)) != group.data_crc) {
      return damaged(group.offset, "the chunks of a group are not as they were written");
    }
    checked_[chunk.group].store(1, std::memory_order_relaxed);
  }
  return file_->bytes().substr(chunk.offset, chunk.bytes);
}

Status Segment::decode(const ChunkRef& chunk, ChunkCodec& codec, Columns& out) const {
  const auto data = bytes(chunk);
  if (!data) return fail(data.error());
  const auto done = codec.decode(*data, chunk.first_ns, chunk.count, out);
  if (!done || out.times_ns.back() != chunk.last_ns) {
    return damaged(chunk.offset, format("a chunk of series {} cannot be read", chunk.series));
  }
  return {};
}

Result<const ChunkRef*> SegmentScan::peek() {
  while (at_ == refs_.size()) {
    if (group_ == segment_->groups()) return nullptr;
    refs_.clear();
    at_ = 0;
    if (auto done = segment_->group(group_++, refs_); !done) return fail(done.error());
  }
  return &refs_[at_];
}

Status SegmentScan::take(std::uint32_t series, std::vector<ChunkRef>& out) {
  for (;;) {
    const auto next = peek();
    if (!next) return fail(next.error());
    if (*next == nullptr || (*next)->series > series) return {};
    if ((*next)->series == series) out.push_back(**next);
    ++at_;
  }
}

}  // namespace cairn::store
