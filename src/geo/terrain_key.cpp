// SPDX-License-Identifier: Apache-2.0
#include "geo/terrain_key.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/text.hpp"

namespace cairn::geo {
namespace {

namespace fs = std::filesystem;

// FNV-1a, 64 bits: names of cached files, nothing that anybody attacks.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    mix(0x1f);
  }
  void add(double value) { add(number_text(value)); }
  std::string text() const { return format("{:016x}", value_); }

 private:
  void mix(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3U; }
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

// A file or all files below a folder, with their sizes and times.
void add_files(const std::string& path, Hash& hash) {
  std::error_code ignored;
  std::vector<std::string> lines;
  const auto add = [&](const fs::path& file) {
    lines.push_back(format("{} {} {}", file.string(), fs::file_size(file, ignored),
                           fs::last_write_time(file, ignored).time_since_epoch().count()));
  };
  if (fs::is_directory(path, ignored)) {
    for (fs::recursive_directory_iterator at(path, ignored), end; at != end;
         at.increment(ignored)) {
      if (at->is_regular_file(ignored)) add(at->path());
    }
  } else {
    add(path);
  }
  std::sort(lines.begin(), lines.end());
  for (const std::string& line : lines) hash.add(line);
}

}  // namespace

std::string terrain_key(const TerrainRequest& request) {
  Hash hash;
  hash.add("terrain 1");
  for (const TerrainSource& source : request.sources) {
    hash.add(source.path);
    hash.add(source.label);
    hash.add(source.ground ? 1.0 : 0.0);
    add_files(source.path, hash);
  }
  for (const double value : {request.area.west_deg, request.area.south_deg, request.area.east_deg,
                             request.area.north_deg, request.cell_m, request.fill_m}) {
    hash.add(value);
  }
  hash.add(request.label);
  hash.add(request.clutter_path);
  if (!request.clutter_path.empty()) {
    add_files(request.clutter_path, hash);
    hash.add(request.clutter.name);
    for (const double height : request.clutter.height_m) hash.add(height);
  }
  return hash.text();
}

}  // namespace cairn::geo
