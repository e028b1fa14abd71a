// SPDX-License-Identifier: Apache-2.0
#include "radio/antenna.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>

#include "core/text.hpp"
#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

// A file with both cuts; lines of the header come first.
struct Writer {
  std::string head = "NAME demo\nGAIN 15 dBi\n";
  std::string separator = " ";
  std::string end = "\n";
  bool comma = false;
  double tilt_deg = 4;
  int first_deg = 0;  // of each cut

  static double parabola(double angle_deg, double width_deg, double most_db) {
    double off = std::remainder(angle_deg, 360) / width_deg;
    return std::min(most_db, std::round(12 * off * off * 10) / 10);
  }
  double horizontal_db(double a) const { return parabola(a, 65, 28); }
  double vertical_db(double a) const {
    return parabola(a - tilt_deg, 9, 28) + (std::cos(a * M_PI / 180) < 0 ? 0.5 : 0);
  }

  std::string number(double value) const {
    std::string text = format("{:.1f}", value);
    if (comma) std::ranges::replace(text, '.', ',');
    return text;
  }
  std::string cut(const char* key, auto loss_db, double step_deg = 1) const {
    int count = static_cast<int>(std::lround(360 / step_deg));
    std::string text = format("{} {}{}", key, count, end);
    for (int i = 0; i < count; ++i) {
      double angle = std::fmod(first_deg + i * step_deg, 360);
      text += number(angle) + separator + number(loss_db(angle)) + end;
    }
    return text;
  }
  std::string text(double step_deg = 1) const {
    std::string out = head;
    if (end != "\n") {
      out.clear();
      for (char c : head) c == '\n' ? out += end : out += c;
    }
    out += cut(
        "HORIZONTAL", [&](double a) { return horizontal_db(a); }, step_deg);
    return out + cut(
                     "VERTICAL", [&](double a) { return vertical_db(a); }, step_deg);
  }
};

AntennaPattern parsed(const std::string& text) {
  Result<AntennaPattern> antenna = parse_antenna(text, "a.msi");
  EXPECT_TRUE(antenna) << to_string(antenna.error());
  return antenna.value_or(AntennaPattern{});
}

std::string complaint(const std::string& text) {
  Result<AntennaPattern> antenna = parse_antenna(text, "a.msi");
  EXPECT_FALSE(antenna);
  return antenna ? "" : to_string(antenna.error());
}

std::string without(std::string text, const std::string& line) {
  std::size_t at = text.find(line);
  EXPECT_NE(at, std::string::npos) << line;
  return text.erase(at, line.size());
}

TEST(Antenna, ReadsAPlainFile) {
  Writer file;
  file.head =
      "NAME  K 80010  65deg\nMAKE someone\nFREQUENCY 773\nH_WIDTH 65\nV_WIDTH 9.0\n"
      "FRONT_TO_BACK 28\nGAIN 15.5 dBi\nTILT ELECTRICAL\nPOLARIZATION +45\n"
      "COMMENT 2020-01-01\nELECTRICAL_TILT 4\n";
  AntennaPattern antenna = parsed(file.text());
  EXPECT_EQ(antenna.name, "K 80010  65deg");
  EXPECT_EQ(antenna.gain_dbi, 15.5);
  EXPECT_EQ(antenna.frequency_mhz, 773);
  EXPECT_EQ(antenna.electrical_tilt_deg, 4);
  EXPECT_EQ(antenna.peak_depression_deg, 4);
  EXPECT_FLOAT_EQ(static_cast<float>(antenna.most_loss_db), 28.5f);
  for (int d = 0; d < 360; ++d) {
    EXPECT_FLOAT_EQ(antenna.horizontal_loss_db[d], static_cast<float>(file.horizontal_db(d))) << d;
    EXPECT_FLOAT_EQ(antenna.vertical_loss_db[d], static_cast<float>(file.vertical_db(d))) << d;
  }
}

