// The life of queues at run time, and their attributes.
#include "tests/emulator/queues/queues_support.h"

namespace emulator::queues {
namespace {

constexpr const char* kDead = R"("deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dlq")";

struct AdminBench : QueuesBench {
  AdminBench() : QueuesBench({{.name = "dlq"}}) {}
  std::string create(std::string_view name, const AttributeMap& attributes = {}) {
    return error_of(queues.create(name, attributes));
  }
  std::string attribute(std::string_view queue, const std::string& name) {
    const auto found = queues.attributes(queue, {name});
    if (!found) return error_of(found);
    return found->empty() ? "absent" : found->at(0).second;
  }
};

TEST(QueueAdmin, CreatesAQueueOnce) {
  AdminBench bench;
  EXPECT_FALSE(bench.queues.exists("q"));
  EXPECT_EQ(bench.create("q", {{"VisibilityTimeout", "5"}}), "");
  bench.send("q", "a");
  EXPECT_EQ(bench.create("q", {{"VisibilityTimeout", "5"}}), "");
  EXPECT_EQ(bench.create("q"), "") << "what is not said is not compared";
  EXPECT_EQ(
      bench.create("q", {{"DelaySeconds", "0"}, {"VisibilityTimeout", "6"}}),
      "QueueNameExists 400: A queue already exists with the same name and a different value for attribute "
      "VisibilityTimeout");
  EXPECT_EQ(bench.queues.depth("q"), 1u) << "it is the same queue";
  EXPECT_EQ(bench.queues.list(""), (std::vector<std::string>{"dlq", "q"}));
  EXPECT_EQ(bench.queues.list("d"), std::vector<std::string>{"dlq"});
}

TEST(QueueAdmin, WantsAProperName) {
  const std::string standard =
      "InvalidParameterValueException 400: Can only include alphanumeric characters, hyphens, or "
      "underscores. 1 to "
      "80 in length";
  const std::string fifo =
      "InvalidParameterValueException 400: The name of a FIFO queue can only include alphanumeric "
      "characters, "
      "hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.";
  const AttributeMap is_fifo = {{"FifoQueue", "true"}};
  struct Case {
    std::string name;
    AttributeMap attributes;
    std::string error;
  };
  const Case cases[] = {
      {"Orders-1_x", {}, ""},
      {std::string(80, 'q'), {}, ""},
      {std::string(81, 'q'), {}, standard},
      {"", {}, standard},
      {"a.b", {}, standard},
      {"a b", {}, standard},
      {"q.fifo", {}, standard},
      {"q.fifo", is_fifo, ""},
      {"q", is_fifo, fifo},
      {".fifo", is_fifo, fifo},
      {"a.b.fifo", is_fifo, fifo},
      {"q", {{"FifoQueue", "false"}}, "InvalidAttributeName 400: Unknown Attribute FifoQueue."}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    AdminBench bench;
    EXPECT_EQ(bench.create(c.name, c.attributes), c.error);
    EXPECT_EQ(bench.queues.exists(c.name), c.error.empty());
  }
}

TEST(QueueAdmin, KeepsANameForAMinuteAfterADeletion) {
  AdminBench bench;
  bench.create("q");
  bench.send("q", "a");
  const std::string handle = bench.handle("q");
  EXPECT_EQ(error_of(bench.queues.remove_queue("q")), "");
  EXPECT_EQ(error_of(bench.queues.remove_queue("q")),
            "QueueDoesNotExist 400: The specified queue does not exist.");
  EXPECT_EQ(bench.queues.depth("q"), std::nullopt);
  bench.run_to(60s - 1ns);
  EXPECT_EQ(bench.create("q"),
            "QueueDeletedRecently 400: You must wait 60 seconds after deleting a queue before you can create "
            "another "
            "with the same name.");
  bench.run_to(60s);
  EXPECT_EQ(bench.create("q"), "");
  EXPECT_EQ(bench.queues.depth("q"), 0u);
  EXPECT_TRUE(error_of(bench.queues.remove("q", handle)).starts_with("ReceiptHandleIsInvalid"))
      << "a handle of the queue that had its name";
}

TEST(QueueAdmin, PurgesOnceAMinute) {
  AdminBench bench;
  bench.create("q");
  for (const char* body : {"a", "b"}) bench.send("q", body);
  bench.handle("q");
  EXPECT_EQ(error_of(bench.queues.purge("q")), "");
  EXPECT_EQ(bench.queues.depth("q"), 0u);
  bench.run_to(60s - 1ns);
  EXPECT_EQ(error_of(bench.queues.purge("q")),
            "PurgeQueueInProgress 403: Only one PurgeQueue operation on q is allowed every 60 seconds.");
  bench.run_to(60s);
  EXPECT_EQ(error_of(bench.queues.purge("q")), "");
}

TEST(QueueAdmin, ShowsEveryAttributeAsText) {
  AdminBench bench;
  bench.run_to(1s);
  bench.create("q", {{"RedrivePolicy", std::string("{") + kDead + R"(,"maxReceiveCount":"3"})"}});
  bench.send("q", "a");
  bench.send("q", "b");
  bench.queues.send("q", {.body = "c", .delay = 5s});
  bench.handle("q");
  EXPECT_EQ(*bench.queues.attributes("q", {"All"}),
            (AttributeMap{{"VisibilityTimeout", "30"},
                          {"DelaySeconds", "0"},
                          {"MessageRetentionPeriod", "345600"},
                          {"ReceiveMessageWaitTimeSeconds", "0"},
                          {"MaximumMessageSize", "1048576"},
                          {"RedrivePolicy", std::string("{") + kDead + R"(,"maxReceiveCount":3})"},
                          {"QueueArn", "arn:aws:sqs:us-east-1:123456789012:q"},
                          {"ApproximateNumberOfMessages", "1"},
                          {"ApproximateNumberOfMessagesNotVisible", "1"},
                          {"ApproximateNumberOfMessagesDelayed", "1"},
                          {"CreatedTimestamp", "1767603601"},
                          {"LastModifiedTimestamp", "1767603601"}}));
  bench.create("q.fifo", {{"FifoQueue", "true"}, {"ContentBasedDeduplication", "true"}});
  EXPECT_EQ(
      *bench.queues.attributes("q.fifo", {"FifoQueue", "ContentBasedDeduplication", "DeduplicationScope"}),
      (AttributeMap{
          {"FifoQueue", "true"}, {"ContentBasedDeduplication", "true"}, {"DeduplicationScope", "queue"}}));
  EXPECT_EQ(bench.attribute("q", "FifoQueue"), "absent");
  EXPECT_EQ(bench.attribute("q", "Color"), "InvalidAttributeName 400: Unknown Attribute Color.");
  EXPECT_EQ(*bench.queues.dead_letter_sources("dlq"), std::vector<std::string>{"q"});
}

TEST(QueueAdmin, ChangesAttributesWithinTheirLimits) {
  const auto value = [](const char* name) {
    return "InvalidAttributeValue 400: Invalid value for the parameter " + std::string(name) + ".";
  };
  const auto unknown = [](const char* name) {
    return "InvalidAttributeName 400: Unknown Attribute " + std::string(name) + ".";
  };
  struct Case {
    const char* name;
    const char* value;
    std::string error;
  };
  const Case cases[] = {
      {"VisibilityTimeout", "0", ""},
      {"VisibilityTimeout", "43200", ""},
      {"VisibilityTimeout", "43201", value("VisibilityTimeout")},
      {"VisibilityTimeout", "-1", value("VisibilityTimeout")},
      {"VisibilityTimeout", "5s", value("VisibilityTimeout")},
      {"DelaySeconds", "900", ""},
      {"DelaySeconds", "901", value("DelaySeconds")},
      {"MessageRetentionPeriod", "60", ""},
      {"MessageRetentionPeriod", "59", value("MessageRetentionPeriod")},
      {"MessageRetentionPeriod", "1209601", value("MessageRetentionPeriod")},
      {"ReceiveMessageWaitTimeSeconds", "20", ""},
      {"ReceiveMessageWaitTimeSeconds", "21", value("ReceiveMessageWaitTimeSeconds")},
      {"MaximumMessageSize", "1024", ""},
      {"MaximumMessageSize", "1023", value("MaximumMessageSize")},
      {"MaximumMessageSize", "1048577", value("MaximumMessageSize")},
      {"ContentBasedDeduplication", "true", unknown("ContentBasedDeduplication")},
      {"FifoQueue", "false", ""},
      {"FifoQueue", "true", value("FifoQueue") + " Reason: Modifying queue type is not supported."},
      {"QueueArn", "x", unknown("QueueArn")},
      {"Color", "red", unknown("Color")},
      {"Policy", "{}", "UnsupportedOperation 400: The queue attribute Policy is not emulated."},
      {"KmsMasterKeyId", "k",
       "UnsupportedOperation 400: The queue attribute KmsMasterKeyId is not emulated."},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.name) + "=" + c.value);
    AdminBench bench;
    bench.create("q", {{"DelaySeconds", "1"}});
    EXPECT_EQ(error_of(bench.queues.set_attributes("q", {{"VisibilityTimeout", "7"}, {c.name, c.value}})),
              c.error);
    if (c.error.empty() && std::string_view(c.name) != "FifoQueue")
      EXPECT_EQ(bench.attribute("q", c.name), c.value);
    if (!c.error.empty()) EXPECT_EQ(bench.attribute("q", "VisibilityTimeout"), "30") << "all or nothing";
  }
}

