// SPDX-License-Identifier: Apache-2.0
// Whatever stands in a segment file, opening and reading end, and every record that comes out has
// a frame with right check sums behind it. The first byte says how many segments the rest is cut
// into, so that the rules for the last one and for those before it are both met.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/crc32c.hpp"
#include "model/memory_files.hpp"
#include "store/detail/log_segment.hpp"
#include "store/log.hpp"

namespace {

using namespace cairn;
using namespace cairn::store;

// Is there a whole frame of this record in the file? By the format's description, not by the
// reader's code.
bool has_frame(std::string_view file, const LogRecord& record) {
  const char* salt_at = file.data() + 44;
  std::uint32_t salt = 0;
  for (int i = 3; i >= 0; --i) salt = salt << 8 | static_cast<unsigned char>(salt_at[i]);
  std::string want(28, '\0');
  const auto put = [&](std::size_t at, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) want[at + i] = static_cast<char>(value >> (8 * i));
  };
  put(0, record.payload.size(), 4);
  put(4, crc32c(record.payload), 4);
  put(12, record.position, 8);
  put(20, static_cast<std::uint64_t>(record.arrival.ns), 8);
  for (std::size_t at = 48; at + 36 + record.payload.size() <= file.size(); ++at) {
    std::string head(file.substr(at + 4, 32));
    if (static_cast<std::uint8_t>(head[28]) != record.kind) continue;
    std::uint32_t check = 0;
    for (int i = 3; i >= 0; --i) {
      check = check << 8 | static_cast<unsigned char>(file[at + static_cast<std::size_t>(i)]);
    }
    if (check != crc32c(head, salt)) continue;
    for (std::size_t i = 8; i < 12; ++i) head[i] = '\0';  // how far behind its commit's beginning
    if (head.substr(0, 28) == want &&
        file.substr(at + 36, record.payload.size()) == record.payload) {
      return true;
    }
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t parts = 1 + data[0] % 3;
  model::FileMap map;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t from = bytes.size() * i / parts;
    const std::string_view part = bytes.substr(from, bytes.size() * (i + 1) / parts - from);
    const auto header = detail::decode_header(part);
    map["log/" + detail::segment_name(header ? header->first : i + 1)] = std::string(part);
  }
  model::MemoryFiles files(map);
  const auto log = Log::open(files, "log", {.segment_bytes = 4'096, .record_bytes = 1 << 16});
  if (!log) {
    if (log.error().message.empty() || log.error().place.empty()) std::abort();
    return 0;
  }
  std::uint64_t last = 0;
  std::uint64_t count = 0;
  const auto done = (*log)->read(0, [&](const LogRecord& record) -> Status {
    if (record.position <= last || record.position > (*log)->durable()) std::abort();
    last = record.position;
    bool found = false;
    for (const auto& [path, file] : map) found = found || has_frame(file, record);
    if (!found || ++count > bytes.size() / 36) std::abort();
    return {};
  });
  if (!done && done.error().place.empty()) std::abort();
  // It goes on from there, and the next opening finds that.
  const auto position = (*log)->append(1, {}, "more");
  if (!position || *position <= last || !(*log)->commit()) std::abort();
  const auto again = Log::open(files, "log", {.segment_bytes = 4'096});
  if (!again || (*again)->durable() != *position) std::abort();
  return 0;
}