TEST(Antenna, ReadsFilesAsTheyAreFound) {
  AntennaPattern plain = parsed(Writer{}.text());
  Writer tabs;
  tabs.separator = "\t\t";
  EXPECT_EQ(parsed(tabs.text()), plain);
  Writer windows;
  windows.end = "\r\n";
  EXPECT_EQ(parsed("\xef\xbb\xbf" + windows.text()), plain);
  Writer commas;
  commas.comma = true;
  EXPECT_EQ(parsed(commas.text()), plain);
  Writer semicolons = commas;
  semicolons.separator = ";";
  EXPECT_EQ(parsed(semicolons.text()), plain);
  Writer turned;
  turned.first_deg = 181;  // 181 .. 359, 0 .. 180
  EXPECT_EQ(parsed(turned.text()), plain);
  EXPECT_EQ(parsed(Writer{}.text(0.5)), plain);  // only whole degrees are kept
  Writer lower;
  lower.head = "name demo\ngain: 15 DBI\nVENDOR_KEY 5 of no interest\n\n";
  EXPECT_EQ(parsed(lower.text()), plain);
  Writer unnamed;
  unnamed.head = "demo\nGAIN 15dBi\n";
  EXPECT_EQ(parsed(unnamed.text()), plain);
}

TEST(Antenna, AnglesMayGoFromMinus180AndAMinusSignMeansARelativeGain) {
  Writer file;
  std::string text = file.head;
  for (const char* key : {"HORIZONTAL 360\n", "VERTICAL 361\n"}) {
    bool level = key[0] == 'H';
    text += key;
    for (int d = level ? -180 : 0; d < (level ? 180 : 361); ++d) {
      text += format("{} {:.1f}\n", d, -(level ? file.horizontal_db(d) : file.vertical_db(d)));
    }
  }
  EXPECT_EQ(parsed(text), parsed(file.text()));  // 360 degrees repeats 0
}

TEST(Antenna, GainIsInDbdUnlessItSaysOtherwise) {
  for (auto [line, gain_dbi] : {std::pair{"GAIN 12.85", 15.0},
                                {"GAIN 12.85 dBd", 15.0},
                                {"GAIN 12,85", 15.0},
                                {"GAIN 15.0 dBi", 15.0},
                                {"GAIN 15.0dBi", 15.0},
                                {"GAIN +2 dBi", 2.0},
                                {"GAIN -2.15", 0.0}}) {
    Writer file;
    file.head = format("{}\n", line);
    EXPECT_NEAR(parsed(file.text()).gain_dbi, gain_dbi, 1e-12) << line;
  }
}

TEST(Antenna, FrequencyMayBeARangeOrInGhz) {
  for (auto [line, mhz] : {std::pair{"FREQUENCY 2.6 GHz", 2600.0},
                           {"FREQUENCY 758-788 MHz", 773.0},
                           {"FREQUENCY 1710 2170", 1940.0},
                           {"FREQUENCY broadband", 0.0}}) {
    Writer file;
    file.head += format("{}\n", line);
    EXPECT_DOUBLE_EQ(parsed(file.text()).frequency_mhz, mhz) << line;
  }
}

TEST(Antenna, TiltIsReadInAllItsSpellings) {
  for (auto [line, tilt] : {std::pair{"TILT ELECTRICAL 6", 6.0},
                            {"ELECTRICAL_TILT 6.5 deg", 6.5},
                            {"TILT 3", 3.0},
                            {"TILT MECHANICAL 8", 0.0},
                            {"TILT ELECTRICAL", 0.0}}) {
    Writer file;
    file.head += format("{}\n", line);
    EXPECT_DOUBLE_EQ(parsed(file.text()).electrical_tilt_deg, tilt) << line;
  }
}

TEST(Antenna, SaysWhichDegreeIsMissing) {
  std::string text = without(Writer{}.text(), "123.0 28.0\n");
  EXPECT_EQ(complaint(text), "a.msi:3: the horizontal cut has 359 of 360 degrees; missing: 123");
  Writer windows;
  windows.end = "\r\n";
  text = without(windows.text(), "123.0 28.0\r\n");
  EXPECT_EQ(complaint(text), "a.msi:3: the horizontal cut has 359 of 360 degrees; missing: 123");
  Writer file;
  text = file.head + file.cut("HORIZONTAL", [](double) { return 1; }) + "VERTICAL 360\n0 0\n";
  EXPECT_EQ(complaint(text),
            "a.msi:364: the vertical cut has 1 of 360 degrees; missing: 1, 2, 3, 4, 5, …");
  text = file.head + file.cut("HORIZONTAL", [](double) { return 1; });
  EXPECT_EQ(complaint(text),
            "a.msi: the vertical cut is missing: a line 'VERTICAL 360' and 360 "
            "lines of angle and loss");
  EXPECT_EQ(complaint(""), "a.msi: GAIN is missing: add a line such as 'GAIN 15.5 dBi'");
}

