// SPDX-License-Identifier: Apache-2.0
// For tests: the frames and segments of testdata/hj212.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "codec/hj212.hpp"

namespace cairn::codec::hj212 {

struct FrameCase {
  std::string wrong;   // "right", or kinds of trouble: "length+checksum"
  std::string answer;  // the whole frame without its end; "-": none
  std::string frame;   // with CR LF
};

inline std::vector<std::string> test_lines(const std::string& root, const std::string& name) {
  std::ifstream in(root + "/src/codec/testdata/hj212/" + name, std::ios::binary);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && !line.starts_with("# ")) out.push_back(line);
  }
  return out;
}

inline std::vector<FrameCase> test_frames(const std::string& root) {
  std::vector<FrameCase> out;
  for (const std::string& line : test_lines(root, "frames.tsv")) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    out.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                   line.substr(second + 1) + "\r\n"});
  }
  return out;
}

inline Frame only_frame(const std::string& bytes) {
  Framer framer;
  framer.feed(bytes);
  auto frame = framer.next();
  return frame ? std::move(*frame) : Frame{};
}

inline std::string texts(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& finding : findings) out += finding.text + "\n";
  return out;
}

}  // namespace cairn::codec::hj212
