// SPDX-License-Identifier: Apache-2.0
#include "formula/cql2_json.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace cairn::formula {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string printed(std::string_view json) {
  const auto tree = parse_cql2_json(json);
  return tree ? print(**tree) : to_string(tree.error());
}

// The standard gives each example in both encodings: they must be one tree.
TEST(Cql2Json, ExamplesAgreeWithTheirTextTwins) {
  const std::filesystem::path folder =
      std::filesystem::path(CAIRN_SOURCE_DIR) / "src/formula/testdata/cql2/examples";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "json")) {
    const auto from_json = parse_cql2_json(read(entry.path()));
    ASSERT_TRUE(from_json.has_value()) << entry.path() << ": " << to_string(from_json.error());
    const auto twin = folder / "text" / (entry.path().stem().string() + ".txt");
    const auto from_text = parse(read(twin));
    ASSERT_TRUE(from_text.has_value()) << twin;
    EXPECT_TRUE(same(**from_json, **from_text)) << twin << "\n"
                                                << print(**from_json) << "\n"
                                                << print(**from_text);
    ++count;
  }
  EXPECT_EQ(count, 109);
}

TEST(Cql2Json, ErrorsCarryAPointer) {
  EXPECT_EQ(printed("{\"op\":"), "1:7: this is not JSON");
  EXPECT_EQ(printed("{\"op\":\"=\",\"args\":[1,{\"date\":\"2020-13-01\"}]}"),
            "/args/1/date: there is no day '2020-13-01'");
  EXPECT_EQ(printed("{\"op\":\"=\",\"args\":[1]}"), "/args: '=' takes 2 args");
  EXPECT_EQ(printed("{\"op\":\"!=\",\"args\":[1,2]}"), "/op: there is no operation '!='");
  EXPECT_EQ(printed("{\"op\":\"and\",\"args\":[true]}"), "/args: 'and' takes two or more");
  EXPECT_EQ(printed("{\"op\":\"s_within\",\"args\":[{\"property\":\"g\"},{\"bbox\":[1,2,3]}]}"),
            "/args/1/bbox: BBOX takes four numbers, or six with heights: west, south, east, north");
  EXPECT_EQ(printed("{\"op\":\"s_within\",\"args\":[{\"property\":\"g\"},{\"type\":\"Point\","
                    "\"coordinates\":[200,1]}]}")
                .substr(0, 19),
            "/args/1/coordinates");
  EXPECT_EQ(printed("null"), "/: expected an expression");
}

TEST(Cql2Json, DepthAndSizeAreLimited) {
  std::string deep = "1";
  for (int i = 0; i < 400; ++i) deep = "{\"op\":\"abs\",\"args\":[" + deep + "]}";
  EXPECT_NE(printed(deep).find("nested more than 200 levels deep"), std::string::npos);
  std::string brackets(60'000, '[');
  EXPECT_NE(printed(brackets).find("not JSON"), std::string::npos);
  const auto large = parse_cql2_json(std::string(100'000, ' '));
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().code, Code::too_large);
}

}  // namespace
}  // namespace cairn::formula
