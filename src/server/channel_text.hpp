// SPDX-License-Identifier: Apache-2.0
// What channels share: the text for people, the document for programs, who is meant.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "respond/outbox.hpp"
#include "server/channel_kinds.hpp"

namespace cairn::server {

// "【演练 EXERCISE】" where a message is not actual; else empty.
std::string status_mark(std::string_view status);
// Title and text, marked.
std::string plain_text(const respond::Posting& posting);
// The delivery as JSON, for programs (docs/channels.md).
std::string delivery_document(const respond::Delivery& delivery, Zone zone);

// Of its CAP message, in its first language; else its own division.
SpokenArea area_of(const respond::Posting& posting);

// Who gets what a channel carries: {recipients: [everybody's]} or {recipients: {code: […]}}.
class Recipients {
 public:
  explicit Recipients(ChannelKeys& keys);
  bool empty() const { return lists_.empty(); }
  // Each once, in the order of the configuration.
  std::vector<std::string> of(const respond::Posting& posting, const ChannelHouse& house) const;

 private:
  std::map<std::string, std::vector<std::string>> lists_;  // by code; "" is for everywhere
};

// Which of them have it already: Delivery::progress.
std::vector<std::string> read_progress(std::string_view text);
std::string write_progress(const std::vector<std::string>& done);

}  // namespace cairn::server
