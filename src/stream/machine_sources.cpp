// SPDX-License-Identifier: Apache-2.0
#include "stream/machine_sources.hpp"

#include <algorithm>

namespace cairn::stream {

void Sources::define(const SourceName& name, std::uint64_t position) {
  Source& source = known_[name.source];
  // A number that is given to another sender begins anew.
  if (source.name != name.name) source = Source{};
  source.name = name.name;
  source.position = position;
  if (known_.size() > most_) forget_oldest();
}

bool Sources::take(std::uint32_t number, std::uint64_t sequence, std::uint64_t position) {
  if (sequence == 0) return true;
  Source& source = known_[number];
  source.position = position;
  if (sequence > source.highest) {
    const std::uint64_t ahead = sequence - source.highest;
    source.taken = ahead < 64 ? source.taken << ahead : 0;
    source.taken |= 1;
    source.highest = sequence;
    if (known_.size() > most_) forget_oldest();
    return true;
  }
  const std::uint64_t behind = source.highest - sequence;
  if (behind >= 64) return false;
  const std::uint64_t bit = std::uint64_t{1} << behind;
  const bool fresh = (source.taken & bit) == 0;
  source.taken |= bit;
  return fresh;
}

std::vector<std::uint32_t> Sources::numbers() const {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(known_.size());
  for (const auto& [number, source] : known_) numbers.push_back(number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::vector<SourceName> Sources::names() const {
  std::vector<SourceName> names;
  for (const std::uint32_t number : numbers()) names.push_back({number, known_.at(number).name});
  return names;
}

// A sixteenth at once, so that a crowd of new senders costs little each.
void Sources::forget_oldest() {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> by_age;
  by_age.reserve(known_.size());
  for (const auto& [number, source] : known_) by_age.emplace_back(source.position, number);
  const std::size_t count = known_.size() - most_ + most_ / 16;
  const auto middle = by_age.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(by_age.begin(), middle - 1, by_age.end());
  for (auto at = by_age.begin(); at != middle; ++at) known_.erase(at->second);
}

void Sources::write(std::string& out) const {
  put_varint(out, known_.size());
  for (const std::uint32_t number : numbers()) {
    const Source& source = known_.at(number);
    put_varint(out, number);
    put_text(out, source.name);
    put_varint(out, source.highest);
    put_fixed(out, source.taken);
    put_varint(out, source.position);
  }
}

bool Sources::read(ByteReader& in) {
  constexpr std::size_t least_bytes = 12;
  for (std::size_t left = in.count(least_bytes); left > 0 && in.ok(); --left) {
    Source& source = known_[in.number()];
    source.name = in.text();
    source.highest = in.varint();
    source.taken = in.fixed<std::uint64_t>();
    source.position = in.varint();
  }
  return in.ok();
}

}  // namespace cairn::stream
