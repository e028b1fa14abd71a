// SPDX-License-Identifier: Apache-2.0
#include "geo/wkt.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"

namespace cairn::geo {
namespace {

enum class Tag { point, line, polygon, multi_point, multi_line, multi_polygon, collection, none };
constexpr std::array<std::string_view, 7> tags = {
    "point",           "linestring",   "polygon",           "multipoint",
    "multilinestring", "multipolygon", "geometrycollection"};
// Collections in collections deeper than this are a mistake or an attack.
constexpr int max_depth = 8;

Tag tag_of(std::string_view word) {
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (iequals_ascii(word, tags[i])) return static_cast<Tag>(i);
  }
  return Tag::none;
}

class Reader {
 public:
  Reader(std::string_view text, std::size_t at, WktFailure& failure)
      : text_(text), at_(at), failure_(failure) {}

  std::size_t at() const { return at_; }
  bool ok() const { return !failed_; }

  Geometry geometry(int depth) {
    blanks();
    const std::size_t start = at_;
    std::string_view name = word();
    Tag tag = tag_of(name);
    for (std::string_view suffix : {"zm", "z", "m"}) {  // POINTZ(1 2 3)
      if (tag != Tag::none || name.size() <= suffix.size()) break;
      if (iequals_ascii(name.substr(name.size() - suffix.size()), suffix)) {
        tag = tag_of(name.substr(0, name.size() - suffix.size()));
      }
    }
    if (tag == Tag::none) {
      at_ = start;
      stop("expected a geometry such as POINT(101.7 26.6)");
      return {};
    }
    if (depth > max_depth) {
      stop("geometry collections are nested too deep");
      return {};
    }
    if (const std::string_view next = peek_word();
        iequals_ascii(next, "z") || iequals_ascii(next, "m") || iequals_ascii(next, "zm")) {
      word();
    }
    if (iequals_ascii(peek_word(), "empty")) {
      word();
      return empty(tag);
    }
    return body(tag, depth);
  }

 private:
  static Geometry empty(Tag tag) {
    switch (tag) {
      case Tag::line:
        return {Line{}};
      case Tag::polygon:
        return {Polygon{}};
      case Tag::multi_point:
        return {MultiPoint{}};
      case Tag::multi_line:
        return {MultiLine{}};
      case Tag::multi_polygon:
        return {MultiPolygon{}};
      default:
        return {};
    }
  }

  Geometry body(Tag tag, int depth) {
    switch (tag) {
      case Tag::point: {
        expect('(');
        const Point p = point();
        expect(')');
        return {p};
      }
      case Tag::line:
        return {line()};
      case Tag::polygon:
        return {polygon()};
      case Tag::multi_point: {
        MultiPoint many;
        list([&] {
          const bool inner = accept('(');
          many.points.push_back(point());
          if (inner) expect(')');
        });
        return {std::move(many)};
      }
      case Tag::multi_line: {
        MultiLine many;
        list([&] { many.lines.push_back(line()); });
        return {std::move(many)};
      }
      case Tag::multi_polygon: {
        MultiPolygon many;
        list([&] { many.polygons.push_back(polygon()); });
        return {std::move(many)};
      }
      default: {
        Collection many;
        list([&] { many.members.push_back(geometry(depth + 1)); });
        return {std::move(many)};
      }
    }
  }

  Point point() {
    Point p;
    p.x = number();
    p.y = number();
    for (int i = 0; i < 2 && ok(); ++i) {  // height, measure
      blanks();
      if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ')') number();
    }
    return p;
  }

  Line line() {
    const std::size_t start = at_;
    Line points;
    list([&] { points.push_back(point()); });
    if (ok() && points.size() < 2) stop_at(start, "a line needs two points");
    return points;
  }

  Polygon polygon() {
    Polygon out;
    list([&] {
      blanks();
      const std::size_t start = at_;
      Ring ring;
      list([&] { ring.push_back(point()); });
      if (ok() && (ring.size() < 4 || !(ring.front() == ring.back()))) {
        stop_at(start, "a ring needs four points, the last equal to the first");
      }
      out.rings.push_back(std::move(ring));
    });
    return out;
  }

