// SPDX-License-Identifier: Apache-2.0
// What devices say, decoded but not yet believed: readings of one message, whatever its format.
// Decoders fill a batch, the intake looks names up, checks and writes.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"

namespace cairn::model {

// One reading. The views point into the message or into ReadingBatch::texts.
struct Reading {
  std::string_view thing;     // id of the thing
  std::string_view property;  // of its type
  std::string_view unit;      // as the sender names it; empty: the property's own
  Instant time;               // of the phenomenon; the end, where it lasted
  double value = 0;           // truth as 0 and 1
  std::uint32_t record = 0;   // its number in the message, from 0, for errors
};

// What is wrong with a reading, for who counts faults, where the code of the error does not say it.
enum class Flaw : std::uint8_t {
  other,
  clock  // its time is impossible: the sender's clock is wrong
};

// A part of a message that was not taken.
struct Refusal {
  std::uint32_t record = 0;
  std::string text;  // the record as sent, cut to 500 bytes
  Error error;       // place: JSON pointer, line, or "record N"
  Flaw flaw = Flaw::other;
};

struct ReadingBatch {
  std::vector<Reading> readings;
  std::vector<Refusal> refused;   // by the decoder
  std::deque<std::string> texts;  // names that are not whole in the message

  void clear() {
    readings.clear();
    refused.clear();
    texts.clear();
  }
};

}  // namespace cairn::model
