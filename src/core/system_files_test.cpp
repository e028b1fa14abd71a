// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/seams.hpp"

namespace cairn {
namespace {

class SystemFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() /
                 ("cairn-files-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + "-" +
                  std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  std::uintmax_t size_of(const std::string& name) const {
    return std::filesystem::file_size(directory_ / name);
  }

  std::filesystem::path directory_;
  std::unique_ptr<Files> files_ = system_files();
};

TEST_F(SystemFilesTest, ReplaceLeavesNothingAside) {
  ASSERT_TRUE(files_->replace(path("a"), "one"));
  ASSERT_TRUE(files_->replace(path("a"), "two"));
  EXPECT_EQ(files_->read(path("a")).value(), "two");
  EXPECT_EQ(files_->list(directory_.string()).value(), std::vector<std::string>{"a"});
  EXPECT_FALSE(files_->replace(path("no/such/directory"), "x"));
  // A directory is in the way: nothing stays aside.
  std::filesystem::create_directories(directory_ / "taken" / "inside");
  EXPECT_FALSE(files_->replace(path("taken"), "x"));
  EXPECT_FALSE(files_->exists(path("taken.new")));
}

TEST_F(SystemFilesTest, MissingFileIsNotFoundWithItsPath) {
  const auto missing = files_->read(path("gone"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
  EXPECT_EQ(missing.error().place, path("gone"));
  EXPECT_EQ(files_->map(path("gone")).error().code, Code::not_found);
  EXPECT_EQ(files_->truncate(path("gone"), 0).error().code, Code::not_found);
  EXPECT_EQ(files_->overwrite(path("gone"), 0, "x").error().code, Code::not_found);
  EXPECT_FALSE(files_->append_to(path("no/such/directory")));
}

TEST_F(SystemFilesTest, AppendGrowsAcrossOpenings) {
  {
    auto file = files_->append_to(path("log")).value();
    EXPECT_EQ(file->size(), 0u);
    ASSERT_TRUE(file->append("one "));
    ASSERT_TRUE(file->append(""));
    ASSERT_TRUE(file->sync());
    EXPECT_EQ(file->size(), 4u);
  }
  auto file = files_->append_to(path("log")).value();
  EXPECT_EQ(file->size(), 4u);
  ASSERT_TRUE(file->append("two"));
  EXPECT_EQ(file->size(), 7u);
  EXPECT_EQ(files_->read(path("log")).value(), "one two");
}

TEST_F(SystemFilesTest, ReservedSpaceIsZeroNotCountedAndCutOnClosing) {
  {
    auto file = files_->append_to(path("log")).value();
    ASSERT_TRUE(file->append("abc"));
    ASSERT_TRUE(file->reserve(10'000));
    EXPECT_EQ(file->size(), 3u);
    EXPECT_EQ(size_of("log"), 10'003u);
    EXPECT_EQ(files_->read(path("log")).value(), "abc" + std::string(10'000, '\0'));
    ASSERT_TRUE(file->append("def"));
    ASSERT_TRUE(file->reserve(100));  // there is more already
    EXPECT_EQ(size_of("log"), 10'003u);
    ASSERT_TRUE(file->sync());
  }
  EXPECT_EQ(files_->read(path("log")).value(), "abcdef");
}

// A limit of the process stands for a full disk: a part of the bytes is written, then none.
TEST_F(SystemFilesTest, FullDiskLeavesAPartThatCanBeCut) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 10'000;
  auto file = files_->append_to(path("log")).value();
  ASSERT_TRUE(file->append("good"));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto reserved = file->reserve(20'000);
  const auto size_after_reserve = size_of("log");
  const auto appended = file->append(std::string(20'000, 'x'));
  const auto size_after_append = size_of("log");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);

  EXPECT_FALSE(reserved);
  EXPECT_EQ(size_after_reserve, 4u);
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().code, Code::io);
  EXPECT_EQ(appended.error().place, path("log"));
  EXPECT_EQ(size_after_append, 10'000u);
  EXPECT_EQ(file->size(), 4u);
  file.reset();
  ASSERT_TRUE(files_->truncate(path("log"), 4));
  file = files_->append_to(path("log")).value();
  ASSERT_TRUE(file->append(" again"));
  EXPECT_EQ(files_->read(path("log")).value(), "good again");
}

TEST_F(SystemFilesTest, MapsShowTheBytes) {
  ASSERT_TRUE(files_->replace(path("empty"), ""));
  EXPECT_EQ(files_->map(path("empty")).value()->bytes(), "");
  std::string big(3'000'000, '\0');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 131 >> 3);
  ASSERT_TRUE(files_->replace(path("big"), big));
  const auto map = files_->map(path("big")).value();
  EXPECT_EQ(map->bytes(), big);
  // Removed or replaced, the mapped bytes stay.
  ASSERT_TRUE(files_->remove(path("big")));
  EXPECT_EQ(map->bytes(), big);
}

TEST_F(SystemFilesTest, CutsAndOverwritesInPlace) {
  ASSERT_TRUE(files_->replace(path("a"), "0123456789"));
  ASSERT_TRUE(files_->overwrite(path("a"), 3, "abc"));
  EXPECT_EQ(files_->read(path("a")).value(), "012abc6789");
  EXPECT_EQ(files_->overwrite(path("a"), 8, "abc").error().code, Code::invalid);
  ASSERT_TRUE(files_->truncate(path("a"), 5));
  EXPECT_EQ(files_->read(path("a")).value(), "012ab");
}

TEST_F(SystemFilesTest, RemovesAlsoWhatIsNotThere) {
  ASSERT_TRUE(files_->replace(path("a"), "x"));
  EXPECT_TRUE(files_->remove(path("a")));
  EXPECT_FALSE(files_->exists(path("a")));
  EXPECT_TRUE(files_->remove(path("a")));
  std::filesystem::create_directories(directory_ / "folder");
  EXPECT_FALSE(files_->remove(path("folder")));
}

TEST_F(SystemFilesTest, DirectoriesComeWithTheirParents) {
  ASSERT_TRUE(files_->make_directory(path("a/b/c")));
  ASSERT_TRUE(files_->make_directory(path("a/b/c")));
  ASSERT_TRUE(files_->make_directory(path("a/b/d/")));
  EXPECT_EQ(files_->list(path("a/b")).value(), (std::vector<std::string>{"c", "d"}));
  ASSERT_TRUE(files_->replace(path("file"), "x"));
  EXPECT_FALSE(files_->make_directory(path("file")));
  EXPECT_FALSE(files_->make_directory(path("file/below")));
  EXPECT_FALSE(files_->make_directory(""));
}

TEST_F(SystemFilesTest, FreeSpaceIsKnown) {
  EXPECT_GT(files_->free_bytes(directory_.string()).value(), 1'000'000u);
  EXPECT_EQ(files_->free_bytes(path("gone")).error().code, Code::not_found);
}

}  // namespace
}  // namespace cairn
