#include "middleware/config/security_shapes.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

TEST(SecurityShape, ReadsWhoMayCall) {
  const auto read = config::read_text(
      "callers:\n"
      "  bearer: [env:TOKEN, \"secretsmanager:orders/token?stage=AWSPREVIOUS#/token\"]\n"
      "  sigv4: [{access_key_id: env:ID, secret_access_key: file:/run/key}]\n"
      "  clock_skew: 1m\n"
      "metrics: open\n"
      "admin: {bearer: [ssm:/admin]}\n",
      "m.yaml", config::security_shape());
  ASSERT_TRUE(read) << read.error().error().text();
  EXPECT_EQ(read->callers.bearer,
            (std::vector<std::string>{"env:TOKEN", "secretsmanager:orders/token?stage=AWSPREVIOUS#/token"}));
  ASSERT_EQ(read->callers.sigv4.size(), 1U);
  EXPECT_EQ(read->callers.sigv4[0].secret_access_key, "file:/run/key");
  EXPECT_EQ(read->callers.clock_skew, 1min);
  ASSERT_TRUE(read->metrics);
  EXPECT_TRUE(read->metrics->is_open());
  ASSERT_TRUE(read->admin);
  EXPECT_EQ(read->admin->bearer, std::vector<std::string>{"ssm:/admin"});
}

TEST(SecurityShape, RefusesWhatWouldLetEverybodyInOrHoldASecret) {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"callers: {}\n", "names nobody: give bearer or sigv4"},
      {"callers: {bearer: []}\n", "bearer"},
      {"callers: {bearer: [s3cr3t-token]}\n", "a secret is named by a reference"},
      {"callers: open\n", "callers"},
      {"metrics: closed\n", "metrics"},
      {"admin: {sigv4: [{access_key_id: env:ID}]}\n", "secret_access_key"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto read = config::read_text(c.text, "m.yaml", config::security_shape());
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().error().text().find(c.message), std::string::npos) << read.error().error().text();
    EXPECT_EQ(read.error().error().text().find("s3cr3t"), std::string::npos) << read.error().error().text();
  }
}

TEST(ServerShape, ReadsLimits) {
  const auto read = config::read_text(
      "{body_max: 1MiB, header_max: 8KiB, headers: 10, json_depth: 5, header_time: 1s, body_time: 2s, "
      "idle_time: 3s,"
      " connections: 4, running: 5, waiting: 0, waiting_time: 6s, farewell: 7s}",
      "m.yaml", config::server_shape());
  ASSERT_TRUE(read) << read.error().error().text();
  EXPECT_EQ(read->body_bytes_max, 1 << 20);
  EXPECT_EQ(read->header_bytes_max, 8 << 10);
  EXPECT_EQ(read->headers_max, 10);
  EXPECT_EQ(read->json_depth_max, 5);
  EXPECT_EQ(read->header_time, 1s);
  EXPECT_EQ(read->body_time, 2s);
  EXPECT_EQ(read->idle_time, 3s);
  EXPECT_EQ(read->connections_max, 4);
  EXPECT_EQ(read->running_max, 5);
  EXPECT_EQ(read->waiting_max, 0);
  EXPECT_EQ(read->waiting_time, 6s);
  EXPECT_EQ(read->farewell, 7s);
}

}  // namespace
