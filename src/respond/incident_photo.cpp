// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_photo.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/text.hpp"

namespace cairn::respond {
namespace {

constexpr std::string_view png_magic("\x89PNG\r\n\x1a\n", 8);

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}
std::uint32_t big(std::string_view bytes, std::size_t i, int count) {
  std::uint32_t out = 0;
  for (int k = 0; k < count; ++k) out = out << 8 | byte_at(bytes, i + static_cast<std::size_t>(k));
  return out;
}
std::uint32_t little(std::string_view bytes, std::size_t i, int count) {
  std::uint32_t out = 0;
  for (int k = count; k-- > 0;) out = out << 8 | byte_at(bytes, i + static_cast<std::size_t>(k));
  return out;
}

Error damaged(std::string_view kind) {
  return {Code::invalid, format("the {} picture is damaged", kind), {}};
}

// One marker segment of a JPEG, before the picture itself.
struct Segment {
  std::uint32_t marker = 0;
  std::string_view whole;    // with marker and length
  std::string_view payload;  // without
};

// Calls back with each segment up to and with the first start of scan; where the scan's data
// begins, or nothing when it is damaged.
template <class Take>
std::optional<std::size_t> each_segment(std::string_view jpeg, Take take) {
  std::size_t at = 2;
  for (;;) {
    if (at + 4 > jpeg.size() || byte_at(jpeg, at) != 0xFF) return std::nullopt;
    while (at + 4 < jpeg.size() && byte_at(jpeg, at + 1) == 0xFF) ++at;  // fill bytes
    const std::uint32_t marker = byte_at(jpeg, at + 1);
    if (marker < 0xC0 || (marker >= 0xD0 && marker <= 0xD9)) return std::nullopt;
    if (at + 4 > jpeg.size()) return std::nullopt;
    const std::uint32_t length = big(jpeg, at + 2, 2);
    if (length < 2 || at + 2 + length > jpeg.size()) return std::nullopt;
    take(Segment{marker, jpeg.substr(at, length + 2), jpeg.substr(at + 4, length - 2)});
    at += length + 2;
    if (marker == 0xDA) return at;
  }
}

bool is_kept(const Segment& segment) {
  if (segment.marker == 0xFE) return false;  // comment
  if (segment.marker < 0xE0 || segment.marker > 0xEF) return true;
  if (segment.marker == 0xE0) return segment.payload.starts_with(std::string_view("JFIF\0", 5));
  if (segment.marker == 0xE2) {
    return segment.payload.starts_with(std::string_view("ICC_PROFILE\0", 12));
  }
  return segment.marker == 0xEE && segment.payload.starts_with("Adobe");
}

// JFIF may carry a preview, which can show what was cut away later.
std::string without_preview(const Segment& segment) {
  if (segment.marker != 0xE0 || segment.payload.size() < 14) return std::string(segment.whole);
  std::string out("\xFF\xE0\x00\x10", 4);
  out += segment.payload.substr(0, 12);
  out += std::string(2, '\0');
  return out;
}

// Only the orientation, so that the picture stands upright.
std::string orientation_segment(int orientation) {
  std::string out("\xFF\xE1\x00\x22", 4);
  out += std::string("Exif\0\0MM\0\x2A\0\0\0\x08", 14);
  out += std::string("\0\x01\x01\x12\0\x03\0\0\0\x01\0", 11);
  out += static_cast<char>(orientation);
  out += std::string(6, '\0');
  return out;
}

// The scans and their tables, up to and with the end of the picture.
Result<std::string> strip_jpeg(std::string_view jpeg) {
  std::string out("\xFF\xD8", 2);
  const int orientation = exif_orientation(jpeg);
  bool framed = false;
  bool oriented = orientation == 1;
  const auto data = each_segment(jpeg, [&](const Segment& segment) {
    framed = framed || (segment.marker >= 0xC0 && segment.marker <= 0xCF &&
                        segment.marker != 0xC4 && segment.marker != 0xC8 && segment.marker != 0xCC);
    if (!oriented && segment.marker != 0xE0) {
      out += orientation_segment(orientation);
      oriented = true;
    }
    if (is_kept(segment)) out += without_preview(segment);
  });
  if (!data || !framed) return fail(damaged("JPEG"));
  std::size_t at = *data;
  while (at + 1 < jpeg.size()) {
    if (byte_at(jpeg, at) != 0xFF) {
      out += jpeg[at++];
      continue;
    }
    const std::uint32_t marker = byte_at(jpeg, at + 1);
    if (marker == 0xD9) {
      out += "\xFF\xD9";
      return out;
    }
    if (marker == 0xFF) {
      ++at;
      continue;
    }
    if (marker == 0 || (marker >= 0xD0 && marker <= 0xD7)) {
      out += jpeg.substr(at, 2);
      at += 2;
      continue;
    }
    // Between scans: tables, another start of scan.
    if (marker < 0xC0 || at + 4 > jpeg.size()) return fail(damaged("JPEG"));
    const std::uint32_t length = big(jpeg, at + 2, 2);
    if (length < 2 || at + 2 + length > jpeg.size()) return fail(damaged("JPEG"));
    const Segment segment{marker, jpeg.substr(at, length + 2), jpeg.substr(at + 4, length - 2)};
    if (is_kept(segment)) out += segment.whole;
    at += length + 2;
  }
  return fail(damaged("JPEG"));  // it has no end
}

Result<std::string> strip_png(std::string_view png) {
  static constexpr std::array<std::string_view, 15> kept{"IHDR", "PLTE", "IDAT", "IEND", "tRNS",
                                                         "cHRM", "gAMA", "iCCP", "sBIT", "sRGB",
                                                         "bKGD", "pHYs", "acTL", "fcTL", "fdAT"};
  std::string out(png_magic);
  std::size_t at = png_magic.size();
  bool pixels = false;
  while (at + 12 <= png.size()) {
    const std::uint32_t length = big(png, at, 4);
    if (length > png.size() - at - 12) return fail(damaged("PNG"));
    const std::string_view type = png.substr(at + 4, 4);
    if (at == png_magic.size() && type != "IHDR") return fail(damaged("PNG"));
    pixels = pixels || type == "IDAT";
    if (std::ranges::find(kept, type) != kept.end()) out += png.substr(at, length + 12);
    if (type == "IEND") return pixels ? Result<std::string>(out) : fail(damaged("PNG"));
    at += length + 12;
  }
  return fail(damaged("PNG"));
}

Result<std::string> strip_webp(std::string_view webp) {
  constexpr std::uint32_t exif_flag = 0x08;
  constexpr std::uint32_t xmp_flag = 0x04;
  if (webp.size() < 20) return fail(damaged("WebP"));
  const std::size_t size = std::size_t{little(webp, 4, 4)} + 8;
  if (size > webp.size() || size < 20) return fail(damaged("WebP"));
  const std::string_view body = webp.substr(0, size);
  static constexpr std::array<std::string_view, 7> kept{"VP8 ", "VP8L", "VP8X", "ALPH",
                                                        "ANIM", "ANMF", "ICCP"};
  std::string out(webp.substr(0, 12));
  std::size_t at = 12;
  while (at + 8 <= body.size()) {
    const std::string_view type = body.substr(at, 4);
    const std::size_t length = little(body, at + 4, 4);
    const std::size_t padded = length + length % 2;
    if (padded > body.size() - at - 8) return fail(damaged("WebP"));
    if (std::ranges::find(kept, type) != kept.end()) {
      const std::size_t begin = out.size();
      out += body.substr(at, padded + 8);
      if (type == "VP8X") {
        if (length < 10) return fail(damaged("WebP"));
        out[begin + 8] =
            static_cast<char>(static_cast<unsigned char>(out[begin + 8]) & ~(exif_flag | xmp_flag));
      }
    }
    at += padded + 8;
  }
  if (at != body.size() || out.size() == 12) return fail(damaged("WebP"));
  const std::size_t riff = out.size() - 8;
  for (std::size_t i = 0; i < 4; ++i) out[4 + i] = static_cast<char>(riff >> (8 * i) & 0xFF);
  return out;
}

// The TIFF structure inside an EXIF segment.
class Tiff {
 public:
  static std::optional<Tiff> of(std::string_view jpeg) {
    std::optional<Tiff> out;
    const std::string_view prefix("Exif\0\0", 6);
    each_segment(jpeg, [&](const Segment& segment) {
      if (out || segment.marker != 0xE1 || !segment.payload.starts_with(prefix)) return;
      const std::string_view bytes = segment.payload.substr(6);
      if (bytes.size() < 8) return;
      const bool little_endian = bytes.starts_with("II");
      if (!little_endian && !bytes.starts_with("MM")) return;
      out = Tiff(bytes, little_endian);
    });
    return out;
  }

