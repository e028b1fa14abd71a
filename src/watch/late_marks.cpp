// SPDX-License-Identifier: Apache-2.0
#include "watch/late_marks.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace cairn::watch {
namespace {

template <class T>
void put(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}
template <class T>
bool take(std::string_view& in, T& value) {
  if (in.size() < sizeof(T)) return false;
  std::memcpy(&value, in.data(), sizeof(T));
  in.remove_prefix(sizeof(T));
  return true;
}
bool take(std::string_view& in, std::string& text) {
  std::uint32_t size = 0;
  if (!take(in, size) || in.size() < size) return false;
  text = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}
void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

const std::string& type_of(const stream::Binding& binding, stream::Slot slot) {
  return binding.base().catalog->types[binding.type_of(slot)].name;
}
stream::Slot find(const stream::Binding& binding, std::string_view id, std::string_view type) {
  stream::Slot slot = binding.find_thing(id);
  while (slot != stream::none && type_of(binding, slot) != type) {
    slot = binding.find_thing(id, slot);
  }
  return slot;
}

}  // namespace

void LateMarks::note(const Late& late, Instant arrival) {
  const auto [at, fresh] = marks_.try_emplace(late.slot);
  Mark& mark = at->second;
  if (fresh) {
    mark = {late.from, late.until, arrival, arrival, Instant::min()};
    return;
  }
  mark.from = std::min(mark.from, late.from);
  mark.until = std::max(mark.until, late.until);
  mark.newest = arrival;
  mark.more = mark.under_way;
}

std::vector<LateMarks::Late> LateMarks::due(Instant now, std::size_t most) {
  std::vector<Late> out;
  if (marks_.empty()) return out;
  auto at = marks_.lower_bound(next_);
  for (std::size_t looked = 0; looked < marks_.size() && out.size() < most; ++looked, ++at) {
    if (at == marks_.end()) at = marks_.begin();
    Mark& mark = at->second;
    const bool rests = mark.newest + rest_ns <= now || mark.first + patience_ns <= now;
    if (mark.under_way || mark.repairs > 0 || now < mark.not_before || !rests) continue;
    mark.under_way = true;
    mark.more = false;
    out.push_back({at->first, mark.from, mark.until});
    next_ = at->first + 1;
  }
  return out;
}

void LateMarks::settled(stream::Slot slot) {
  const auto at = marks_.find(slot);
  if (at == marks_.end()) return;
  if (!at->second.more) {
    marks_.erase(at);
    return;
  }
  at->second.under_way = false;
  at->second.first = at->second.newest;
}

void LateMarks::repairing(stream::Slot slot, std::size_t repairs) {
  if (const auto at = marks_.find(slot); at != marks_.end()) at->second.repairs += repairs;
}

void LateMarks::again(stream::Slot slot, Instant now) {
  const auto at = marks_.find(slot);
  if (at == marks_.end()) return;
  Mark& mark = at->second;
  mark.under_way = false;
  mark.delay_ns = std::clamp(mark.delay_ns * 2, rest_ns, most_delay_ns);
  mark.not_before = now + mark.delay_ns;
}

void LateMarks::repaired(stream::Slot slot) {
  const auto at = marks_.find(slot);
  if (at == marks_.end() || at->second.repairs == 0) return;
  --at->second.repairs;
}

bool LateMarks::resting() const {
  return std::none_of(marks_.begin(), marks_.end(), [](const auto& mark) {
    return mark.second.under_way || mark.second.repairs > 0;
  });
}

void LateMarks::write(const stream::Binding& binding, std::string& out) const {
  put(out, static_cast<std::uint64_t>(marks_.size()));
  for (const auto& [slot, mark] : marks_) {
    put(out, binding.id_of(slot));
    put(out, std::string_view(type_of(binding, slot)));
    put(out, mark.from.ns);
    put(out, mark.until.ns);
  }
}

bool LateMarks::read(const stream::Binding& binding, std::string_view& in, Instant now) {
  std::uint64_t count = 0;
  constexpr std::size_t least_bytes = 24;
  if (!take(in, count) || count > in.size() / least_bytes) return false;
  std::string id;
  std::string type;
  for (; count > 0; --count) {
    Late late;
    if (!take(in, id) || !take(in, type) || !take(in, late.from.ns) || !take(in, late.until.ns)) {
      return false;
    }
    late.slot = find(binding, id, type);
    if (late.slot != stream::none) note(late, now);
  }
  return true;
}

void LateMarks::rebind(const stream::Binding& from, const stream::Binding& to) {
  std::map<stream::Slot, Mark> marks;
  for (auto& [slot, mark] : marks_) {
    const stream::Slot found = find(to, from.id_of(slot), type_of(from, slot));
    if (found == stream::none) continue;
    // A look at the old world's rules says nothing of the new one's.
    mark.under_way = mark.more = false;
    marks.emplace(found, mark);
  }
  marks_ = std::move(marks);
  next_ = 0;
}

}  // namespace cairn::watch
