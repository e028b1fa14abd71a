// SPDX-License-Identifier: Apache-2.0
// The senders that number their messages: which numbers were taken. Bounded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "stream/detail/bytes.hpp"
#include "stream/record.hpp"

namespace cairn::stream {

class Sources {
 public:
  explicit Sources(std::size_t most) : most_(most) {}

  void define(const SourceName& name, std::uint64_t position);
  // Whether the message is taken for the first time, and takes it. Numbers more than 63 below the
  // highest one count as taken.
  bool take(std::uint32_t source, std::uint64_t sequence, std::uint64_t position);
  std::vector<SourceName> names() const;  // by number
  std::size_t size() const { return known_.size(); }

  void write(std::string& out) const;
  bool read(ByteReader& in);

 private:
  struct Source {
    std::string name;
    std::uint64_t highest = 0;
    std::uint64_t taken = 0;     // bit i: highest - i
    std::uint64_t position = 0;  // of the newest record about it
  };
  std::vector<std::uint32_t> numbers() const;
  void forget_oldest();

  std::size_t most_;
  std::unordered_map<std::uint32_t, Source> known_;  // never walked in its own order
};

}  // namespace cairn::stream