  std::uint32_t number(std::size_t at, int count) const {
    return little_ ? little(bytes_, at, count) : big(bytes_, at, count);
  }
  // The value field of an entry of the directory at `ifd`, with its type and count.
  struct Field {
    std::uint32_t type = 0;
    std::uint32_t count = 0;
    std::size_t at = 0;
  };
  std::optional<Field> find(std::size_t ifd, std::uint32_t tag) const {
    if (!fits(ifd, 2)) return std::nullopt;
    const std::uint32_t entries = number(ifd, 2);
    for (std::uint32_t i = 0; i < entries; ++i) {
      const std::size_t entry = ifd + 2 + std::size_t{i} * 12;
      if (!fits(entry, 12)) return std::nullopt;
      if (number(entry, 2) == tag) {
        return Field{number(entry + 2, 2), number(entry + 4, 4), entry + 8};
      }
    }
    return std::nullopt;
  }
  std::size_t first() const { return number(4, 4); }

  // Degrees, minutes and seconds as three fractions.
  std::optional<double> angle_deg(std::size_t ifd, std::uint32_t tag) const {
    const auto field = find(ifd, tag);
    if (!field || field->type != 5 || field->count != 3) return std::nullopt;
    const std::size_t at = number(field->at, 4);
    if (!fits(at, 24)) return std::nullopt;
    double sum = 0;
    double part = 1;
    for (std::size_t i = 0; i < 3; ++i) {
      const double under = number(at + i * 8 + 4, 4);
      if (under == 0) return std::nullopt;
      sum += number(at + i * 8, 4) / under * part;
      part /= 60;
    }
    return sum;
  }
  std::optional<char> letter(std::size_t ifd, std::uint32_t tag) const {
    const auto field = find(ifd, tag);
    if (!field || field->type != 2 || field->count == 0 || field->count > 4) return std::nullopt;
    return bytes_[field->at];
  }

