// SPDX-License-Identifier: Apache-2.0
#include "store/state_file.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/crc32c.hpp"
#include "core/text.hpp"

namespace cairn::store {
namespace {

// Behind the state, so that reading needs no copy: magic with version, position, size, check sum
// of everything before it. docs/formats/log.md.
constexpr std::string_view magic = "CairnSt1";
constexpr std::size_t trailer_bytes = 28;
constexpr std::string_view name_end = ".state";
constexpr std::size_t name_digits = 20;
constexpr std::size_t states_kept = 2;

template <class T>
void put(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out += static_cast<char>(value >> (8 * i));
}

template <class T>
T get(std::string_view bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value |= static_cast<T>(static_cast<T>(static_cast<unsigned char>(bytes[at + i])) << (8 * i));
  }
  return value;
}

std::string path_of(const std::string& directory, std::string_view name, std::uint64_t position) {
  return format("{}/{}-{:0{}}{}", directory, name, position, name_digits, name_end);
}

// Positions of the states of this name, newest first.
Result<std::vector<std::uint64_t>> positions(const Files& files, const std::string& directory,
                                             std::string_view name) {
  const auto names = files.list(directory);
  if (!names) return fail(names.error());
  std::vector<std::uint64_t> out;
  for (const std::string& file : *names) {
    const std::size_t start = name.size() + 1;
    if (file.size() != start + name_digits + name_end.size() || !file.starts_with(name) ||
        file[name.size()] != '-' || !file.ends_with(name_end)) {
      continue;
    }
    std::uint64_t position = 0;
    const char* end = file.data() + start + name_digits;
    const auto parsed = std::from_chars(file.data() + start, end, position);
    if (parsed.ec == std::errc() && parsed.ptr == end) out.push_back(position);
  }
  std::sort(out.rbegin(), out.rend());
  return out;
}

// Cuts the trailer off; why it is not whole otherwise.
std::string_view check(std::string& bytes, std::uint64_t position) {
  if (bytes.size() < trailer_bytes) return "too short";
  const std::size_t size = bytes.size() - trailer_bytes;
  const std::string_view all = bytes;
  if (get<std::uint32_t>(all, all.size() - 4) != crc32c(all.substr(0, all.size() - 4))) {
    return "the check sum is another one";
  }
  if (all.substr(size, magic.size()) != magic) return "not a state of a version that is known";
  if (get<std::uint64_t>(all, size + 8) != position) return "its name says another position";
  if (get<std::uint64_t>(all, size + 16) != size) return "of another size";
  bytes.resize(size);
  return {};
}

}  // namespace

Status write_state(Files& files, const std::string& directory, std::string_view name,
                   std::uint64_t position, std::string_view bytes) {
  if (auto made = files.make_directory(directory); !made) return made;
  std::string file;
  file.reserve(bytes.size() + trailer_bytes);
  file += bytes;
  file += magic;
  put(file, position);
  put(file, std::uint64_t{bytes.size()});
  put(file, crc32c(file));
  if (auto done = files.replace(path_of(directory, name, position), file); !done) return done;
  // The state is there: what cannot be removed now is removed after the next one.
  const auto all = positions(files, directory, name);
  for (std::size_t i = states_kept; all && i < all->size(); ++i) {
    if (!files.remove(path_of(directory, name, (*all)[i]))) break;
  }
  return {};
}

Result<std::optional<StateFile>> newest_state(Files& files, const std::string& directory,
                                              std::string_view name) {
  const auto all = positions(files, directory, name);
  if (!all && all.error().code == Code::not_found) return std::optional<StateFile>();
  if (!all) return fail(all.error());
  std::string skipped;
  for (const std::uint64_t position : *all) {
    const std::string path = path_of(directory, name, position);
    auto bytes = files.read(path);
    const std::string reason = bytes ? std::string(check(*bytes, position)) : bytes.error().message;
    if (reason.empty()) {
      return std::optional<StateFile>(StateFile{position, std::move(*bytes), std::move(skipped)});
    }
    skipped += format("{}{}: {}", skipped.empty() ? "" : "; ", path, reason);
  }
  return std::optional<StateFile>();
}

}  // namespace cairn::store
