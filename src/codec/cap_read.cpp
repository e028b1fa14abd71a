// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_read.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "codec/cap_write.hpp"
#include "core/text.hpp"

namespace cairn::codec {
namespace {

constexpr std::string_view signature_namespace = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::string_view instance_namespace = "http://www.w3.org/2001/XMLSchema-instance";

// The children of each element, in the order of the schema.
constexpr std::string_view alert_order[] = {
    "identifier",  "sender",    "sent", "status", "msgType",    "source",    "scope",
    "restriction", "addresses", "code", "note",   "references", "incidents", "info"};
constexpr std::string_view info_order[] = {
    "language",   "category", "event",       "responseType", "urgency", "severity",
    "certainty",  "audience", "eventCode",   "effective",    "onset",   "expires",
    "senderName", "headline", "description", "instruction",  "web",     "contact",
    "parameter",  "resource", "area"};
constexpr std::string_view resource_order[] = {"resourceDesc", "mimeType", "size",
                                               "uri",          "derefUri", "digest"};
constexpr std::string_view area_order[] = {"areaDesc", "polygon",  "circle",
                                           "geocode",  "altitude", "ceiling"};
constexpr std::string_view value_order[] = {"valueName", "value"};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_blank_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_blank);
}
// White space of XML at both ends, as the schema's types other than xs:string have it.
std::string_view collapse(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}
std::string_view next_word(std::string_view& text) {
  text = collapse(text);
  const auto end = std::find_if(text.begin(), text.end(), is_blank);
  const std::string_view word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(word.size());
  return word;
}
// "-12.5", "+3"; no exponent, as in xsd:decimal.
std::optional<double> plain_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  if (text.find_first_of("eE") != std::string_view::npos) return std::nullopt;
  return parse_number(text);
}
std::optional<geo::Point> lat_lon(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const auto lat = plain_number(text.substr(0, comma));
  const auto lon = plain_number(text.substr(comma + 1));
  if (!lat || !lon) return std::nullopt;
  return geo::Point{*lon, *lat};
}

class Reader {
 public:
  Reader(const XmlDocument& xml, const CapLimits& limits) : xml_(xml), limits_(limits) {}

  Result<CapAlert> run() {
    CapAlert alert;
    const XmlNode& root = xml_.nodes.front();
    if (check_root(root)) read(root, alert);
    if (!status_) return fail(status_.error());
    return alert;
  }

 private:
  // Takes the children of an element in the order of the schema.
  struct Cursor {
    const XmlNode& node;
    std::span<const std::string_view> order;
    std::size_t next = 0;
  };

  // The first mistake stays; what is read after it is thrown away.
  void refuse(const XmlNode& node, std::string message, Code code = Code::invalid) {
    if (status_) status_ = fail(code, std::move(message), xml_.place(node));
  }

  bool check_root(const XmlNode& root) {
    if (root.name == "alert" && root.space == cap_namespace) return true;
    const bool older = root.space == "urn:oasis:names:tc:emergency:cap:1.1" ||
                       root.space == "http://www.incident.com/cap/1.0";
    if (root.name == "alert" && older) {
      refuse(root,
             "a warning of CAP 1.1 or 1.0, only CAP 1.2 is read: ask the sender for version 1.2, "
             "or convert it (namespace, times with numeric offset, mimeType)",
             Code::unsupported);
    } else {
      refuse(root, format("<{}> of namespace \"{}\" is no CAP warning: the root must be <alert "
                          "xmlns=\"{}\">",
                          excerpt(root.name), excerpt(root.space), cap_namespace));
    }
    return false;
  }

  const XmlNode* peek(const Cursor& cursor) const {
    if (cursor.next >= cursor.node.children.size()) return nullptr;
    return &xml_.nodes[cursor.node.children[cursor.next]];
  }
  bool is_at(const Cursor& cursor, std::string_view name) const {
    const XmlNode* child = peek(cursor);
    return child && child->name == name && child->space == cap_namespace;
  }
  const XmlNode* take(Cursor& cursor, std::string_view name) {
    if (!is_at(cursor, name)) return nullptr;
    const XmlNode* child = peek(cursor);
    ++cursor.next;
    no_attributes(*child);
    return child;
  }

