// SPDX-License-Identifier: Apache-2.0
// Pictures of maps: a layer in colours over longitude and latitude, its legend, its files.
#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "geo/detail/warp.hpp"
#include "geo/png.hpp"
#include "geo/raster_write.hpp"

namespace cairn::geo {
namespace {

constexpr std::uint32_t glyph_columns = 3;
constexpr std::uint32_t glyph_rows = 5;
constexpr std::uint32_t scale = 3;       // pixels of one dot of a glyph
constexpr std::uint32_t line_rows = 24;  // pixels from one line of the legend to the next
constexpr std::uint32_t margin = 8;
constexpr std::uint32_t box_columns = 32;

// Letters of 3 x 5 dots, a row an octal digit from the top: enough for a legend. 0: not drawn.
std::uint16_t glyph(char c) {
  constexpr std::array<std::uint16_t, 10> digits = {075557, 026227, 071747, 071717, 055711,
                                                    074717, 074757, 071222, 075757, 075717};
  constexpr std::array<std::uint16_t, 26> letters = {
      025755, 065656, 034443, 065556, 074647, 074644, 034553, 055755, 072227,
      011152, 055655, 044447, 057755, 065555, 025552, 065644, 025563, 065655,
      034216, 072222, 055557, 055552, 055775, 055255, 055222, 071247};
  if (c >= '0' && c <= '9') return digits[static_cast<std::size_t>(c - '0')];
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c >= 'A' && c <= 'Z') return letters[static_cast<std::size_t>(c - 'A')];
  switch (c) {
    case '-':
      return 000700;
    case '.':
      return 000002;
    case ',':
      return 000024;
    case '/':
      return 011244;
    case ':':
      return 002020;
    case '_':
      return 000007;
    default:
      return 0;
  }
}

void fill(Picture& picture, std::uint32_t left, std::uint32_t top, std::uint32_t width,
          std::uint32_t height, Rgba colour) {
  for (std::uint32_t y = top; y < std::min(top + height, picture.height); ++y) {
    for (std::uint32_t x = left; x < std::min(left + width, picture.width); ++x) {
      std::uint8_t* pixel = picture.rgba.data() + 4 * (std::size_t{y} * picture.width + x);
      pixel[0] = colour.red;
      pixel[1] = colour.green;
      pixel[2] = colour.blue;
      pixel[3] = colour.alpha;
    }
  }
}

std::uint32_t text_columns(std::string_view text) {
  return static_cast<std::uint32_t>(text.size()) * (glyph_columns + 1) * scale;
}

void write_text(Picture& picture, std::uint32_t left, std::uint32_t top, std::string_view text) {
  for (const char c : text) {
    const std::uint16_t dots = glyph(c);
    for (std::uint32_t bit = 0; bit < glyph_columns * glyph_rows; ++bit) {
      if ((dots >> (glyph_columns * glyph_rows - 1 - bit) & 1) == 0) continue;
      fill(picture, left + bit % glyph_columns * scale, top + bit / glyph_columns * scale, scale,
           scale, {0, 0, 0, 255});
    }
    left += (glyph_columns + 1) * scale;
  }
}

std::string label_of(const ColourRamp::Stop& stop) {
  return stop.label.empty() ? number_text(stop.value) : stop.label;
}

// "maps/x.png" with `end` for ".png".
std::string beside(const std::string& path, std::string_view end) {
  const std::size_t dot = path.rfind('.');
  const std::size_t slash = path.rfind('/');
  const bool has_end = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return path.substr(0, has_end ? dot : path.size()) + std::string(end);
}

}  // namespace

Result<Picture> draw_picture(const PlaneFrame& frame, const RasterLayer& layer,
                             const ColourRamp& ramp, std::uint32_t max_side) {
  if (layer.values.size() != frame.size()) {
    return fail(Code::invalid, format("the layer '{}' has {} values for {} pixels", layer.name,
                                      layer.values.size(), frame.size()));
  }
  const auto grid = detail::warp_grid(frame, RasterCrs::lonlat, std::max(1U, max_side));
  if (!grid) return fail(grid.error());
  Picture out;
  out.width = grid->columns;
  out.height = grid->rows;
  out.west_deg = grid->west;
  out.north_deg = grid->north;
  out.east_deg = grid->west + grid->columns * grid->width;
  out.south_deg = grid->north - grid->rows * grid->height;
  out.rgba.resize(std::size_t{4} * out.width * out.height);
  std::vector<RasterPlace> places(out.width);
  for (std::uint32_t row = 0; row < out.height; ++row) {
    detail::warp_row(frame, *grid, row, places);
    for (std::uint32_t column = 0; column < out.width; ++column) {
      fill(out, column, row, 1, 1, ramp.colour(detail::warp_value(frame, layer, places[column])));
    }
  }
  return out;
}

Status write_png(Files& files, const Picture& picture, const std::string& path) {
  const auto png = encode_png(picture.width, picture.height, picture.rgba);
  if (!png) return fail(png.error());
  const double width_deg = (picture.east_deg - picture.west_deg) / picture.width;
  const double height_deg = (picture.north_deg - picture.south_deg) / picture.height;
  // Size of a pixel, no rotation, centre of the upper left one.
  const std::string world =
      format("{:.12f}\n0\n0\n{:.12f}\n{:.12f}\n{:.12f}\n", width_deg, -height_deg,
             picture.west_deg + 0.5 * width_deg, picture.north_deg - 0.5 * height_deg);
  constexpr std::string_view projection =
      "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,"
      "298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]\n";
  auto done = files.replace(beside(path, ".pgw"), world);
  if (done) done = files.replace(beside(path, ".prj"), projection);
  if (done) done = files.replace(path, *png);
  return done;
}

Result<Picture> draw_legend(const ColourRamp& ramp) {
  if (ramp.stops.empty() || ramp.stops.size() > 1000) {
    return fail(Code::invalid, format("a legend of {} colours", ramp.stops.size()));
  }
  std::uint32_t widest = text_columns(ramp.title);
  for (const auto& stop : ramp.stops) {
    widest = std::max(widest, box_columns + margin + text_columns(label_of(stop)));
  }
  const std::uint32_t head = ramp.title.empty() ? 0 : line_rows;
  Picture out;
  out.width = std::min(widest + 2 * margin, 4096U);
  out.height = head + static_cast<std::uint32_t>(ramp.stops.size()) * line_rows + 2 * margin;
  out.rgba.resize(std::size_t{4} * out.width * out.height);
  fill(out, 0, 0, out.width, out.height, {255, 255, 255, 230});
  write_text(out, margin, margin, ramp.title);
  std::uint32_t top = margin + head;
  for (std::size_t i = ramp.stops.size(); i-- > 0; top += line_rows) {  // high values above
    fill(out, margin, top, box_columns, line_rows - 6, ramp.stops[i].colour);
    write_text(out, 2 * margin + box_columns, top, label_of(ramp.stops[i]));
  }
  return out;
}

}  // namespace cairn::geo
