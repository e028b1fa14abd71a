// SPDX-License-Identifier: Apache-2.0
// KML 2.2 (OGC 07-147r2): a ground overlay and a legend, zipped.
#include <array>

#include "core/text.hpp"
#include "geo/detail/zip.hpp"
#include "geo/png.hpp"
#include "geo/raster_write.hpp"

namespace cairn::geo {
namespace {

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        // XML 1.0 has no place for other control characters.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out.push_back(c);
    }
  }
  return out;
}

}  // namespace

Result<std::string> encode_kmz(const Picture& picture, const ColourRamp& ramp,
                               const std::string& name, const std::string& description) {
  if (!is_valid_utf8(name) || !is_valid_utf8(description)) {
    return fail(Code::invalid, "name and description must be UTF-8");
  }
  const auto map = encode_png(picture.width, picture.height, picture.rgba);
  if (!map) return fail(map.error());
  const auto legend = draw_legend(ramp);
  if (!legend) return fail(legend.error());
  const auto legend_png = encode_png(legend->width, legend->height, legend->rgba);
  if (!legend_png) return fail(legend_png.error());
  const std::string kml = format(
      R"(<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document>
<name>{0}</name>
<description>{1}</description>
<GroundOverlay>
<name>{0}</name>
<Icon><href>map.png</href></Icon>
<LatLonBox>
<north>{2:.9f}</north><south>{3:.9f}</south>
<east>{4:.9f}</east><west>{5:.9f}</west>
</LatLonBox>
</GroundOverlay>
<ScreenOverlay>
<name>{6}</name>
<Icon><href>legend.png</href></Icon>
<overlayXY x="0" y="1" xunits="fraction" yunits="fraction"/>
<screenXY x="0.01" y="0.99" xunits="fraction" yunits="fraction"/>
<size x="0" y="0" xunits="fraction" yunits="fraction"/>
</ScreenOverlay>
</Document>
</kml>
)",
      xml_text(name), xml_text(description), picture.north_deg, picture.south_deg, picture.east_deg,
      picture.west_deg, xml_text(ramp.title));
  const std::array<detail::ZipEntry, 3> entries = {
      {{"doc.kml", kml}, {"map.png", *map}, {"legend.png", *legend_png}}};
  return detail::encode_zip(entries);
}

}  // namespace cairn::geo