  // The schema allows none but those of XML Schema itself.
  void no_attributes(const XmlNode& node) {
    for (const XmlAttribute& attribute : node.attributes) {
      const bool harmless =
          attribute.space == instance_namespace &&
          (attribute.name == "schemaLocation" || attribute.name == "noNamespaceSchemaLocation");
      if (!harmless) {
        refuse(node, format("the attribute {} is not known in CAP 1.2: remove it",
                            excerpt(attribute.name)));
      }
    }
  }

  static bool knows(const Cursor& cursor, std::string_view name) {
    return std::find(cursor.order.begin(), cursor.order.end(), name) != cursor.order.end();
  }
  bool is_foreign(const Cursor& cursor, const XmlNode& child) const {
    return child.space != cap_namespace || !knows(cursor, child.name);
  }
  void refuse_foreign(const Cursor& cursor, const XmlNode& child) {
    refuse(child, format("<{}> is no element of CAP 1.2 inside <{}>: remove it; data of one's own "
                         "belongs into <parameter>",
                         excerpt(child.name), cursor.node.name));
  }
  void refuse_missing(const Cursor& cursor, std::string_view name) {
    const XmlNode* child = peek(cursor);
    if (!child) return refuse(cursor.node, format("<{}> is missing at its end: add it", name));
    if (is_foreign(cursor, *child)) return refuse_foreign(cursor, *child);
    bool later = false;
    for (std::size_t i = cursor.next; i < cursor.node.children.size(); ++i) {
      later = later || xml_.nodes[cursor.node.children[i]].name == name;
    }
    refuse(*child, later ? format("<{}> must stand before <{}>: keep the order of CAP 1.2", name,
                                  child->name)
                         : format("<{}> is missing before <{}>: add it", name, child->name));
  }
  // Nothing of the schema may be left; signatures may follow in the alert.
  void finish(Cursor& cursor, bool signatures = false) {
    if (!is_blank_text(cursor.node.text)) {
      refuse(cursor.node, "text stands between the elements: put it into one of them");
    }
    for (const XmlNode* child = peek(cursor); child; child = peek(cursor)) {
      if (!signatures || child->space != signature_namespace) {
        if (is_foreign(cursor, *child)) return refuse_foreign(cursor, *child);
        return refuse(*child, format("<{}> stands here too late or once too often: keep the order "
                                     "of CAP 1.2",
                                     child->name));
      }
      ++cursor.next;
    }
  }

  std::string_view text_of(const XmlNode& node, bool limited = true) {
    if (!node.children.empty()) {
      const XmlNode& child = xml_.nodes[node.children.front()];
      refuse(child, format("<{}> holds text only: remove the element inside it", node.name));
    }
    if (limited && node.text.size() > limits_.text_bytes) {
      refuse(
          node,
          format("the text has {} bytes, {} are the limit", node.text.size(), limits_.text_bytes),
          Code::too_large);
      return {};
    }
    return node.text;
  }

  void optional(Cursor& cursor, std::string_view name, std::string& out) {
    if (const XmlNode* child = take(cursor, name)) out = text_of(*child);
  }
  void required(Cursor& cursor, std::string_view name, std::string& out) {
    if (!is_at(cursor, name)) return refuse_missing(cursor, name);
    optional(cursor, name, out);
  }
  void uri(Cursor& cursor, std::string_view name, std::string& out) {
    optional(cursor, name, out);
    out = collapse(out);
  }

