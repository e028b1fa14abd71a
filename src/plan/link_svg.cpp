// SPDX-License-Identifier: Apache-2.0
#include "plan/link_svg.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/text.hpp"

namespace cairn::plan {
namespace {

// Units of the drawing; letters of 13 are 10 pixels high on a phone 360 pixels wide.
constexpr double width = 480;
constexpr double height = 340;
constexpr double left = 48;
constexpr double right = width - 12;
constexpr double top = 62;
constexpr double bottom = height - 62;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out;
}

// 1, 2 or 5 times a power of ten, so that `span` has about `ticks` of them.
double tick_step(double span, double ticks) {
  const double raw = span / ticks;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw) return factor * power;
  }
  return 10 * power;
}

// At most two rows of so many letters as fit; what is longer ends with an ellipsis.
std::vector<std::string> wrapped(std::string_view text) {
  constexpr std::size_t most = 76;  // half-width letters of 11 in the drawing's width
  std::vector<std::string> out(1);
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    next_code_point(text, end);
    const std::string_view letter = text.substr(at, end - at);
    if (display_width(out.back()) + display_width(letter) > most) {
      if (out.size() == 2) {
        out.back() += "…";
        break;
      }
      const std::size_t blank = out.back().rfind(' ');
      std::string rest;
      if (blank != std::string::npos && blank + 20 > out.back().size()) {
        rest = out.back().substr(blank + 1);
        out.back().erase(blank);
      }
      out.push_back(std::move(rest));
    }
    out.back() += letter;
    at = end;
  }
  return out;
}

class Drawing {
 public:
  Drawing(const LinkProfile& link, Language language) : link_(link), language_(language) {
    low_ = link.terrain_m[0];
    high_ = std::max(link.tx_amsl_m, link.rx_amsl_m);
    for (std::size_t i = 0; i < link.point_km.size(); ++i) {
      low_ = std::min(low_, ground(i));
      high_ = std::max({high_, ground(i) + clutter(i), link.ray_m[i] + link.fresnel_m[i]});
    }
    if (link.edge) high_ = std::max(high_, link.edge->height_m);
    const double room = std::max(10.0, 0.06 * (high_ - low_));
    low_ -= room;
    high_ += link_.edge ? std::max(room, 0.2 * (high_ - low_)) : room;  // for the words there
  }

  std::string text() {
    begin();
    axes();
    zone();
    terrain();
    rays();
    masts();
    foot();
    return out_ + "</svg>\n";
  }

 private:
  const char* say(const char* zh, const char* en) const {
    return language_ == Language::zh ? zh : en;
  }
  double ground(std::size_t i) const { return link_.terrain_m[i] + link_.bulge_m[i]; }
  double clutter(std::size_t i) const { return link_.clutter_m.empty() ? 0 : link_.clutter_m[i]; }
  double x(double km) const { return left + (right - left) * km / link_.distance_km; }
  double y(double m) const { return bottom - (bottom - top) * (m - low_) / (high_ - low_); }
  std::string at(double km, double m) const { return format("{:.1f},{:.1f}", x(km), y(m)); }

