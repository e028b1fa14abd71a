// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_atom.hpp"

#include <algorithm>
#include <set>

#include "codec/cap_write.hpp"
#include "core/text.hpp"

namespace cairn::codec {
namespace {

constexpr std::string_view atom_namespace = "http://www.w3.org/2005/Atom";

// All but the unreserved characters of RFC 3986 as %XX.
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

class Writer {
 public:
  Result<std::string> feed(const AtomFeed& feed) {
    xml_.open("feed", {{"", "xmlns", std::string(atom_namespace)}});
    head(feed.id, feed.title, feed.updated);
    xml_.open("author");
    text("name", feed.author);
    xml_.close();
    links(feed.links);
    std::set<std::string_view> ids;
    for (const AtomEntry& entry : feed.entries) {
      if (!ids.insert(entry.id).second)
        refuse("entry", format("the id {} is there twice", excerpt(entry.id)));
      write(entry);
    }
    xml_.close();
    return std::move(xml_).take();
  }

 private:
  void refuse(std::string_view name, std::string message) {
    xml_.refuse(name, {Code::invalid, std::move(message), {}});
  }
  void text(std::string_view name, std::string_view value) {
    if (trim(value).empty()) refuse(name, "must not be empty: give it a value");
    xml_.element(name, value);
  }
  void head(std::string_view id, std::string_view title, CapTime updated) {
    if (!is_absolute_uri(id)) refuse("id", "is no absolute URI");
    xml_.element("id", id);
    text("title", title);
    const auto time = cap_time_text(updated);
    if (!time) return xml_.refuse("updated", time.error());
    xml_.element("updated", *time);
  }
  void links(const std::vector<AtomLink>& links) {
    for (const AtomLink& link : links) {
      if (!is_absolute_uri(link.href)) refuse("link", "href is no absolute URI");
      if (link.type.empty()) {
        xml_.element("link", "", {{"", "rel", link.relation}, {"", "href", link.href}});
      } else {
        xml_.element(
            "link", "",
            {{"", "rel", link.relation}, {"", "type", link.type}, {"", "href", link.href}});
      }
    }
  }
  void write(const AtomEntry& entry) {
    xml_.open("entry");
    head(entry.id, entry.title, entry.updated);
    if (std::none_of(entry.links.begin(), entry.links.end(),
                     [](const AtomLink& link) { return link.relation == "alternate"; })) {
      refuse("link", "an entry needs a link to its document");
    }
    links(entry.links);
    for (const std::string& term : entry.categories) {
      xml_.element("category", "", {{"", "term", term}});
    }
    if (!entry.summary.empty()) xml_.element("summary", entry.summary);
    xml_.close();
  }

  XmlWriter xml_;
};

class Reader {
 public:
  explicit Reader(const XmlDocument& xml) : xml_(xml) {}

  Result<AtomFeed> run() {
    AtomFeed feed;
    const XmlNode& root = xml_.nodes.front();
    if (root.name != "feed" || root.space != atom_namespace) {
      refuse(root, format("<{}> is no Atom feed: the root must be <feed xmlns=\"{}\">",
                          excerpt(root.name), atom_namespace));
    } else {
      read(root, feed);
    }
    if (!status_) return fail(status_.error());
    return feed;
  }