  template <class E>
  void code(const XmlNode& node, E& out) {
    const std::string_view text = text_of(node);
    const auto value = parse_cap_code<E>(text);
    if (value) {
      out = *value;
      return;
    }
    std::string known;
    for (const std::string_view one : cap_codes<E>()) {
      known += (known.empty() ? "" : ", ") + std::string(one);
    }
    refuse(node,
           format("\"{}\" is no value of <{}>: use one of {}", excerpt(text), node.name, known));
  }
  template <class E>
  void required_code(Cursor& cursor, std::string_view name, E& out) {
    if (!is_at(cursor, name)) return refuse_missing(cursor, name);
    code(*take(cursor, name), out);
  }
  template <class E>
  void codes(Cursor& cursor, std::string_view name, std::vector<E>& out) {
    while (const XmlNode* child = take(cursor, name)) code(*child, out.emplace_back());
  }

  void time(const XmlNode& node, CapTime& out) {
    const auto value = parse_cap_time(collapse(text_of(node)));
    if (!value) return refuse(node, value.error().message, value.error().code);
    out = *value;
  }
  void time(Cursor& cursor, std::string_view name, std::optional<CapTime>& out) {
    if (const XmlNode* child = take(cursor, name)) time(*child, out.emplace());
  }
  void number(Cursor& cursor, std::string_view name, std::optional<double>& out) {
    const XmlNode* child = take(cursor, name);
    if (!child) return;
    out = plain_number(collapse(text_of(*child)));
    if (!out) refuse(*child, format("<{}> is no decimal number: write feet as 1200.5", name));
  }
  void list(Cursor& cursor, std::string_view name, std::vector<std::string>& out) {
    if (const XmlNode* child = take(cursor, name)) out = parse_cap_list(text_of(*child));
  }
  void values(Cursor& cursor, std::string_view name, std::vector<CapValue>& out) {
    while (const XmlNode* child = take(cursor, name)) {
      Cursor inside{*child, value_order};
      CapValue& value = out.emplace_back();
      required(inside, "valueName", value.name);
      required(inside, "value", value.value);
      finish(inside);
    }
  }

  void read(const XmlNode& node, CapAlert& alert) {
    no_attributes(node);
    Cursor cursor{node, alert_order};
    required(cursor, "identifier", alert.identifier);
    required(cursor, "sender", alert.sender);
    if (!is_at(cursor, "sent")) return refuse_missing(cursor, "sent");
    time(*take(cursor, "sent"), alert.sent);
    required_code(cursor, "status", alert.status);
    required_code(cursor, "msgType", alert.type);
    optional(cursor, "source", alert.source);
    required_code(cursor, "scope", alert.scope);
    optional(cursor, "restriction", alert.restriction);
    list(cursor, "addresses", alert.addresses);
    while (const XmlNode* child = take(cursor, "code")) {
      const std::string_view text = text_of(*child);
      if (!is_blank_text(text)) alert.codes.emplace_back(text);
    }
    optional(cursor, "note", alert.note);
    if (const XmlNode* child = take(cursor, "references")) {
      auto references = parse_cap_references(text_of(*child));
      if (!references) return refuse(*child, references.error().message);
      alert.references = std::move(*references);
    }
    list(cursor, "incidents", alert.incidents);
    while (const XmlNode* child = take(cursor, "info")) {
      if (alert.infos.size() == limits_.infos) {
        return refuse(*child, format("more than {} <info>: split the message", limits_.infos),
                      Code::too_large);
      }
      read(*child, alert.infos.emplace_back());
    }
    finish(cursor, true);
  }

