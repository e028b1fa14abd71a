// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "codec/test_hj212.hpp"

namespace cairn::codec::hj212 {
namespace {

constexpr Zone china{8 * 3600};

Data data_of(const std::string& content, std::optional<Instant> carried = {}) {
  return read_data(
      parse("QN=20160801085857223;ST=32;CN=2011;PW=1;MN=A;CP=&&" + content + "&&").packet, china,
      carried);
}

TEST(Hj212Data, TimesAreThoseOfTheRegion) {
  EXPECT_EQ(to_string(*read_time("20160801085857", china), china), "2016-08-01T08:58:57+08:00");
  EXPECT_EQ(read_time("20160801085857223", china)->ns % ns_per_second, 223'000'000);
  for (const char* wrong :
       {"", "2016080108585", "20160801085857x", "20160230000000", "20160801240000",
        "20160801006000", "20160801000060", "0000010100000"}) {
    EXPECT_FALSE(read_time(wrong, china)) << wrong;
  }
  const Instant t = *read_time("20240229235959007", china);
  EXPECT_EQ(write_time(t, china, true), "20240229235959007");
  EXPECT_EQ(write_time(t, china, false), "20240229235959");
}

TEST(Hj212Data, ReadsValuesWithTheirFlagsAndTime) {
  const Data data = data_of(
      "DataTime=20160801085857;w01001-Rtd=7.1,w01001-Flag=N;w01018-Min=2,w01018-Avg=2.5,"
      "w01018-Flag=D;B01-Rtd=-1e1;w1-Rtd=3;w1-Flag=C;PolId=w01018;i1-Info=x;SB1-RS=1");
  EXPECT_TRUE(data.findings.empty()) << texts(data.findings);
  ASSERT_EQ(data.values.size(), 6u);
  EXPECT_EQ(data.values[0].name, "w01001-Rtd");
  EXPECT_EQ(data.values[0].code, "w01001");
  EXPECT_EQ(data.values[0].value, 7.1);
  EXPECT_EQ(data.values[0].flag, 'N');
  EXPECT_EQ(data.values[0].time, *read_time("20160801085857", china));
  EXPECT_EQ(data.values[2].flag, 'D');
  EXPECT_EQ(data.values[3].value, -10);
  EXPECT_EQ(data.values[3].flag, 'N') << "none is said";
  EXPECT_EQ(data.values[4].flag, 'C') << "divided by ; instead of ,";
  EXPECT_STREQ(flag_words(data.values[4].flag), "calibration");
}

TEST(Hj212Data, TellsMisprintsAndWhatIsNoNumberOrTime) {
  Data data = data_of("DataTime=20200814151600;LA-td=50.1,LA-Flag=N");
  EXPECT_TRUE(data.values.empty());
  ASSERT_EQ(data.findings.size(), 1u);
  EXPECT_EQ(data.findings[0].trouble, Trouble::name);
  EXPECT_EQ(data.findings[0].text, "'LA-td': the standard has no '-td'; -Rtd is meant, it seems");
  data = data_of("DataTime=20200814151600;a-Rtd=NaN;b-Rtd=;c-Rtd=1,5");
  EXPECT_EQ(data.findings.size(), 2u) << texts(data.findings);
  EXPECT_EQ(data.findings[0].trouble, Trouble::value);
  data = data_of("DataTime=20201314151600;a-Rtd=1");
  EXPECT_TRUE(data.values.empty());
  ASSERT_GE(data.findings.size(), 1u);
  EXPECT_EQ(data.findings[0].trouble, Trouble::clock);
  EXPECT_TRUE(data.findings[0].refuses);
  data = data_of("a-Rtd=1;b-Rtd=2");
  EXPECT_EQ(texts(data.findings), "values come before any DataTime\n");
}

TEST(Hj212Data, ATimeCanBeCarriedFromAnEarlierPart) {
  const Data data = data_of("a-Avg=1", Instant{77});
  ASSERT_EQ(data.values.size(), 1u);
  EXPECT_EQ(data.values[0].time, Instant{77});
}

TEST(Hj212Data, ReadsAllValuesOfTheFieldsFrames) {
  std::size_t values = 0;
  std::size_t misprints = 0;
  for (const FrameCase& c : test_frames(CAIRN_SOURCE_DIR)) {
    const Frame frame = only_frame(c.frame);
    if (!frame.right()) continue;
    const Data data = read_data(parse(frame.data).packet, china);
    values += data.values.size();
    for (const Finding& finding : data.findings) {
      EXPECT_EQ(finding.trouble, Trouble::name) << finding.text;
      ++misprints;
    }
  }
  EXPECT_EQ(misprints, 2u) << "LA-td in two frames";
  EXPECT_EQ(values, 132u);
}

}  // namespace
}  // namespace cairn::codec::hj212
