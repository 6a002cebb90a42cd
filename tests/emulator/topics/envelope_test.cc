#include "emulator/topics/envelope.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "emulator/topics/test_key_signer.h"
#include "middleware/kernel/base64.h"
#include "middleware/kernel/json.h"

namespace emulator::topics {
namespace {

const std::string kTopicArn = "arn:aws:sns:us-east-1:123456789012:orders";
const std::string kSubscriptionArn = kTopicArn + ":11111111-1111-4111-8111-111111111111";
const std::string kUnsubscribe =
    "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=" + kSubscriptionArn;
const std::string kId = "22222222-2222-4222-8222-222222222222";

Notification plain() {
  return {.message_id = kId,
          .topic_arn = kTopicArn,
          .message = "a \"quoted\" ä\nline",
          .timestamp = "2026-01-05T09:00:00.123Z",
          .signature = Signature{SignatureVersion::One, "c2ln", "https://sns.us-east-1.amazonaws.com/c.pem"}};
}

Notification full() {
  Notification notification = plain();
  notification.subject = "News";
  notification.attributes = {
      {"city", "String", "Graz"}, {"n", "Number", "12"}, {"raw", "Binary", std::string("\0\xFF", 2)}};
  notification.signature->version = SignatureVersion::Two;
  return notification;
}

// facts/aws-delivery 2.2: keys in this order.
TEST(Notification, HasItsKeysInOrder) {
  EXPECT_EQ(notification_body(plain(), kUnsubscribe),
            "{\n"
            "  \"Type\" : \"Notification\",\n"
            "  \"MessageId\" : \"" +
                kId +
                "\",\n"
                "  \"TopicArn\" : \"" +
                kTopicArn +
                "\",\n"
                "  \"Message\" : \"a \\\"quoted\\\" ä\\nline\",\n"
                "  \"Timestamp\" : \"2026-01-05T09:00:00.123Z\",\n"
                "  \"SignatureVersion\" : \"1\",\n"
                "  \"Signature\" : \"c2ln\",\n"
                "  \"SigningCertURL\" : \"https://sns.us-east-1.amazonaws.com/c.pem\",\n"
                "  \"UnsubscribeURL\" : \"" +
                kUnsubscribe +
                "\"\n"
                "}");
}

TEST(Notification, CarriesSubjectAndAttributes) {
  EXPECT_EQ(notification_body(full(), "u"),
            "{\n"
            "  \"Type\" : \"Notification\",\n"
            "  \"MessageId\" : \"" +
                kId +
                "\",\n"
                "  \"TopicArn\" : \"" +
                kTopicArn +
                "\",\n"
                "  \"Subject\" : \"News\",\n"
                "  \"Message\" : \"a \\\"quoted\\\" ä\\nline\",\n"
                "  \"Timestamp\" : \"2026-01-05T09:00:00.123Z\",\n"
                "  \"SignatureVersion\" : \"2\",\n"
                "  \"Signature\" : \"c2ln\",\n"
                "  \"SigningCertURL\" : \"https://sns.us-east-1.amazonaws.com/c.pem\",\n"
                "  \"UnsubscribeURL\" : \"u\",\n"
                "  \"MessageAttributes\" : {\n"
                "    \"city\" : {\"Type\":\"String\",\"Value\":\"Graz\"},\n"
                "    \"n\" : {\"Type\":\"Number\",\"Value\":\"12\"},\n"
                "    \"raw\" : {\"Type\":\"Binary\",\"Value\":\"AP8=\"}\n"
                "  }\n"
                "}");
}

TEST(Notification, OfAFifoTopicHasASequenceNumberAndNoSignature) {
  Notification notification = plain();
  notification.sequence_number = "10000000000000000000";
  notification.signature.reset();
  const auto body = kernel::parse_json(notification_body(notification, "u"));
  ASSERT_TRUE(body);
  std::string keys;
  for (const auto& [key, value] : body->items()) keys += key + " ";
  EXPECT_EQ(keys, "Type MessageId SequenceNumber TopicArn Message Timestamp UnsubscribeURL ");
}

TEST(Notification, IsOneRecordForLambda) {
  EXPECT_EQ(
      lambda_payload(plain(), kSubscriptionArn, kUnsubscribe),
      R"({"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","EventSubscriptionArn":")" +
          kSubscriptionArn + R"(","Sns":{"Type":"Notification","MessageId":")" + kId + R"(","TopicArn":")" +
          kTopicArn +
          R"(","Subject":null,"Message":"a \"quoted\" ä\nline","Timestamp":"2026-01-05T09:00:00.123Z",)" +
          R"("SignatureVersion":"1","Signature":"c2ln","SigningCertUrl":"https://sns.us-east-1.amazonaws.com/c.pem",)" +
          R"("UnsubscribeUrl":")" + kUnsubscribe + R"(","MessageAttributes":{}}}]})");
  const auto payload = kernel::parse_json(lambda_payload(full(), kSubscriptionArn, "u"));
  ASSERT_TRUE(payload);
  EXPECT_EQ(kernel::json_text_at(*payload, "/Records/0/Sns/Subject"), "News");
  EXPECT_EQ(
      kernel::json_text_at(*payload, "/Records/0/Sns/MessageAttributes"),
      R"({"city":{"Type":"String","Value":"Graz"},"n":{"Type":"Number","Value":"12"},"raw":{"Type":"Binary","Value":"AP8="}})");
}

TEST(Confirmation, HasItsKeysInOrder) {
  const Confirmation confirmation{.message_id = kId,
                                  .topic_arn = kTopicArn,
                                  .token = "abc",
                                  .message = confirmation_message(kTopicArn),
                                  .subscribe_url = "s",
                                  .timestamp = "t",
                                  .signature = Signature{SignatureVersion::One, "c2ln", "c"}};
  EXPECT_EQ(confirmation_body(confirmation),
            "{\n  \"Type\" : \"SubscriptionConfirmation\",\n  \"MessageId\" : \"" + kId +
                "\",\n  \"Token\" : \"abc\",\n  \"TopicArn\" : \"" + kTopicArn +
                "\",\n  \"Message\" : \"You have chosen to subscribe to the topic " + kTopicArn +
                ".\\nTo confirm the subscription, visit the SubscribeURL included in this message.\",\n"
                "  \"SubscribeURL\" : \"s\",\n  \"Timestamp\" : \"t\",\n  \"SignatureVersion\" : \"1\",\n"
                "  \"Signature\" : \"c2ln\",\n  \"SigningCertURL\" : \"c\"\n}");
  EXPECT_EQ(string_to_sign(confirmation), "Message\n" + confirmation.message + "\nMessageId\n" + kId +
                                              "\nSubscribeURL\ns\nTimestamp\nt\nToken\nabc\nTopicArn\n" +
                                              kTopicArn + "\nType\nSubscriptionConfirmation\n");
}

TEST(HttpHeaders, SayWhatComes) {
  const auto text = [](const kernel::Headers& headers) {
    std::string all;
    for (const auto& [name, value] : headers) all += name + ": " + value + "\n";
    return all;
  };
  EXPECT_EQ(
      text(http_headers({.type = "Notification",
                         .message_id = "m",
                         .topic_arn = "t",
                         .subscription_arn = "s",
                         .content_type = "text/plain; charset=UTF-8",
                         .is_raw = true})),
      "x-amz-sns-message-type: Notification\nx-amz-sns-message-id: m\nx-amz-sns-topic-arn: t\n"
      "x-amz-sns-subscription-arn: s\nx-amz-sns-rawdelivery: true\nContent-Type: text/plain; charset=UTF-8\n"
      "User-Agent: Amazon Simple Notification Service Agent\nAccept-Encoding: gzip,deflate\n");
  EXPECT_EQ(
      text(http_headers(
          {.type = "SubscriptionConfirmation", .message_id = "m", .topic_arn = "t", .content_type = "c"})),
      "x-amz-sns-message-type: SubscriptionConfirmation\nx-amz-sns-message-id: m\nx-amz-sns-topic-arn: t\n"
      "Content-Type: c\nUser-Agent: Amazon Simple Notification Service Agent\nAccept-Encoding: "
      "gzip,deflate\n");
}

TEST(Signing, IsOverTheDocumentedText) {
  EXPECT_EQ(string_to_sign(plain()), "Message\na \"quoted\" ä\nline\nMessageId\n" + kId +
                                         "\nTimestamp\n2026-01-05T09:00:00.123Z\nTopicArn\n" + kTopicArn +
                                         "\nType\nNotification\n");
  EXPECT_NE(string_to_sign(full()).find("\nSubject\nNews\nTimestamp\n"), std::string::npos);
}

/// As a validator does it: with the certificate alone.
bool verifies(std::string_view pem, const EVP_MD* digest, const std::string& text,
              const std::string& signature) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  if (certificate == nullptr) return false;
  std::vector<unsigned char> bytes(signature.size());
  const int decoded = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(signature.data()),
                                      static_cast<int>(signature.size()));
  const auto padding = static_cast<std::size_t>(std::ranges::count(signature, '='));
  EVP_PKEY* key = X509_get_pubkey(certificate);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool good = decoded > 0 && EVP_DigestVerifyInit(context, nullptr, digest, nullptr, key) == 1 &&
                    EVP_DigestVerify(context, bytes.data(), static_cast<std::size_t>(decoded) - padding,
                                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  X509_free(certificate);
  return good;
}

