// SPDX-License-Identifier: Apache-2.0
// What stands in the log: the payloads of its records, and back. docs/formats/log.md has the bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"

namespace cairn::stream {

enum class RecordKind : std::uint8_t {
  series = 1,        // a series is heard for the first time: its number and what it is
  source = 2,        // a sender likewise
  observations = 3,  // the messages of one commit
  tick = 4,          // time passed; nothing else
  delivered = 5,     // the outbox was emptied up to a number
  shelve = 6,        // a person put a rule over a thing aside
  repair = 7,        // late data changed what a rule had done
  opened = 8,        // the engine came up: since the record before nobody listened
};

struct Record {
  std::uint64_t position = 0;
  RecordKind kind = RecordKind::tick;
  Instant arrival;
  std::string_view payload;
};

struct SeriesName {
  std::uint32_t series = 0;
  std::string thing;
  std::string property;
  bool operator==(const SeriesName&) const = default;
};
struct SourceName {
  std::uint32_t source = 0;
  std::string name;
  bool operator==(const SourceName&) const = default;
};

struct Observed {
  std::uint32_t series = 0;
  std::int64_t time_ns = 0;
  double value = 0;
  bool operator==(const Observed&) const = default;
};
// The readings of one message.
struct Message {
  std::uint32_t source = 0;
  std::uint64_t sequence = 0;  // 0: not numbered
  bool historical = false;
  std::uint32_t count = 0;  // of readings
};

struct Shelve {
  std::string rule;
  std::string thing;
  Instant until;
  std::string who;
  std::string reason;
  bool operator==(const Shelve&) const = default;
};

void write(const SeriesName& name, std::string& out);
void write(const SourceName& name, std::string& out);
void write(const Shelve& shelve, std::string& out);
void write_delivered(std::uint64_t number, std::string& out);
Result<SeriesName> read_series(std::string_view payload);
Result<SourceName> read_source(std::string_view payload);
Result<Shelve> read_shelve(std::string_view payload);
Result<std::uint64_t> read_delivered(std::string_view payload);

// A message of an observations record: messages stand one after the other.
void write(const Message& message, const Observed* readings, std::string& out);

// Reads an observations record message by message.
//   MessageReader reader(payload);
//   while (reader.next()) { reader.message(); reader.readings(); }
//   if (!reader.ok()) …
class MessageReader {
 public:
  explicit MessageReader(std::string_view payload) : rest_(payload) {}
  bool next();
  bool ok() const { return ok_; }
  const Message& message() const { return message_; }
  const std::vector<Observed>& readings() const { return readings_; }

 private:
  std::string_view rest_;
  Message message_;
  std::vector<Observed> readings_;
  bool ok_ = true;
};

}  // namespace cairn::stream