TEST(QueueAdmin, ReadsRedrivePolicies) {
  const std::string count = "from 1 to 1000 both inclusive.";
  struct Case {
    std::string policy;
    std::string reason;  ///< "" = taken
  };
  const std::string dead = kDead;
  const Case cases[] = {
      {"{" + dead + R"(,"maxReceiveCount":5})", ""},
      {"{" + dead + R"(,"maxReceiveCount":"5"})", ""},
      {"", ""},
      {"[]", "Redrive policy is not a valid JSON map."},
      {"{", "Redrive policy is not a valid JSON map."},
      {"{" + dead + "}", "Redrive policy does not contain mandatory attribute: maxReceiveCount."},
      {R"({"maxReceiveCount":5})",
       "Redrive policy does not contain mandatory attribute: deadLetterTargetArn."},
      {"{" + dead + R"(,"maxReceiveCount":0})",
       "Invalid value for maxReceiveCount: 0, valid values are " + count},
      {"{" + dead + R"(,"maxReceiveCount":1001})",
       "Invalid value for maxReceiveCount: 1001, valid values are " + count},
      {R"({"deadLetterTargetArn":"dlq","maxReceiveCount":5})", "Dead letter target does not exist."},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.policy);
    AdminBench bench;
    const std::string error = bench.create("q", {{"RedrivePolicy", c.policy}});
    if (c.reason.empty()) {
      EXPECT_EQ(error, "");
      continue;
    }
    EXPECT_EQ(error, "InvalidParameterValueException 400: Value " + c.policy +
                         " for parameter RedrivePolicy is invalid. Reason: " + c.reason);
  }
}

