// SPDX-License-Identifier: Apache-2.0
// RocksDB twice: a key for each point, and our chunks of 256 points as values. No write-ahead log:
// like the others here it relies on one elsewhere, and is flushed at the end.
#include <rocksdb/db.h>

#include <bit>
#include <map>

#include "contender.hpp"
#include "store/chunk.hpp"

namespace cairn::bench {
namespace {

tl::unexpected<Error> error_of(const rocksdb::Status& status) {
  return fail(Code::io, status.ToString());
}

// Series and time in the order of bytes; times here are not negative.
std::string key_of(std::uint32_t series, std::int64_t time_ns) {
  const std::uint32_t high = __builtin_bswap32(series);
  const std::uint64_t low = __builtin_bswap64(static_cast<std::uint64_t>(time_ns));
  std::string key(reinterpret_cast<const char*>(&high), 4);
  return key.append(reinterpret_cast<const char*>(&low), 8);
}

std::int64_t time_of(const rocksdb::Slice& key) {
  std::uint64_t low = 0;
  std::memcpy(&low, key.data() + 4, 8);
  return static_cast<std::int64_t>(__builtin_bswap64(low));
}

class Rocks : public Contender {
 public:
  explicit Rocks(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {
    write_options_.disableWAL = true;
  }
  Status chart(std::uint32_t series, std::int64_t step_ns,
               std::vector<store::Bucket>& out) override {
    points_.clear();
    if (auto done = read(series, points_); !done) return done;
    for (const store::Point& point : points_) add_to_buckets(out, point, step_ns);
    return {};
  }

 protected:
  Status flush() {
    if (const auto done = db_->Flush({}); !done.ok()) return error_of(done);
    const auto done = db_->CompactRange({}, nullptr, nullptr);
    return done.ok() ? Status{} : error_of(done);
  }
  // Calls take(key, value) for all keys of a series.
  template <class Take>
  Status each(std::uint32_t series, Take take) {
    const std::string end = key_of(series + 1, 0);
    const rocksdb::Slice bound(end);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->Seek(key_of(series, 0)); it->Valid(); it->Next()) {
      if (auto done = take(it->key(), it->value()); !done) return done;
    }
    return it->status().ok() ? Status{} : error_of(it->status());
  }

  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteOptions write_options_;
  std::vector<store::Point> points_;
};

class RocksPoints final : public Rocks {
 public:
  using Rocks::Rocks;
  std::string name() const override { return "RocksDB, key a point"; }
  Status write(std::span<const Observed> batch) override {
    rocksdb::WriteBatch writes;
    for (const Observed& o : batch) {
      writes.Put(key_of(o.series, o.time_ns),
                 rocksdb::Slice(reinterpret_cast<const char*>(&o.value), sizeof o.value));
    }
    const auto done = db_->Write(write_options_, &writes);
    return done.ok() ? Status{} : error_of(done);
  }
  Status settle() override { return flush(); }
  Status read(std::uint32_t series, std::vector<store::Point>& out) override {
    return each(series, [&](const rocksdb::Slice& key, const rocksdb::Slice& bytes) -> Status {
      double value = 0;
      std::memcpy(&value, bytes.data(), sizeof value);
      out.push_back({time_of(key), value});
      return {};
    });
  }
};

class RocksChunks final : public Rocks {
 public:
  using Rocks::Rocks;
  std::string name() const override { return "RocksDB, our chunks of 256"; }
  Status write(std::span<const Observed> batch) override {
    rocksdb::WriteBatch writes;
    for (const Observed& o : batch) {
      if (o.series >= heads_.size()) heads_.resize(o.series + 1);
      store::Columns& head = heads_[o.series];
      head.times_ns.push_back(o.time_ns);
      head.values.push_back(o.value);
      if (head.size() == 256) put(o.series, head, writes);
    }
    const auto done = db_->Write(write_options_, &writes);
    return done.ok() ? Status{} : error_of(done);
  }
  Status settle() override {
    rocksdb::WriteBatch writes;
    for (std::uint32_t series = 0; series < heads_.size(); ++series) {
      if (heads_[series].size() > 0) put(series, heads_[series], writes);
    }
    const auto done = db_->Write(write_options_, &writes);
    return done.ok() ? flush() : error_of(done);
  }
  Status read(std::uint32_t series, std::vector<store::Point>& out) override {
    return each(series, [&](const rocksdb::Slice& key, const rocksdb::Slice& bytes) -> Status {
      std::uint16_t count = 0;
      std::memcpy(&count, bytes.data(), sizeof count);
      const std::string_view chunk(bytes.data() + 2, bytes.size() - 2);
      if (auto done = codec_.decode(chunk, time_of(key), count, columns_); !done) return done;
      for (std::size_t i = 0; i < count; ++i) {
        out.push_back({columns_.times_ns[i], columns_.values[i]});
      }
      return {};
    });
  }

 private:
  void put(std::uint32_t series, store::Columns& head, rocksdb::WriteBatch& writes) {
    const auto count = static_cast<std::uint16_t>(head.size());
    std::string bytes(reinterpret_cast<const char*>(&count), sizeof count);
    codec_.encode(head, 0, head.size(), bytes);
    writes.Put(key_of(series, head.times_ns[0]), bytes);
    head.clear();
  }

  std::vector<store::Columns> heads_;
  store::ChunkCodec codec_;
  store::Columns columns_;
};

template <class Kind>
Result<std::unique_ptr<Contender>> open_rocks(const std::string& directory) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  options.bottommost_compression = rocksdb::kZSTD;
  options.write_buffer_size = std::size_t{64} << 20;
  options.IncreaseParallelism(2);
  rocksdb::DB* db = nullptr;
  if (const auto done = rocksdb::DB::Open(options, directory, &db); !done.ok()) {
    return error_of(done);
  }
  return std::make_unique<Kind>(std::unique_ptr<rocksdb::DB>(db));
}

}  // namespace

Result<std::unique_ptr<Contender>> open_rocks_points(const std::string& directory) {
  return open_rocks<RocksPoints>(directory);
}

Result<std::unique_ptr<Contender>> open_rocks_chunks(const std::string& directory) {
  return open_rocks<RocksChunks>(directory);
}

}  // namespace cairn::bench
