#pragma once
// What others may ask of Secrets Manager. A secret is named by its name, its ARN, or its ARN without the six
// characters at the end. Every call answers at once: a rotation goes on by itself.
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/platform/secrets/values.h"

namespace emulator::secrets_manager {

class SecretReader {
 public:
  virtual ~SecretReader() = default;
  virtual Answer<Read> read(ReadRequest request) = 0;
  /// The name behind an id; the id itself where there is no such secret.
  virtual std::string name_of(std::string_view id) const = 0;
};

/// A page of secrets; they are valid until the next call. `next` is "" behind the last.
struct Page {
  std::vector<const Secret*> secrets{};
  std::string next{};
};

class SecretsService : public SecretReader {
 public:
  virtual Answer<Written> create(WriteRequest request) = 0;
  virtual Answer<Written> put(WriteRequest request) = 0;
  virtual Answer<Written> update(WriteRequest request) = 0;
  virtual Answer<Written> move_stage(const StageMove& move) = 0;
  /// Valid until the next call. Also of one that is marked for deletion.
  virtual Answer<const Secret*> describe(std::string_view id) = 0;
  virtual Answer<Page> list(const ListRequest& request) = 0;
  virtual Answer<Deleted> remove(const DeleteRequest& request) = 0;
  virtual Answer<Written> restore(std::string_view id) = 0;
  virtual Answer<> tag(std::string_view id, const Tags& tags) = 0;
  virtual Answer<> untag(std::string_view id, const std::vector<std::string>& keys) = 0;
  virtual Answer<Written> rotate(RotateRequest request) = 0;
  virtual Answer<Written> cancel_rotation(std::string_view id) = 0;
  virtual Answer<std::string> random_password(const PasswordRules& rules) = 0;

  /// Is told of every value before anybody can read it: by which name people know the secret, and the value.
  using Learner = std::function<void(const std::string& name, std::string_view value)>;
  virtual void tell_values(Learner learner) = 0;
};

}  // namespace emulator::secrets_manager
