// SPDX-License-Identifier: Apache-2.0
#include "server/overlay_queue.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <future>

#include "server/detail/test_service.hpp"
#include "server/problem.hpp"

namespace cairn::server {
namespace {

using detail::Answers;

Request asking(std::string query) {
  return {.path = "/v1/regions", .query = std::move(query)};
}

Response refusal(int status, const std::string& message) {
  return problem(status, message);
}

TEST(OverlayQueue, ConcernsProposalsThatAreNotLaidYet) {
  detail::TestService service;
  ASSERT_EQ(service.failure, "");
  const auto state = service.service().state();
  EXPECT_TRUE(OverlayQueue::concerns(*state, asking("overlay=more")));
  EXPECT_TRUE(OverlayQueue::concerns(*state, asking("at=2021&overlay=mo%72e")));
  EXPECT_FALSE(OverlayQueue::concerns(*state, asking("overlay=")));
  EXPECT_FALSE(OverlayQueue::concerns(*state, asking("overlay=nothing")));  // 404 at once
  EXPECT_FALSE(OverlayQueue::concerns(*state, asking("at=overlay")));
  EXPECT_FALSE(OverlayQueue::concerns(*state, asking("overlay=%zz")));
  ASSERT_TRUE(state->overlaid("more").has_value());
  EXPECT_FALSE(OverlayQueue::concerns(*state, asking("overlay=more")));
}

TEST(OverlayQueue, AnswersInOrderAndIsBounded) {
  std::promise<void> gate;
  const std::shared_future<void> open(gate.get_future());
  const auto answers = std::make_shared<Answers>();  // shared: as replies hold it
  std::string order;
  OverlayQueue queue(
      [&](Request request, Reply reply) {
        open.wait();
        order += request.query + ' ';
        reply.send({.status = 200});
      },
      refusal);
  for (std::uint64_t i = 0; i < 150; ++i) queue.take(asking(std::to_string(i)), Reply(answers, i));
  int refused = 0;
  for (std::uint64_t i = 0; i < 150; ++i) {
    const auto answer = answers->of(i);
    if (answer) refused += answer->status == 429 ? 1 : 1000;
  }
  EXPECT_GE(refused, 49);
  EXPECT_LE(refused, 50);
  gate.set_value();
  for (int i = 0; i < 500 && !answers->of(99); ++i) ::usleep(10'000);
  EXPECT_EQ(answers->of(99)->status, 200);
  queue.stop();
  EXPECT_TRUE(order.starts_with("0 1 2 3 "));
}

TEST(OverlayQueue, StoppingAnswersWhoWaits) {
  std::promise<void> gate;
  const std::shared_future<void> open(gate.get_future());
  std::promise<void> begun;
  const auto answers = std::make_shared<Answers>();  // shared: as replies hold it
  OverlayQueue queue(
      [&](Request, Reply reply) {
        begun.set_value();
        open.wait();
        reply.send({.status = 200});
      },
      refusal);
  queue.take(asking("a"), Reply(answers, 1));
  begun.get_future().wait();
  queue.take(asking("b"), Reply(answers, 2));
  std::thread stopping([&] { queue.stop(); });
  for (int i = 0; i < 500 && !answers->of(2); ++i) ::usleep(10'000);
  EXPECT_EQ(answers->of(2)->status, 503);
  gate.set_value();
  stopping.join();
  EXPECT_EQ(answers->of(1)->status, 200);
  queue.take(asking("c"), Reply(answers, 3));
  EXPECT_EQ(answers->of(3)->status, 429);
}

}  // namespace
}  // namespace cairn::server
