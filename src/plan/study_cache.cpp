// SPDX-License-Identifier: Apache-2.0
#include "plan/study_cache.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/crc32c.hpp"

namespace cairn::plan {
namespace {

// File: mark, number of villages, villages, CRC-32C of all before it. Integers little-endian.
constexpr std::string_view mark = "cairn coverage study 1\n";

enum class Kind : std::uint8_t { missing, no, yes, number, text };

template <class T>
void put(std::string& out, T value) {
  static_assert(std::endian::native == std::endian::little);
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void put_value(std::string& out, const model::Value& value) {
  if (const bool* truth = value.get<bool>()) {
    put(out, *truth ? Kind::yes : Kind::no);
  } else if (const double* number = value.get<double>()) {
    put(out, Kind::number);
    put(out, *number);
  } else if (const std::string* text = value.get<std::string>()) {
    put(out, Kind::text);
    put(out, static_cast<std::uint32_t>(text->size()));
    out += *text;
  } else {
    put(out, Kind::missing);
  }
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool ended() const { return bytes_.empty(); }
  template <class T>
  std::optional<T> take() {
    const auto part = take_bytes(sizeof(T));
    if (!part) return std::nullopt;
    T out;
    std::memcpy(&out, part->data(), sizeof out);
    return out;
  }
  std::optional<std::string_view> take_bytes(std::size_t count) {
    if (bytes_.size() < count) return std::nullopt;
    const std::string_view out = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return out;
  }
  std::optional<model::Value> take_value() {
    const auto kind = take<std::uint8_t>();
    if (!kind || *kind > static_cast<std::uint8_t>(Kind::text)) return std::nullopt;
    switch (static_cast<Kind>(*kind)) {
      case Kind::missing:
        return model::Value{};
      case Kind::no:
        return model::Value{false};
      case Kind::yes:
        return model::Value{true};
      case Kind::number: {
        const auto number = take<double>();
        if (!number || !std::isfinite(*number)) return std::nullopt;
        return model::Value{*number};
      }
      case Kind::text:
        break;
    }
    const auto size = take<std::uint32_t>();
    const auto text = size ? take_bytes(*size) : std::nullopt;
    return text ? std::optional(model::Value{std::string(*text)}) : std::nullopt;
  }

 private:
  std::string_view bytes_;
};

bool read_version(Reader& in, model::DerivedVersion& out) {
  const auto from = in.take<std::int64_t>();
  const auto count = in.take<std::uint16_t>();
  if (!from || !count) return false;
  out.from = Instant{*from};
  for (std::uint16_t i = 0; i < *count; ++i) {
    const auto property = in.take<std::uint16_t>();
    auto value = in.take_value();
    if (!property || !value) return false;
    out.changes.emplace_back(*property, std::move(*value));
  }
  return true;
}

bool read_village(Reader& in, KnownVillages& out) {
  const auto digest = in.take<std::uint64_t>();
  const auto paths = in.take<std::uint64_t>();
  const auto versions = in.take<std::uint32_t>();
  if (!digest || !paths || !versions) return false;
  VillageStudy study;
  study.paths = *paths;
  for (std::uint32_t i = 0; i < *versions; ++i) {
    study.versions.emplace_back();
    if (!read_version(in, study.versions.back())) return false;
  }
  return out.emplace(*digest, std::move(study)).second;
}

}  // namespace

std::string write_study_cache(const KnownVillages& villages) {
  std::vector<std::uint64_t> digests;
  for (const auto& [digest, study] : villages) digests.push_back(digest);
  std::sort(digests.begin(), digests.end());
  std::string out(mark);
  put(out, static_cast<std::uint64_t>(digests.size()));
  for (const std::uint64_t digest : digests) {
    const VillageStudy& study = villages.at(digest);
    put(out, digest);
    put(out, study.paths);
    put(out, static_cast<std::uint32_t>(study.versions.size()));
    for (const model::DerivedVersion& version : study.versions) {
      put(out, version.from.ns);
      put(out, static_cast<std::uint16_t>(version.changes.size()));
      for (const auto& [property, value] : version.changes) {
        put(out, property);
        put_value(out, value);
      }
    }
  }
  put(out, crc32c(out));
  return out;
}

Result<KnownVillages> read_study_cache(std::string_view bytes) {
  if (!bytes.starts_with(mark)) {
    return fail(Code::invalid, "this is no coverage study, or one of another version");
  }
  constexpr std::size_t tail = sizeof(std::uint32_t);
  Reader check(bytes.size() < mark.size() + tail ? std::string_view{}
                                                 : bytes.substr(bytes.size() - tail));
  const auto sum = check.take<std::uint32_t>();
  if (!sum || *sum != crc32c(bytes.substr(0, bytes.size() - tail))) {
    return fail(Code::io, "the coverage study is damaged");
  }
  Reader in(bytes.substr(mark.size(), bytes.size() - mark.size() - tail));
  const auto count = in.take<std::uint64_t>();
  KnownVillages out;
  for (std::uint64_t i = 0; count && i < *count; ++i) {
    if (!read_village(in, out)) return fail(Code::io, "the coverage study is damaged");
  }
  if (!count || !in.ended()) return fail(Code::io, "the coverage study is damaged");
  return out;
}

}  // namespace cairn::plan