TEST(Antenna, SaysWhatIsWrongAndInWhichLine) {
  Writer file;
  const std::string text = file.text();
  auto changed = [&](const std::string& from, const std::string& to) {
    std::string out = text;
    out.replace(out.find(from), from.size(), to);
    return complaint(out);
  };
  EXPECT_EQ(changed("dBi", "dB"), "a.msi:2: the gain's unit 'db' is neither dBi nor dBd");
  EXPECT_EQ(changed("15 dBi", "high"),
            "a.msi:2: 'high' is no gain: write it as '15.5 dBi' or '13.35 dBd'");
  EXPECT_EQ(changed("\n2.0 0.0", "\n1.0 0.0"),
            "a.msi:6: 1 degrees of the horizontal cut was given in line 5 already");
  EXPECT_EQ(changed("\n2.0 0.0", "\n2.0 high"),
            "a.msi:6: '2.0 high' should be an angle and a loss in dB");
  EXPECT_EQ(changed("\n2.0 0.0", "\n2.0 0.0 9"),
            "a.msi:6: '2.0 0.0 9' should be an angle and a loss in dB");
  EXPECT_EQ(changed("\n2.0 0.0", "\n402.0 0.0"), "a.msi:6: 402 degrees is not within 0 to 360");
  EXPECT_EQ(changed("\n2.0 0.0", "\n2.0 1e9"),
            "a.msi:6: a loss of 1000000000 dB is not within 0 to 200");
  EXPECT_EQ(changed("\n2.0 0.0", "\n2.0 nan"),
            "a.msi:6: '2.0 nan' should be an angle and a loss in dB");
  EXPECT_NE(changed("20.0 1.1", "20.0 -1.1").find("has values above and below 0"),
            std::string::npos);
  EXPECT_EQ(changed("HORIZONTAL 360", "HORIZONTAL 361"),
            "a.msi:3: the horizontal cut announces 361 lines but has 360");
  EXPECT_EQ(changed("HORIZONTAL 360", "HORIZONTAL many"),
            "a.msi:3: 'many' is not the number of lines of the horizontal cut; 360 is usual");
  EXPECT_EQ(changed("VERTICAL 360", "HORIZONTAL 360"),
            "a.msi:364: a second horizontal cut; the first one begins in line 3");
}

TEST(Antenna, TheTwoCutsComeOutAsTheyWentIn) {
  AntennaPattern antenna = parsed(Writer{}.text());
  for (int d = -90; d <= 90; ++d) {
    EXPECT_NEAR(antenna.loss_db(0, d), antenna.vertical_loss_db[(d + 360) % 360], 1e-5) << d;
  }
  for (int a = -180; a < 180; ++a) {  // on the cone of the maximum
    EXPECT_NEAR(antenna.loss_db(a, 4), antenna.horizontal_loss_db[(a + 360) % 360], 1e-5) << a;
  }
  // Behind, too: the shape is that of the back half of the vertical cut.
  for (int d = -60; d <= 60; ++d) {
    double shape = double{antenna.vertical_loss_db[180 - d]} - antenna.vertical_loss_db[176];
    EXPECT_NEAR(antenna.loss_db(180, d),
                std::clamp(antenna.horizontal_loss_db[180] + shape, 0.0, antenna.most_loss_db),
                1e-5);
  }
}

TEST(Antenna, NoDirectionBeatsTheMaximum) {
  AntennaPattern antenna = omnidirectional(3);
  antenna.most_loss_db = 10;
  for (int d = 91; d < 270; ++d) antenna.vertical_loss_db[d] = 10;
  antenna.vertical_loss_db[150] = 0;  // a lobe behind, 30 degrees down, beside a level cut of 0
  EXPECT_EQ(antenna.loss_db(180, 30), 0);
  EXPECT_EQ(antenna.loss_db(180, 0), 0);
}

TEST(Antenna, AmongEqualMaximaThePeakIsTheOneNearTheTilt) {
  Writer file;
  file.head += "ELECTRICAL_TILT 6\n";
  std::string text = file.head + file.cut("HORIZONTAL", [&](double a) {
    return file.horizontal_db(a);
  }) + file.cut("VERTICAL", [](double a) { return a >= 2 && a <= 9 ? 0.0 : 5.0; });
  EXPECT_EQ(parsed(text).peak_depression_deg, 6);
}

