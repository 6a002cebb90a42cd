#pragma once
// Signs with an RSA key that stands in the source: a test key, public on purpose, so that a run of one seed
// stays the same byte for byte. It proves nothing about who sent a message.
#include <memory>

#include "emulator/topics/signer.h"

namespace emulator::topics {

class TestKeySigner final : public Signer {
 public:
  TestKeySigner();
  ~TestKeySigner() override;

  std::string sign(std::string_view text, SignatureVersion version) override;
  std::string_view certificate_pem() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace emulator::topics