TEST(Signing, IsVerifiedByTheCertificate) {
  TestKeySigner signer;
  const std::string text = string_to_sign(full());
  const std::string one = signer.sign(text, SignatureVersion::One);
  const std::string two = signer.sign(text, SignatureVersion::Two);
  EXPECT_TRUE(verifies(signer.certificate_pem(), EVP_sha1(), text, one));
  EXPECT_TRUE(verifies(signer.certificate_pem(), EVP_sha256(), text, two));
  EXPECT_FALSE(verifies(signer.certificate_pem(), EVP_sha1(), text, two));
  EXPECT_FALSE(verifies(signer.certificate_pem(), EVP_sha1(), text + "x", one));
}

TEST(Signing, OfOneTextIsAlwaysTheSame) {
  TestKeySigner first;
  TestKeySigner second;
  EXPECT_EQ(first.sign("text", SignatureVersion::Two), second.sign("text", SignatureVersion::Two));
}

TEST(Signing, NamesTheCertificateByItsContent) {
  const TestKeySigner signer;
  EXPECT_TRUE(std::regex_match(certificate_path(signer),
                               std::regex("/SimpleNotificationService-[0-9a-f]{32}\\.pem")));
}

TEST(Base64, PadsToFour) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xFB\xFF", "+/8="}};
  for (const auto& [bytes, text] : cases) EXPECT_EQ(kernel::base64(bytes), text);
}

TEST(BaseType, LeavesACustomPartAway) {
  EXPECT_EQ(base_type("Number.int"), "Number");
  EXPECT_EQ(base_type("String.Array"), "String.Array");
  EXPECT_EQ(base_type("Binary"), "Binary");
}

}  // namespace
}  // namespace emulator::topics