TEST(Antenna, LossIsLinearBetweenDegreesAndNeverNegative) {
  AntennaPattern antenna = parsed(Writer{}.text());
  EXPECT_NEAR(antenna.loss_db(40.25, 4),
              0.75 * antenna.loss_db(40, 4) + 0.25 * antenna.loss_db(41, 4), 1e-5);
  testing::Generator random(1);
  for (int i = 0; i < 2'000; ++i) {
    double a = testing::uniform(random, -720, 720);
    double d = testing::uniform(random, -90, 90);
    double loss_db = antenna.loss_db(a, d);
    EXPECT_GE(loss_db, 0);
    EXPECT_LE(loss_db, antenna.most_loss_db);
    EXPECT_NEAR(loss_db, antenna.loss_db(a + 360, d), 1e-9);
  }
}

// Table 7.3-1: A = min(A_V + A_H, 30), A = min(12 (angle / width)^2, 30) each.
TEST(Antenna, StandardSectorIsThatOf3gpp) {
  for (double tilt : {0.0, 3.0, 7.5, -2.0}) {
    AntennaPattern sector = standard_sector(8, 65, 65, tilt);
    AntennaPattern narrow = standard_sector(17, 65, 7, tilt);
    for (int a = -180; a <= 180; a += 5) {
      for (int d = -80; d <= 80; d += 4) {
        for (auto [antenna, width] : {std::pair{&sector, 65.0}, {&narrow, 7.0}}) {
          // The cuts are kept at whole degrees: between two of them the parabola is a chord.
          double chord_db = 12 * 0.25 / (width * width) + 1e-4;
          double level = std::min(30.0, 12 * (a / 65.0) * (a / 65.0));
          double down = std::min(30.0, 12 * std::pow((d - tilt) / width, 2));
          bool edge = std::abs(down - 30) < 6;  // where the parabola is cut off within a degree
          EXPECT_NEAR(antenna->loss_db(a, d), std::min(30.0, level + down),
                      tilt == std::floor(tilt) ? 1e-4
                      : edge                   ? 3
                                               : 2 * chord_db)
              << a << ' ' << d << ' ' << tilt;
        }
      }
    }
    EXPECT_NEAR(narrow.loss_db(0, tilt), 0, 1e-9);
    EXPECT_NEAR(narrow.loss_db(32.5, tilt), 3, 0.01);
    EXPECT_EQ(narrow.gain_dbi, 17);
    EXPECT_GE(narrow.vertical_loss_db[180], 30);  // the cut behind is below the one ahead
  }
}

TEST(Antenna, OmnidirectionalLosesNothingAnywhere) {
  AntennaPattern antenna = omnidirectional(9);
  EXPECT_EQ(antenna.gain_dbi, 9);
  for (int a = 0; a < 360; a += 30) EXPECT_EQ(antenna.loss_db(a, a / 4.0 - 45), 0);
}

TEST(Antenna, MechanicalTiltLowersTheFrontRaisesTheBackAndLeavesTheSides) {
  AntennaDirection front = tilted(0, 10, 4);
  EXPECT_NEAR(front.azimuth_deg, 0, 1e-9);
  EXPECT_NEAR(front.depression_deg, 6, 1e-9);
  AntennaDirection back = tilted(180, 10, 4);
  EXPECT_NEAR(std::abs(back.azimuth_deg), 180, 1e-9);
  EXPECT_NEAR(back.depression_deg, 14, 1e-9);
  AntennaDirection side = tilted(90, 0, 4);
  EXPECT_NEAR(side.depression_deg, 0, 1e-9);
  EXPECT_NEAR(side.azimuth_deg, 90, 1e-9);
  EXPECT_NEAR(tilted(-60, 0, 4).depression_deg, -2, 0.01);  // about tilt * cos
  EXPECT_LT(tilted(-60, 0, 4).azimuth_deg, 0);
  EXPECT_EQ(tilted(370, 5, 0).azimuth_deg, 10);
}

TEST(Antenna, KeptFilesReadAlike) {
  auto file = [](const char* name) {
    std::ifstream in(std::string(CAIRN_SOURCE_DIR) + "/src/radio/corpus/antenna_fuzz/" + name,
                     std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  AntennaPattern plain = parsed(file("plain.msi"));
  AntennaPattern commas = parsed(file("commas.pln"));
  EXPECT_EQ(plain.horizontal_loss_db, commas.horizontal_loss_db);
  EXPECT_EQ(plain.vertical_loss_db, commas.vertical_loss_db);
  EXPECT_NEAR(plain.gain_dbi, commas.gain_dbi, 1e-9);
  EXPECT_NEAR(commas.frequency_mhz, 780.5, 1e-9);
  EXPECT_NE(complaint(file("short.msi")).find("missing: 123"), std::string::npos);
}

}  // namespace
}  // namespace cairn::radio
