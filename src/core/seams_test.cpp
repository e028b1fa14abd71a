// SPDX-License-Identifier: Apache-2.0
#include "core/seams.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>

namespace cairn {
namespace {

class SeamsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() /
        ("cairn-seams-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
         std::to_string(reinterpret_cast<std::uintptr_t>(this)));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }

  std::filesystem::path directory_;
};

std::string gzip(std::string_view plain) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, plain.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

TEST_F(SeamsTest, GzipIsReadAndBombsAreRefused) {
  const auto files = system_files();
  const std::string packed = gzip(std::string(1'000'000, 'x'));
  ASSERT_TRUE(files->replace(path("x.csv.gz"), packed));
  EXPECT_EQ(files->read(path("x.csv.gz")).value().size(), 1'000'000u);
  EXPECT_EQ(gunzip(packed, 1000).error().code, Code::too_large);
  EXPECT_FALSE(gunzip(packed.substr(0, packed.size() / 2), 2'000'000));
  EXPECT_FALSE(gunzip("not gzip", 1000));
}

}  // namespace
}  // namespace cairn
