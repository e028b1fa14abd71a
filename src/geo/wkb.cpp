// SPDX-License-Identifier: Apache-2.0
#include "geo/wkb.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/text.hpp"

namespace cairn::geo {
namespace {

constexpr int max_depth = 8;

class Reader {
 public:
  explicit Reader(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  std::size_t at() const { return at_; }
  const std::string& problem() const { return problem_; }

  Geometry geometry(int depth) {
    if (depth > max_depth) stop("geometry collections are nested too deep");
    const std::uint8_t order = byte();
    if (order > 1) stop("the byte order mark is neither 0 nor 1");
    little_ = order == 1;
    std::uint32_t type = word();
    int extra = 0;  // coordinates beyond x and y
    if (type & 0x80000000u) ++extra;
    if (type & 0x40000000u) ++extra;
    if (type & 0x20000000u) word();  // spatial reference of extended WKB
    type &= 0x0FFFFFFFu;
    if (const std::uint32_t iso = type / 1000; iso > 0) extra = iso == 3 ? 2 : 1;
    extra_ = extra;
    if (!problem_.empty()) return {};
    return body(type % 1000, depth);
  }

 private:
  Geometry body(std::uint32_t type, int depth) {
    switch (type) {
      case 1: {
        const Point p = point();
        if (std::isnan(p.x) && std::isnan(p.y)) return {};  // POINT EMPTY
        return {p};
      }
      case 2:
        return {points()};
      case 3:
        return {polygon()};
      case 4: {
        MultiPoint many;
        members<Point>(depth, many.points);
        return {std::move(many)};
      }
      case 5: {
        MultiLine many;
        members<Line>(depth, many.lines);
        return {std::move(many)};
      }
      case 6: {
        MultiPolygon many;
        members<Polygon>(depth, many.polygons);
        return {std::move(many)};
      }
      case 7: {
        Collection many;
        const std::uint32_t count = counted(5);
        for (std::uint32_t i = 0; i < count && problem_.empty(); ++i) {
          many.members.push_back(geometry(depth + 1));
        }
        return {std::move(many)};
      }
      default:
        stop(format("geometry type {} is not supported", type));
        return {};
    }
  }

  template <class T>
  void members(int depth, std::vector<T>& out) {
    const std::uint32_t count = counted(5);
    for (std::uint32_t i = 0; i < count && problem_.empty(); ++i) {
      Geometry member = geometry(depth + 1);
      T* wanted = std::get_if<T>(&member.shape);
      if (wanted == nullptr) {
        stop("a member of a multi-geometry has another type");
        return;
      }
      out.push_back(std::move(*wanted));
    }
  }

  Polygon polygon() {
    Polygon out;
    const std::uint32_t count = counted(4);
    for (std::uint32_t i = 0; i < count && problem_.empty(); ++i) out.rings.push_back(points());
    return out;
  }

  Line points() {
    Line out;
    const std::uint32_t count = counted(16);
    out.reserve(count);
    for (std::uint32_t i = 0; i < count && problem_.empty(); ++i) out.push_back(point());
    return out;
  }

  Point point() {
    Point p;
    p.x = number();
    p.y = number();
    for (int i = 0; i < extra_; ++i) number();
    return p;
  }

  // A count of items that take at least `item_bytes` each: more than fit is an error at once.
  std::uint32_t counted(std::size_t item_bytes) {
    const std::uint32_t count = word();
    if (problem_.empty() && count > (bytes_.size() - at_) / item_bytes) {
      stop("more items are announced than bytes follow");
    }
    return problem_.empty() ? count : 0;
  }

  std::uint8_t byte() {
    std::uint8_t out = 0;
    read(&out, 1);
    return out;
  }
  std::uint32_t word() {
    std::uint8_t raw[4] = {};
    read(raw, 4);
    std::uint32_t out = 0;
    for (int i = 0; i < 4; ++i) out |= std::uint32_t{raw[little_ ? i : 3 - i]} << (8 * i);
    return out;
  }
  double number() {
    std::uint8_t raw[8] = {};
    read(raw, 8);
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits |= std::uint64_t{raw[little_ ? i : 7 - i]} << (8 * i);
    double out = 0;
    std::memcpy(&out, &bits, 8);
    return out;
  }
  void read(std::uint8_t* out, std::size_t count) {
    if (!problem_.empty()) return;
    if (at_ > bytes_.size() || bytes_.size() - at_ < count) {
      stop("the geometry is cut off");
      return;
    }
    std::memcpy(out, bytes_.data() + at_, count);
    at_ += count;
  }
  void stop(std::string message) {
    if (problem_.empty()) problem_ = std::move(message);
  }

  std::string_view bytes_;
  std::size_t at_;
  std::string problem_;
  bool little_ = true;
  int extra_ = 0;
};

Result<Geometry> read_at(std::string_view bytes, std::size_t at) {
  Reader reader(bytes, at);
  Geometry geometry = reader.geometry(0);
  std::string problem = reader.problem();
  if (problem.empty() && reader.at() != bytes.size()) problem = "bytes follow the geometry";
  if (!problem.empty()) return fail(Code::invalid, problem, format("byte {}", reader.at()));
  return geometry;
}

}  // namespace

Result<Geometry> parse_wkb(std::string_view bytes) {
  return read_at(bytes, 0);
}

Result<Geometry> parse_geopackage_blob(std::string_view bytes) {
  // "GP", version, flags, srs_id (4), envelope of 0, 4, 6, 6 or 8 doubles.
  static constexpr std::size_t envelope_doubles[] = {0, 4, 6, 6, 8};
  if (bytes.size() < 8 || bytes.substr(0, 2) != "GP") {
    return fail(Code::invalid, "this is no GeoPackage geometry: it does not begin with GP",
                "byte 0");
  }
  const auto flags = static_cast<std::uint8_t>(bytes[3]);
  const unsigned envelope = (flags >> 1) & 7;
  if (envelope > 4) return fail(Code::invalid, "unknown kind of envelope", "byte 3");
  if ((flags & 0x20) != 0) {
    return fail(Code::unsupported, "extended GeoPackage geometries are not supported", "byte 3");
  }
  return read_at(bytes, 8 + envelope_doubles[envelope] * sizeof(double));
}

}  // namespace cairn::geo
