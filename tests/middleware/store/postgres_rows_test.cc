#ifdef RELAYRIG_POSTGRES
#include "middleware/store/postgres_rows.h"

#include <gtest/gtest.h>

#include "middleware/store/postgres_url.h"

namespace store {
namespace {

TEST(StoreRows, EscapeWhatATextOfTheDatabaseCannotHold) {
  struct Case {
    const char* name;
    std::string bytes;
    std::string text;
  };
  using namespace std::string_literals;
  const Case cases[] = {
      {"plain", "SO-1 é € 😀", "SO-1 é € 😀"},
      {"zero", "a\0b"s, "a\\x00b"},
      {"backslash", "a\\b", "a\\\\b"},
      {"what looks like an escape", "\\x00", "\\\\x00"},
      {"latin 1", "caf\xe9", "caf\\xe9"},
      {"cut off", "\xe2\x82", "\\xe2\\x82"},
      {"overlong", "\xc0\x80", "\\xc0\\x80"},
      {"half of a pair", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
      {"beyond Unicode", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(escaped(c.bytes), c.text);
    EXPECT_EQ(unescaped(c.text), c.bytes);
  }
}

TEST(StoreRows, AreFoundByKeysOfOneSize) {
  EXPECT_EQ(key_of("").size(), 16U);
  EXPECT_EQ(key_of(std::string(100'000, 'x')).size(), 16U);
  EXPECT_NE(key_of("a"), key_of("b"));
}

TEST(StoreUrl, IsVerifiedUnlessTheServerIsOnThisMachine) {
  struct Case {
    const char* url;
    const char* mode;
    const char* cas;
  };
  const Case cases[] = {
      {"postgres://u:p@db.example:5432/orders", "verify-full", "/etc/ssl/certs/ca-certificates.crt"},
      {"postgres://u:p@db.example/orders?sslmode=require", "require", ""},
      {"postgres://u:p@db.example/orders?sslmode=verify-ca&sslrootcert=rds.pem", "verify-ca", "rds.pem"},
      {"postgres://u:p@127.0.0.1/orders", "", ""},
      {"postgres://u:p@localhost,db.example/orders", "verify-full", "/etc/ssl/certs/ca-certificates.crt"},
      {"postgresql:///orders?host=/var/run/postgresql", "", ""},
      {"host=db.example user=u password=p dbname=orders", "verify-full",
       "/etc/ssl/certs/ca-certificates.crt"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.url);
    const auto target = read_postgres_url(c.url, "");
    ASSERT_TRUE(target) << target.error().text();
    EXPECT_EQ(target->option("sslmode"), c.mode);
    EXPECT_EQ(target->option("sslrootcert"), c.cas);
    EXPECT_EQ(target->option("target_session_attrs"), "read-write");
  }
  EXPECT_EQ(read_postgres_url("postgres://u:p@db/o", "own.pem")->option("sslrootcert"), "own.pem");
}

TEST(StoreUrl, IsNeverQuoted) {
  for (const char* url : {"hunter2", "postgres://u:hunter2@[db/o", "postgres://u:hunter2@db/o?nonsense=1",
                          "mysql://u:hunter2@db/o"}) {
    const auto target = read_postgres_url(url, "");
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().text().find("hunter2"), std::string::npos) << target.error().text();
  }
  const auto target = read_postgres_url("postgres://u:hunter2@db/o", "");
  EXPECT_EQ(without_password("no hunter2, no", *target), "no [redacted], no");
}

TEST(StoreUrl, NamesTheHostsThatHaveToBeLookedUp) {
  const auto target = read_postgres_url("postgres://u@one:1,two:2/o", "");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->hosts, (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(read_postgres_url("postgresql:///o?host=/tmp", "")->hosts.empty());
  EXPECT_EQ(*look_up({"127.0.0.1", "::1"}), (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_FALSE(look_up({"no.such.host.invalid"}));
}

}  // namespace
}  // namespace store
#endif
