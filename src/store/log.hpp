// SPDX-License-Identifier: Apache-2.0
// The log: one total order of records, on disk before anybody is told so. Segments of frames, each
// frame with its length, CRC-32C, sequence number and arrival time; docs/formats/log.md.
//
//   auto log = Log::open(files, directory, options);      // repairs a torn end, reports the rest
//   log->append(kind, arrival, payload)  -> position       // into the buffer of this commit
//   log->commit()                                          // write + sync; then all is durable
//
// Single-threaded: the owner calls append and commit from one thread. Positions of durable records
// rise from 1 and never repeat. Positions of records that did not become durable leave gaps; after
// a restart they may be given again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "core/time.hpp"

namespace cairn::store {

struct LogRecord {
  std::uint64_t position = 0;
  std::uint8_t kind = 0;  // stream::RecordKind
  Instant arrival;        // the intake's clock, never falling
  std::string_view payload;
};

struct LogOptions {
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;  // a new segment begins after so much
  std::size_t record_bytes = std::size_t{16} << 20;       // no larger record is written or read
  std::uint64_t reserve_bytes = std::uint64_t{1} << 20;   // zeros ahead: quicker syncs; 0: none
};

// What opening found and did.
struct LogOpening {
  std::uint64_t first = 0;      // oldest position at hand; 0: empty
  std::uint64_t last = 0;       // newest whole record
  std::uint64_t forgotten = 0;  // records up to it are gone: a state must have seen them
  std::uint64_t cut_bytes = 0;  // of a torn end: never acknowledged, cut away
  std::string note;             // what was cut, and where; empty when nothing
};

class Log {
 public:
  // A torn commit at the very end is cut back to its whole frames (it was never acknowledged). Bad
  // bytes with later commits behind them mean that the disk lost what it had promised: an error
  // that names file and offset. Looks at the last segment; the others are checked by read().
  static Result<std::unique_ptr<Log>> open(Files& files, const std::string& directory,
                                           const LogOptions& options);
  virtual ~Log() = default;

  virtual const LogOpening& opening() const = 0;
  // Puts a record into the buffer and gives it the next position. Fails with too_large when the
  // record is, or when the buffer would pass 1 GiB (commit first).
  virtual Result<std::uint64_t> append(std::uint8_t kind, Instant arrival,
                                       std::string_view payload) = 0;
  // Writes and syncs the buffer. On `io` from a write (disk full) what was written of it is cut
  // back, the buffer is dropped, its positions are used up and never come to be, and the log goes
  // on. On an error of sync or of the cutting back the log is broken for good: broken() is true,
  // every later call fails, the process has to end and recover.
  virtual Status commit() = 0;
  virtual bool broken() const = 0;
  virtual std::uint64_t durable() const = 0;  // newest position on disk
  virtual std::uint64_t next() const = 0;     // the position that the next append gets
  virtual std::size_t buffered() const = 0;   // bytes of this commit

  // Calls `take` for every durable record with position > `after`, oldest first, until it returns
  // an error, which is passed on. An error too when a record in between cannot be read. What was
  // forgotten is not missed here: compare opening().forgotten. The payload is valid in the call.
  virtual Status read(std::uint64_t after,
                      const std::function<Status(const LogRecord&)>& take) const = 0;
  // Removes segments that hold nothing above `position`; never the one that is written to. After
  // an error it can be tried again.
  virtual Status forget(std::uint64_t position) = 0;
  virtual std::uint64_t bytes() const = 0;  // on disk
};

}  // namespace cairn::store