 private:
  Tiff(std::string_view bytes, bool little_endian) : bytes_(bytes), little_(little_endian) {}
  bool fits(std::size_t at, std::size_t count) const {
    return at <= bytes_.size() && count <= bytes_.size() - at;
  }
  std::string_view bytes_;
  bool little_;
};

bool is_plain_text(std::string_view bytes) {
  return !bytes.empty() && is_valid_utf8(bytes) && std::ranges::all_of(bytes, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 ? byte != 0x7F : c == '\n' || c == '\r' || c == '\t';
  });
}

}  // namespace

std::string media_type_of(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
  if (bytes.starts_with(png_magic)) return "image/png";
  if (bytes.size() >= 12 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") {
    return "image/webp";
  }
  if (bytes.starts_with("%PDF-")) return "application/pdf";
  return is_plain_text(bytes) ? "text/plain" : "";
}

Result<std::string> without_metadata(std::string_view picture) {
  const std::string type = media_type_of(picture);
  if (type == "image/jpeg") return strip_jpeg(picture);
  if (type == "image/png") return strip_png(picture);
  if (type == "image/webp") return strip_webp(picture);
  return fail(Code::invalid, "this is no picture: JPEG, PNG and WebP are taken");
}

std::optional<geo::Point> exif_position(std::string_view jpeg) {
  if (media_type_of(jpeg) != "image/jpeg") return std::nullopt;
  const auto tiff = Tiff::of(jpeg);
  if (!tiff) return std::nullopt;
  const auto pointer = tiff->find(tiff->first(), 0x8825);
  if (!pointer) return std::nullopt;
  const std::size_t gps = tiff->number(pointer->at, 4);
  const auto latitude = tiff->angle_deg(gps, 2);
  const auto longitude = tiff->angle_deg(gps, 4);
  const auto north = tiff->letter(gps, 1);
  const auto east = tiff->letter(gps, 3);
  if (!latitude || !longitude || !north || !east) return std::nullopt;
  const geo::Point out{*east == 'W' ? -*longitude : *longitude,
                       *north == 'S' ? -*latitude : *latitude};
  const bool possible = out.x >= -180 && out.x <= 180 && out.y >= -90 && out.y <= 90;
  return possible ? std::optional(out) : std::nullopt;
}

int exif_orientation(std::string_view jpeg) {
  const auto tiff = Tiff::of(jpeg);
  if (!tiff) return 1;
  const auto field = tiff->find(tiff->first(), 0x0112);
  if (!field || field->type != 3 || field->count != 1) return 1;
  const std::uint32_t value = tiff->number(field->at, 2);
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

}  // namespace cairn::respond
