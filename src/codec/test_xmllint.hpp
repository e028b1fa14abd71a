// SPDX-License-Identifier: Apache-2.0
// For tests of warnings: what an independent validator says to the schema of OASIS, for many
// messages at once.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace cairn::codec {

inline constexpr const char* no_xmllint = "xmllint (Debian package libxml2-utils) is not here";

class Xmllint {
 public:
  // `root` is the folder of the sources, `folder` one of the test's own, removed in the end.
  Xmllint(const std::string& root, std::filesystem::path folder)
      : schema_(root + "/src/codec/testdata/cap/cap12.xsd"), folder_(std::move(folder)) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Xmllint() { std::filesystem::remove_all(folder_); }
  Xmllint(const Xmllint&) = delete;
  Xmllint& operator=(const Xmllint&) = delete;

  static bool is_here() { return std::system("xmllint --version >/dev/null 2>&1") == 0; }

  void put(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  // Names of the valid ones; log() has the reasons against the others.
  std::set<std::string> valid() {
    const std::string command = "cd '" + folder_.string() +
                                "' && xmllint --noout --nonet --schema '" + schema_ +
                                "' *.xml >log 2>&1";
    if (std::system(command.c_str()) < 0) return {};
    std::set<std::string> out;
    std::ifstream in(folder_ / "log");
    for (std::string line; std::getline(in, line);) {
      constexpr std::string_view good = " validates";
      if (line.ends_with(good)) out.insert(line.substr(0, line.size() - good.size()));
    }
    return out;
  }
  std::string log() const {
    std::ifstream in(folder_ / "log");
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::string schema_;
  std::filesystem::path folder_;
};

}  // namespace cairn::codec
