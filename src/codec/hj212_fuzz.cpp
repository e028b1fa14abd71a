// SPDX-License-Identifier: Apache-2.0
// Any stream of bytes becomes frames, the same ones however it is cut; all that is said of them is
// text; what was read can be written and read again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "codec/hj212.hpp"
#include "codec/hj212_site.hpp"
#include "core/text.hpp"

namespace {

namespace hj212 = cairn::codec::hj212;

void expect(bool good) {
  if (!good) std::abort();
}

void expect_text(const std::vector<hj212::Finding>& findings) {
  for (const hj212::Finding& finding : findings) {
    expect(!finding.text.empty() && finding.text.size() < 1000);
    expect(cairn::is_valid_utf8(finding.text));
  }
}

std::vector<std::string> frames(std::string_view bytes, std::size_t at_once) {
  std::vector<std::string> out;
  hj212::Framer framer;
  while (!bytes.empty()) {
    const std::size_t n = std::min(bytes.size(), at_once);
    framer.feed(bytes.substr(0, n));
    bytes.remove_prefix(n);
    while (auto frame = framer.next()) out.push_back(frame->bytes);
    expect(framer.held() < hj212::longest_frame);
  }
  while (auto frame = framer.finish()) out.push_back(frame->bytes);
  expect(framer.held() == 0);
  return out;
}

void read_site(hj212::Packet packet) {
  for (const char* cn : {"1011", "1061", "1063", "2081", "3015", "3017", "3018", "3019", "3020"}) {
    packet.cn = cn;
    const hj212::ReadFacts read = hj212::read_facts(packet, {8 * 3600});
    expect_text(read.findings);
    expect(read.facts.info.size() <= hj212::info_most);
    for (const hj212::Info& info : read.facts.info) {
      expect(hj212::is_info_id(info.id));
      expect(cairn::is_valid_utf8(info.value) && cairn::is_valid_utf8(info.factor));
    }
    for (const hj212::Serial& serial : read.facts.serials) {
      expect(cairn::is_valid_utf8(serial.serial) && cairn::is_valid_utf8(serial.factor));
    }
  }
}

void read(std::string_view data) {
  const hj212::Parsed parsed = hj212::parse(data);
  expect_text(parsed.findings);
  hj212::Parts parts;
  expect_text(parts.add(parsed.packet).findings);
  const hj212::Data values = hj212::read_data(parsed.packet, {8 * 3600});
  expect_text(values.findings);
  read_site(parsed.packet);
  const std::string written = hj212::write(parsed.packet);
  const hj212::Parsed again = hj212::parse(written);
  if (parsed.findings.empty()) expect(again.packet == parsed.packet);
  const std::string answer = hj212::answer_to(parsed.packet);
  if (answer.empty()) return;
  hj212::Framer framer;
  framer.feed(answer);
  const auto frame = framer.next();
  if (parsed.findings.empty()) expect(frame && frame->right());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  expect(hj212::without_passwords(bytes).size() == size);
  expect(frames(bytes, size + 1) == frames(bytes, 7));
  hj212::Framer framer;
  framer.feed(bytes);
  while (auto frame = framer.finish()) {
    expect_text(frame->findings);
    read(frame->data);
  }
  read(bytes);
  return 0;
}