  void read(const XmlNode& node, CapInfo& info) {
    Cursor cursor{node, info_order};
    if (const XmlNode* child = take(cursor, "language")) {
      // An empty element has the schema's default, as one that is not there.
      const std::string_view text = collapse(text_of(*child));
      if (!text.empty()) info.language = text;
      if (!is_language_tag(info.language)) {
        refuse(*child, format("\"{}\" is no language: write zh-CN or en-US", excerpt(text)));
      }
    }
    if (!is_at(cursor, "category")) return refuse_missing(cursor, "category");
    codes(cursor, "category", info.categories);
    required(cursor, "event", info.event);
    codes(cursor, "responseType", info.responses);
    required_code(cursor, "urgency", info.urgency);
    required_code(cursor, "severity", info.severity);
    required_code(cursor, "certainty", info.certainty);
    optional(cursor, "audience", info.audience);
    values(cursor, "eventCode", info.event_codes);
    time(cursor, "effective", info.effective);
    time(cursor, "onset", info.onset);
    time(cursor, "expires", info.expires);
    optional(cursor, "senderName", info.sender_name);
    optional(cursor, "headline", info.headline);
    optional(cursor, "description", info.description);
    optional(cursor, "instruction", info.instruction);
    uri(cursor, "web", info.web);
    optional(cursor, "contact", info.contact);
    values(cursor, "parameter", info.parameters);
    while (const XmlNode* child = take(cursor, "resource")) {
      read(*child, info.resources.emplace_back());
    }
    while (const XmlNode* child = take(cursor, "area")) read(*child, info.areas.emplace_back());
    finish(cursor);
  }

  void read(const XmlNode& node, CapResource& resource) {
    Cursor cursor{node, resource_order};
    required(cursor, "resourceDesc", resource.description);
    required(cursor, "mimeType", resource.mime_type);
    if (const XmlNode* child = take(cursor, "size")) {
      std::string_view text = collapse(text_of(*child));
      if (text.starts_with('+')) text.remove_prefix(1);
      std::uint64_t size = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
      if (error != std::errc{} || end != text.data() + text.size()) {
        refuse(*child, "<size> is no number of bytes: write digits only");
      }
      resource.size_bytes = size;
    }
    uri(cursor, "uri", resource.uri);
    if (const XmlNode* child = take(cursor, "derefUri")) {
      resource.content_base64 = text_of(*child, false);
    }
    optional(cursor, "digest", resource.digest_sha1);
    finish(cursor);
  }

  void read(const XmlNode& node, CapArea& area) {
    Cursor cursor{node, area_order};
    required(cursor, "areaDesc", area.description);
    while (const XmlNode* child = take(cursor, "polygon")) {
      polygon(*child, area.polygons.emplace_back());
    }
    while (const XmlNode* child = take(cursor, "circle")) {
      std::string_view text = text_of(*child);
      const auto centre = lat_lon(next_word(text));
      const auto radius = plain_number(next_word(text));
      if (!centre || !radius || !is_blank_text(text)) {
        return refuse(*child, "<circle> is not \"lat,lon radius\": write 30.05,101.96 2.5 (km)");
      }
      area.circles.push_back({*centre, *radius});
    }
    values(cursor, "geocode", area.geocodes);
    number(cursor, "altitude", area.altitude_ft);
    number(cursor, "ceiling", area.ceiling_ft);
    finish(cursor);
  }

  void polygon(const XmlNode& node, geo::Ring& ring) {
    std::string_view text = text_of(node, false);
    while (!is_blank_text(text)) {
      const std::string_view word = next_word(text);
      const auto point = lat_lon(word);
      if (!point) {
        return refuse(node, format("point {} (\"{}\") is not lat,lon: write 30.05,101.96 with a "
                                   "comma and no blank, and blanks between points",
                                   ring.size() + 1, excerpt(word)));
      }
      if (++points_ > limits_.points) {
        return refuse(node, format("more than {} points: simplify the polygons", limits_.points),
                      Code::too_large);
      }
      ring.push_back(*point);
    }
  }

  const XmlDocument& xml_;
  const CapLimits& limits_;
  std::size_t points_ = 0;
  cairn::Status status_;
};

}  // namespace

Result<CapAlert> read_cap(const XmlDocument& document, const CapLimits& limits) {
  if (document.nodes.empty()) return fail(Code::invalid, "the document is empty");
  return Reader(document, limits).run();
}

Result<CapAlert> read_cap(std::string_view bytes, const CapLimits& limits) {
  const auto document = read_xml(bytes, limits.xml);
  if (!document) return fail(document.error());
  return read_cap(*document, limits);
}

}  // namespace cairn::codec