 private:
  void refuse(const XmlNode& node, std::string message) {
    if (status_) status_ = fail(Code::invalid, std::move(message), xml_.place(node));
  }
  const XmlNode* child(const XmlNode& node, std::string_view name) const {
    for (const std::uint32_t id : node.children) {
      const XmlNode& one = xml_.nodes[id];
      if (one.name == name && one.space == atom_namespace) return &one;
    }
    return nullptr;
  }
  std::string text(const XmlNode& node, std::string_view name, bool needed) {
    const XmlNode* found = child(node, name);
    if (found) return std::string(trim(found->text));
    if (needed) refuse(node, format("<{}> is missing in <{}>: add it", name, node.name));
    return {};
  }
  void time(const XmlNode& node, CapTime& out) {
    const XmlNode* found = child(node, "updated");
    if (!found) return refuse(node, format("<updated> is missing in <{}>: add it", node.name));
    std::string text(trim(found->text));
    if (const std::size_t dot = text.find('.'); dot != std::string::npos) {
      text.erase(dot, text.find_first_not_of("0123456789", dot + 1) - dot);
    }
    if (text.ends_with('Z')) text.replace(text.size() - 1, 1, "-00:00");
    const auto time = parse_cap_time(text);
    if (!time) return refuse(*found, "is no time of RFC 3339: write 2026-07-01T08:00:00+08:00");
    out = *time;
  }
  static std::string attribute(const XmlNode& node, std::string_view name,
                               std::string_view otherwise = {}) {
    for (const XmlAttribute& one : node.attributes) {
      if (one.name == name && one.space.empty()) return one.value;
    }
    return std::string(otherwise);
  }
  template <class Item>
  void head(const XmlNode& node, Item& item) {
    item.id = text(node, "id", true);
    item.title = text(node, "title", true);
    time(node, item.updated);
    for (const std::uint32_t id : node.children) {
      const XmlNode& one = xml_.nodes[id];
      if (one.name != "link" || one.space != atom_namespace) continue;
      item.links.push_back(
          {attribute(one, "href"), attribute(one, "rel", "alternate"), attribute(one, "type")});
      if (item.links.back().href.empty()) refuse(one, "<link> has no href: add it");
    }
  }
  void read(const XmlNode& node, AtomFeed& feed) {
    head(node, feed);
    if (const XmlNode* author = child(node, "author")) feed.author = text(*author, "name", true);
    for (const std::uint32_t id : node.children) {
      const XmlNode& one = xml_.nodes[id];
      if (one.name != "entry" || one.space != atom_namespace) continue;
      AtomEntry& entry = feed.entries.emplace_back();
      head(one, entry);
      entry.summary = text(one, "summary", false);
      for (const std::uint32_t sub : one.children) {
        const XmlNode& term = xml_.nodes[sub];
        if (term.name != "category" || term.space != atom_namespace) continue;
        entry.categories.push_back(attribute(term, "term"));
      }
    }
  }

  const XmlDocument& xml_;
  Status status_;
};

}  // namespace

AtomEntry atom_entry(const CapAlert& alert, std::string_view language, std::string_view feed_id,
                     std::string_view href) {
  AtomEntry out;
  out.id = std::string(feed_id) + (feed_id.ends_with('/') ? "" : "/") +
           percent_encoded(alert.identifier);
  out.updated = alert.sent;
  out.links.push_back({std::string(href), "alternate", std::string(cap_media_type)});
  out.title = format("{} {}", cap_text(alert.type), alert.identifier);
  if (alert.infos.empty()) return out;
  const auto found = std::find_if(alert.infos.begin(), alert.infos.end(), [&](const CapInfo& i) {
    return iequals_ascii(i.language, language);
  });
  const CapInfo& info = found == alert.infos.end() ? alert.infos.front() : *found;
  out.title = info.headline.empty() ? info.event : info.headline;
  out.summary = info.description;
  for (const CapCategory category : info.categories)
    out.categories.emplace_back(cap_text(category));
  out.categories.emplace_back(cap_text(info.severity));
  return out;
}

Result<std::string> write_atom(const AtomFeed& feed) {
  return Writer().feed(feed);
}

Result<AtomFeed> read_atom(std::string_view bytes, const XmlLimits& limits) {
  const auto document = read_xml(bytes, limits);
  if (!document) return fail(document.error());
  return Reader(*document).run();
}

const AtomLink* cap_link(const AtomEntry& entry) {
  for (const AtomLink& link : entry.links) {
    if (link.type == cap_media_type) return &link;
  }
  for (const AtomLink& link : entry.links) {
    if (link.type.empty() && link.relation == "alternate") return &link;
  }
  return nullptr;
}

}  // namespace cairn::codec