TEST(QueueAdmin, LetsADeadLetterQueueChooseItsSources) {
  const std::string by_queue =
      R"({"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:123456789012:q"]})";
  const std::string policy = std::string("{") + kDead + R"(,"maxReceiveCount":5})";
  AdminBench bench;
  const auto allow = [&](const std::string& text) {
    return error_of(bench.queues.set_attributes("dlq", {{"RedriveAllowPolicy", text}}));
  };
  EXPECT_EQ(allow(by_queue), "");
  EXPECT_EQ(bench.attribute("dlq", "RedriveAllowPolicy"), by_queue);
  EXPECT_EQ(bench.create("q", {{"RedrivePolicy", policy}}), "");
  EXPECT_TRUE(
      bench.create("other", {{"RedrivePolicy", policy}})
          .ends_with("Queue other is not allowed by the redrive allow policy of the dead-letter target."));
  EXPECT_EQ(allow(R"({"redrivePermission":"denyAll"})"), "");
  EXPECT_EQ(bench.attribute("dlq", "RedriveAllowPolicy"), R"({"redrivePermission":"denyAll"})");
  EXPECT_EQ(allow(R"({"redrivePermission":"allowAll"})"), "");
  EXPECT_EQ(bench.create("other", {{"RedrivePolicy", policy}}), "");
  for (const char* wrong : {R"({"redrivePermission":"some"})", R"({"redrivePermission":"byQueue"})",
                            R"({"redrivePermission":"denyAll","sourceQueueArns":["arn:aws:sqs:a:b:c"]})",
                            R"({"redrivePermission":"byQueue","sourceQueueArns":[]})", "x"}) {
    EXPECT_TRUE(allow(wrong).starts_with("InvalidParameterValueException 400: Value ")) << wrong;
  }
}

TEST(QueueAdmin, AppliesANewRetentionAtOnce) {
  AdminBench bench;
  bench.create("q");
  bench.send("q", "a");
  bench.run_to(2min);
  bench.queues.set_attributes("q", {{"MessageRetentionPeriod", "60"}}).value();
  EXPECT_EQ(bench.queues.depth("q"), 0u);
  EXPECT_EQ(bench.attribute("q", "LastModifiedTimestamp"), "1767603720");
}

TEST(QueueAdmin, KnowsNoQueueThatIsNotThere) {
  AdminBench bench;
  const std::string error = "QueueDoesNotExist 400: The specified queue does not exist.";
  EXPECT_EQ(error_of(bench.queues.attributes("q", {"All"})), error);
  EXPECT_EQ(error_of(bench.queues.set_attributes("q", {})), error);
  EXPECT_EQ(error_of(bench.queues.purge("q")), error);
  EXPECT_EQ(error_of(bench.queues.remove_queue("q")), error);
  EXPECT_EQ(error_of(bench.queues.dead_letter_sources("q")), error);
  EXPECT_EQ(error_of(bench.queues.source("q")), error);
  EXPECT_EQ(error_of(bench.queues.change_visibility("q", "h", 1s)), error);
  EXPECT_EQ(error_of(bench.queues.send_batch("q", {})), error);
  EXPECT_EQ(errors::queue_does_not_exist().query_code, "AWS.SimpleQueueService.NonExistentQueue");
}

}  // namespace
}  // namespace emulator::queues
