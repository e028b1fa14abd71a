// SPDX-License-Identifier: Apache-2.0
// What the probe reads of a page: its visible text, how alike two of them are, and its links.
// Made for comparing and counting, not for showing: broken HTML gives something, never an error.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "probe/target.hpp"

namespace cairn::probe {

// Text without tags, comments, scripts and styles; the common entities read; blanks (also the wide
// ones) left out, Latin letters in lower case, digits left out: counters and clocks on a page
// differ from one second to the next.
std::string visible_text(std::string_view html);

// How alike two texts are, 0 to 1: the Jaccard index of their sets of runs of five characters
// (Broder 1997, "On the resemblance and containment of documents", w = 5, without sampling). Two
// empty texts are alike. A text shorter than five is one run.
double similarity(std::string_view a, std::string_view b);

struct Links {
  std::vector<std::string> inside;  // paths of the same origin, in order, each once
  std::size_t outside = 0;          // that lead elsewhere: they are never asked
};
// Of <a href> and <area href>, at most `most` inside. The page itself is none of its links.
Links links_of(std::string_view html, const Target& page, std::size_t most);

}  // namespace cairn::probe
