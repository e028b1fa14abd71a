// SPDX-License-Identifier: Apache-2.0
// What the words in cells mean, remembered: a file repeats few regions, types and units often.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/result.hpp"
#include "core/unit.hpp"
#include "model/catalog.hpp"
#include "model/region.hpp"

namespace cairn::share::detail {

// Keys are looked up without making a string of them.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};
template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

// Regions by code, alias, zone id, or a name that only one region has.
class RegionWords {
 public:
  explicit RegionWords(const model::RegionTree& regions) : regions_(regions) {}

  // no_region when nothing or more than one fits; then `why` says what could be meant.
  model::RegionIndex find(std::string_view text);
  std::string why(std::string_view text) const;

 private:
  void read_names();

  const model::RegionTree& regions_;
  TextMap<model::RegionIndex> known_;
  TextMap<std::vector<model::RegionIndex>> by_name_;
};

// Units by text.
class UnitWords {
 public:
  const Result<Unit>& find(std::string_view text);

 private:
  TextMap<Result<Unit>> known_;
};

// Thing types by name or label.
class TypeWords {
 public:
  explicit TypeWords(const model::Catalog& catalog);

  int find(std::string_view text) const;  // -1 when there is none
  std::string why(std::string_view text) const;

 private:
  TextMap<int> known_;
  std::vector<std::string> names_;
};

// Finds equal records among many: keeps 12 bytes and a hash entry for each.
class Seen {
 public:
  // Calls `same(index)` for earlier entries that may equal the new one; the index of the first one
  // that does, or -1 after entering `index`. After `chain` entries
  // that do not, the new one is taken as fresh without being entered.
  template <class Same>
  std::ptrdiff_t enter(std::size_t hash, std::size_t index, const Same& same) {
    for (std::size_t step = 0;; ++step, ++hash) {
      const auto [at, fresh] = first_.try_emplace(hash, static_cast<std::uint32_t>(index));
      if (fresh) return -1;
      if (same(at->second)) return at->second;
      if (step == chain) return -1;
    }
  }

 private:
  static constexpr std::size_t chain = 1'000;  // versions of one thing; each is compared with all
  std::unordered_map<std::size_t, std::uint32_t> first_;
};

inline std::size_t mixed(std::size_t a, std::size_t b) {
  return (a ^ (b + 0x9E3779B97F4A7C15ull + (a << 6) + (a >> 2))) * 0xBF58476D1CE4E5B9ull;
}

}  // namespace cairn::share::detail
