// SPDX-License-Identifier: Apache-2.0
// Texts, topic names and topic filters of MQTT.
#pragma once

#include <optional>
#include <string_view>

namespace cairn::codec::mqtt {

// UTF-8 without what the standard lets a receiver refuse: U+0000 (that one must be refused), other
// control characters and non-characters.
bool is_text(std::string_view bytes);

// Not empty, no wildcard. The text itself is checked by is_text.
bool is_topic_name(std::string_view topic);
// Not empty; + fills a level, # is the last one.
bool is_topic_filter(std::string_view filter);

// Whether a valid filter takes a topic name. Wildcards do not take a first level that begins with
// $ (those are the server's own).
bool filter_matches(std::string_view filter, std::string_view topic);
// Whether everything that `inner` takes is taken by `outer` too.
bool filter_covers(std::string_view outer, std::string_view inner);

// "$share/group/filter" of 5.0: the part of the messages that falls to one of the group.
struct SharedFilter {
  std::string_view group;
  std::string_view filter;
};
bool is_shared(std::string_view filter);  // begins with $share/
// Nothing when it is malformed: no group, a wildcard in it, or no filter.
std::optional<SharedFilter> split_shared(std::string_view filter);

// Takes the first level off `rest`; false when there was none left. "a//b" has an empty level.
class Levels {
 public:
  explicit Levels(std::string_view topic) : rest_(topic) {}
  bool next(std::string_view& level) {
    if (done_) return false;
    const std::size_t slash = rest_.find('/');
    level = rest_.substr(0, slash);
    done_ = slash == std::string_view::npos;
    if (!done_) rest_.remove_prefix(slash + 1);
    return true;
  }

 private:
  std::string_view rest_;
  bool done_ = false;
};

}  // namespace cairn::codec::mqtt