  // "(" item {"," item} ")"
  template <class Item>
  void list(Item item) {
    expect('(');
    while (ok()) {
      item();
      if (!accept(',')) break;
    }
    expect(')');
  }

  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] >= '\t' && text_[at_] <= '\r')))
      ++at_;
  }
  std::string_view word_at(std::size_t from) const {
    std::size_t end = from;
    while (end < text_.size() && ((text_[end] | 32) >= 'a' && (text_[end] | 32) <= 'z')) ++end;
    return text_.substr(from, end - from);
  }
  std::string_view word() {
    blanks();
    const std::string_view found = word_at(at_);
    at_ += found.size();
    return found;
  }
  std::string_view peek_word() {
    blanks();
    return word_at(at_);
  }
  bool accept(char c) {
    blanks();
    if (!ok() || at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (ok() && !accept(c)) stop(format("expected '{}' in a geometry", c));
  }
  double number() {
    blanks();
    if (!ok()) return 0;
    std::size_t end = at_;
    while (end < text_.size() &&
           ((text_[end] >= '0' && text_[end] <= '9') || text_[end] == '.' || text_[end] == '-' ||
            text_[end] == '+' || text_[end] == 'e' || text_[end] == 'E'))
      ++end;
    const auto value = parse_number(text_.substr(at_, end - at_));
    if (!value) {
      stop("expected a coordinate");
      return 0;
    }
    at_ = end;
    return *value;
  }
  void stop(std::string message) { stop_at(at_, std::move(message)); }
  void stop_at(std::size_t offset, std::string message) {
    if (!failed_) failure_ = {offset, std::move(message)};
    failed_ = true;
  }

  std::string_view text_;
  std::size_t at_;
  WktFailure& failure_;
  bool failed_ = false;
};

void put(std::string& out, Point p) {
  out += number_text(p.x) + " " + number_text(p.y);
}

template <class T, class Put>
void put_list(std::string& out, const std::vector<T>& items, Put put_item) {
  out += '(';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ", ";
    put_item(items[i]);
  }
  out += ')';
}

void put(std::string& out, const Line& line) {
  put_list(out, line, [&](Point p) { put(out, p); });
}
void put(std::string& out, const Polygon& polygon) {
  put_list(out, polygon.rings, [&](const Ring& ring) { put(out, ring); });
}

struct Printer {
  std::string& out;

  void tagged(const char* tag, bool is_empty) {
    out += format("{} {}", tag, is_empty ? "EMPTY" : "");
  }

  void operator()(std::monostate) { out += "GEOMETRYCOLLECTION EMPTY"; }
  void operator()(Point p) {
    out += "POINT (";
    put(out, p);
    out += ')';
  }
  void operator()(const Line& line) {
    tagged("LINESTRING", line.empty());
    if (!line.empty()) put(out, line);
  }
  void operator()(const Polygon& polygon) {
    tagged("POLYGON", polygon.rings.empty());
    if (!polygon.rings.empty()) put(out, polygon);
  }
  void operator()(const MultiPoint& many) {
    tagged("MULTIPOINT", many.points.empty());
    if (many.points.empty()) return;
    put_list(out, many.points, [&](Point p) {
      out += '(';
      put(out, p);
      out += ')';
    });
  }
  void operator()(const MultiLine& many) {
    tagged("MULTILINESTRING", many.lines.empty());
    if (many.lines.empty()) return;
    put_list(out, many.lines, [&](const Line& line) { put(out, line); });
  }
  void operator()(const MultiPolygon& many) {
    tagged("MULTIPOLYGON", many.polygons.empty());
    if (many.polygons.empty()) return;
    put_list(out, many.polygons, [&](const Polygon& polygon) { put(out, polygon); });
  }
  void operator()(const Collection& many) {
    tagged("GEOMETRYCOLLECTION", many.members.empty());
    if (many.members.empty()) return;
    put_list(out, many.members, [&](const Geometry& member) { std::visit(*this, member.shape); });
  }
};

// A box that does not cross the antimeridian.
Geometry plain_box(double west, double south, double east, double north) {
  if (west == east && south == north) return {Point{west, south}};
  if (west == east || south == north) return {Line{{west, south}, {east, north}}};
  return {Polygon{{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}}}};
}

}  // namespace

bool is_wkt_tag(std::string_view word) {
  return tag_of(word) != Tag::none;
}

std::optional<WktRead> read_wkt(std::string_view text, std::size_t offset, WktFailure& failure) {
  Reader reader(text, offset, failure);
  Geometry geometry = reader.geometry(0);
  if (!reader.ok()) return std::nullopt;
  return WktRead{std::move(geometry), reader.at()};
}

Result<Geometry> parse_wkt(std::string_view text) {
  WktFailure failure;
  auto read = read_wkt(text, 0, failure);
  if (read && !trim(text.substr(read->end)).empty()) {
    failure = {read->end, "the geometry ends here, but more text follows"};
    read.reset();
  }
  if (!read) return fail(Code::invalid, failure.message, format("byte {}", failure.offset));
  return std::move(read->geometry);
}

std::string to_wkt(const Geometry& geometry) {
  std::string out;
  std::visit(Printer{out}, geometry.shape);
  return out;
}

Geometry box_geometry(double west, double south, double east, double north) {
  if (west <= east) return plain_box(west, south, east, north);
  const Geometry left = plain_box(west, south, 180, north);
  const Geometry right = plain_box(-180, south, east, north);
  const auto* a = std::get_if<Polygon>(&left.shape);
  const auto* b = std::get_if<Polygon>(&right.shape);
  if (a != nullptr && b != nullptr) return {MultiPolygon{{*a, *b}}};
  if (a != nullptr) return left;
  if (b != nullptr) return right;
  return {Collection{{left, right}}};
}

}  // namespace cairn::geo
