// SPDX-License-Identifier: Apache-2.0
// Feeds of warnings (Atom, RFC 4287): one entry a message, with a link to its CAP document.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/cap.hpp"
#include "codec/cap_xml.hpp"

namespace cairn::codec {

struct AtomLink {
  std::string href;
  std::string relation = "alternate";
  std::string type;  // media type
  bool operator==(const AtomLink&) const = default;
};

struct AtomEntry {
  std::string id;  // a URI that never changes
  std::string title;
  CapTime updated;
  std::string summary;
  std::vector<std::string> categories;  // terms
  std::vector<AtomLink> links;
  bool operator==(const AtomEntry&) const = default;
};

struct AtomFeed {
  std::string id;
  std::string title;
  CapTime updated;
  std::string author;  // the name of the issuing office
  std::vector<AtomLink> links;
  std::vector<AtomEntry> entries;
  bool operator==(const AtomFeed&) const = default;
};

// The entry of an alert in a language (else the first info): the headline or event as title, the
// description as summary, categories and severity as terms. Its id is `feed_id` and the message's
// identifier, `href` the CAP document.
AtomEntry atom_entry(const CapAlert& alert, std::string_view language, std::string_view feed_id,
                     std::string_view href);

// Refuses what RFC 4287 forbids: ids and links that are no URIs, empty titles, no author, entries
// without link, one id twice.
Result<std::string> write_atom(const AtomFeed& feed);

// Reads a feed of others: unknown elements are passed over, `id`, `title` and `updated` must be
// there, fractions of seconds are cut.
Result<AtomFeed> read_atom(std::string_view bytes, const XmlLimits& limits = {});

// The link to the CAP document: the first of type application/cap+xml, else the first without
// another type; nothing when there is none.
const AtomLink* cap_link(const AtomEntry& entry);

}  // namespace cairn::codec