  void put_text(double px, double py, std::string_view attributes, std::string_view words) {
    out_ += format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", px, py, attributes,
                   escaped(words));
  }
  void line(double km1, double m1, double km2, double m2, std::string_view name) {
    out_ += format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n",
                   name, x(km1), y(m1), x(km2), y(m2));
  }

  std::string title() const {
    const LinkQuestion& q = link_.question;
    std::string out = format("{} {:.1f} dB", say("损耗", "loss"), link_.loss_db);
    if (link_.quality) {
      out += format(" · {} {:.1f} dBm", q.budget->technology == "nb-iot" ? "NRSRP" : "RSRP",
                    link_.quality->rsrp_dbm);
    }
    return out + (link_.line_of_sight ? say(" · 视距", " · line of sight")
                                      : say(" · 被遮挡", " · blocked"));
  }
  std::string subtitle() const {
    const LinkQuestion& q = link_.question;
    std::string out;
    if (!q.from.name.empty() && !q.to.name.empty()) {
      out = q.from.name.in(language_) + " → " + q.to.name.in(language_) + " · ";
    }
    return out + format("{:.2f} km · {:.1f}° · {} MHz · {}", link_.distance_km, link_.azimuth_deg,
                        number_text(q.frequency_mhz), radio::to_string(q.propagation.model));
  }

  void begin() {
    out_ = format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"100%\" "
        "role=\"img\" font-family=\"sans-serif\" font-size=\"13\">\n<title>{} · {}</title>\n",
        width, height, escaped(title()), escaped(subtitle()));
    out_ +=
        "<style>.grid{stroke:#e3e3e3;stroke-width:1}.zone{fill:#2a7fff;fill-opacity:.14;"
        "stroke:#2a7fff;stroke-width:.8}.inner{fill:none;stroke:#2a7fff;stroke-width:.8;"
        "stroke-dasharray:4 3}.ground{fill:#b39a6f;stroke:#6b5836;stroke-width:1.2}"
        ".clutter{fill:none;stroke:#3b8a3e;stroke-width:1.2}.sea{fill:none;stroke:#7fa8c9;"
        "stroke-width:1;stroke-dasharray:2 3}.ray{stroke:#123c7c;stroke-width:1.6}"
        ".horizon{stroke:#c2410c;stroke-width:1.1;stroke-dasharray:6 3}.mast{stroke:#111;"
        "stroke-width:3}.mark{fill:#c2410c}.leader{stroke:#c2410c;stroke-width:.6}.halo{paint-"
        "order:stroke;stroke:#fff;"
        "stroke-width:3px}.small{font-size:11px;fill:#444}</style>\n";
    out_ += format("<rect width=\"{}\" height=\"{}\" fill=\"#fff\"/>\n", width, height);
    put_text(width / 2, 20, "text-anchor=\"middle\" font-weight=\"bold\" font-size=\"15\"",
             title());
    put_text(width / 2, 38, "text-anchor=\"middle\" class=\"small\"", subtitle());
  }

  void axes() {
    const double step_m = tick_step(high_ - low_, 5);
    for (double m = std::ceil(low_ / step_m) * step_m; m <= high_; m += step_m) {
      line(0, m, link_.distance_km, m, "grid");
      put_text(left - 4, y(m) + 4, "text-anchor=\"end\" class=\"small\"", format("{:.0f} m", m));
    }
    const double step_km = tick_step(link_.distance_km, 6);
    const int digits = std::max(0, static_cast<int>(-std::floor(std::log10(step_km))));
    for (int i = 0; i * step_km <= link_.distance_km * (1 + 1e-9); ++i) {
      const double km = i * step_km;
      line(km, low_, km, high_, "grid");
      put_text(x(km), bottom + 15, "text-anchor=\"middle\" class=\"small\"",
               format("{:.{}f}", km, digits));
    }
    put_text(right, bottom + 29, "text-anchor=\"end\" class=\"small\"", say("距离 km", "km"));
  }

  // Of each group of points the one that says most of it: at most as many as there are pixels.
  std::vector<std::size_t> thinned(const std::function<double(std::size_t)>& height_m) const {
    const std::size_t points = link_.point_km.size();
    const std::size_t group = points / 480 + 1;
    std::vector<std::size_t> out = {0};
    for (std::size_t begin = 1; begin + 1 < points; begin += group) {
      std::size_t best = begin;
      for (std::size_t i = begin; i < std::min(begin + group, points - 1); ++i) {
        if (height_m(i) > height_m(best)) best = i;
      }
      out.push_back(best);
    }
    out.push_back(points - 1);
    return out;
  }

  void zone() {
    const auto all = thinned([this](std::size_t i) { return link_.fresnel_m[i]; });
    for (const auto& [part, name] : {std::pair{1.0, "zone"}, {0.6, "inner"}}) {
      out_ += format("<polygon class=\"{}\" points=\"", name);
      for (auto i = all.begin(); i != all.end(); ++i) {
        out_ += at(link_.point_km[*i], link_.ray_m[*i] + part * link_.fresnel_m[*i]) + " ";
      }
      for (auto i = all.rbegin(); i != all.rend(); ++i) {
        out_ += at(link_.point_km[*i], link_.ray_m[*i] - part * link_.fresnel_m[*i]) + " ";
      }
      out_ += "\"/>\n";
    }
  }

  void terrain() {
    const auto all = thinned([this](std::size_t i) { return ground(i) + clutter(i); });
    out_ += "<polygon class=\"ground\" points=\"" + at(0, low_) + " ";
    for (const std::size_t i : all) out_ += at(link_.point_km[i], ground(i)) + " ";
    out_ += at(link_.distance_km, low_) + "\"/>\n";
    if (!link_.clutter_m.empty()) {
      out_ += "<polyline class=\"clutter\" points=\"";
      for (const std::size_t i : all) out_ += at(link_.point_km[i], ground(i) + clutter(i)) + " ";
      out_ += "\"/>\n";
    }
    // The level of the transmitter's ground: how the Earth bulges.
    out_ += "<polyline class=\"sea\" points=\"";
    for (const std::size_t i : all) {
      const double level = link_.terrain_m[0] + link_.bulge_m[i];
      if (level <= high_) out_ += at(link_.point_km[i], level) + " ";
    }
    out_ += "\"/>\n";
  }

  // A point on the ground and its words in a row of their own at the top.
  void mark(const LinkHorizon& h, double m, std::string_view words, int row) {
    const double row_y = top + 13 + 14 * row;
    line_at(x(h.distance_km), row_y + 2, y(m));
    out_ += format("<circle class=\"mark\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.2\"/>\n",
                   x(h.distance_km), y(m));
    put_text(std::clamp(x(h.distance_km), left + 82, right - 82), row_y,
             "text-anchor=\"middle\" class=\"small halo\"",
             format("{} {:.0f} m @ {:.2f} km", words, h.height_m, h.distance_km));
  }
  void line_at(double px, double y1, double y2) {
    if (y2 <= y1) return;
    out_ += format(
        "<line class=\"leader\" x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" "
        "y2=\"{2:.1f}\"/>\n",
        px, y1, y2);
  }

  void rays() {
    const double d = link_.distance_km;
    line(0, link_.tx_amsl_m, d, link_.rx_amsl_m, "ray");
    if (!link_.edge) return;
    line(0, link_.tx_amsl_m, link_.edge->distance_km, link_.edge->height_m, "horizon");
    line(link_.edge->distance_km, link_.edge->height_m, d, link_.rx_amsl_m, "horizon");
    const auto bulged = [&](const LinkHorizon& h) {
      return h.height_m + 500 * h.distance_km * (d - h.distance_km) / link_.earth_radius_km;
    };
    const bool one = link_.tx_horizon->distance_km == link_.rx_horizon->distance_km;
    mark(*link_.tx_horizon, bulged(*link_.tx_horizon),
         one ? say("山脊", "ridge") : say("发端视界", "horizon A"), 0);
    if (!one) {
      mark(*link_.rx_horizon, bulged(*link_.rx_horizon), say("收端视界", "horizon B"), 1);
    }
  }

  void masts() {
    const LinkQuestion& q = link_.question;
    line(0, link_.terrain_m.front(), 0, link_.tx_amsl_m, "mast");
    line(link_.distance_km, link_.terrain_m.back(), link_.distance_km, link_.rx_amsl_m, "mast");
    put_text(left, top - 8, "class=\"small\"",
             format("A {:.0f}+{} m", link_.terrain_m.front(), number_text(q.from.mast_m)));
    put_text(right, top - 8, "text-anchor=\"end\" class=\"small\"",
             format("B {:.0f}+{} m", link_.terrain_m.back(), number_text(q.to.mast_m)));
  }

  void foot() {
    std::string near;
    if (link_.clearance) {
      near = format("{} {:.1f} m @ {:.2f} km ({:.0f} % {})", say("最小余隙", "least clearance"),
                    link_.clearance->clearance_m, link_.clearance->distance_km,
                    100 * link_.clearance->part(), say("第一菲涅耳半径", "of the Fresnel radius"));
    }
    put_text(left, bottom + 29, "class=\"small\"", near);
    double py = height - 20;
    for (const std::string& row :
         wrapped(format("{}{}{}", say("地形：", "terrain: "), link_.terrain_label,
                        link_.terrain_estimated ? say("（估计）", " (estimated)") : ""))) {
      put_text(width / 2, py, "text-anchor=\"middle\" class=\"small\"", row);
      py += 14;
    }
  }

  const LinkProfile& link_;
  Language language_;
  double low_ = 0;
  double high_ = 0;
  std::string out_;
};

}  // namespace

std::string link_svg(const LinkProfile& link, Language language) {
  return Drawing(link, language).text();
}

}  // namespace cairn::plan
