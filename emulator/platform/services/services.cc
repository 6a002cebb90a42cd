#include "emulator/platform/services/services.h"

#include <algorithm>

#include "emulator/arn/arn.h"
#include "emulator/platform/services/held.h"
#include "emulator/platform/services/names.h"

namespace emulator::services {
namespace {

constexpr std::size_t kTagsMax = 50;

std::string service_arn(const std::string& name, const std::string& id) {
  return make_arn("apprunner", "service/" + name + "/" + id);
}

/// ASSUMPTION: the subdomain is ten characters of the service's id.
std::string url_of(const std::string& id) {
  return id.substr(0, 10) + "." + std::string(kRegion) + ".awsapprunner.com";
}

/// An image of the rig's own program: ".../relayrig-middleware:1", from whatever registry, of whatever tag.
bool is_own_image(std::string_view image) {
  image = image.substr(image.rfind('/') + 1);
  return image.substr(0, image.find_first_of(":@")) == "relayrig-middleware";
}

std::optional<access::Refusal> wrong_with(const compute::HealthConfig& health) {
  if (!health.path.starts_with('/')) return invalid("Path must begin with /");
  const auto seconds = [](kernel::Duration d) { return d / std::chrono::seconds{1}; };
  for (const auto& [member, value] :
       {std::pair{"Interval", seconds(health.interval)}, std::pair{"Timeout", seconds(health.timeout)},
        std::pair{"HealthyThreshold", health.healthy}, std::pair{"UnhealthyThreshold", health.unhealthy}}) {
    if (value < 1 || value > 20) return invalid(std::string(member) + " must be between 1 and 20");
  }
  return std::nullopt;
}

}  // namespace

Services::Services(std::uint64_t seed, Surroundings around, std::optional<OwnService> own)
    : around_(around),
      ids_(seed, "app-runner-services"),
      scalings_(around.scheduler, ids_),
      settled_(around.scheduler) {
  scalings_.set_users([this](const std::string& arn) {
    return std::ranges::any_of(held_, [&arn](const auto& held) {
      return held->service.scaling_arn == arn && held->service.status != ServiceStatus::Deleted;
    });
  });
  if (!own) return;
  const compute::Release release = own->hosted.release();
  Service service{.name = own->name, .id = own->id, .status = ServiceStatus::Running};
  service.source.image = kImage;
  if (release.health) service.health = *release.health;
  service.scaling_arn = scalings_.add(own->name, release.limits);
  add(std::move(service), nullptr, own->hosted);
}

Services::~Services() = default;

Services::Held& Services::add(Service service, std::unique_ptr<compute::HostedService> made,
                              compute::HostedService& hosted) {
  service.arn = service_arn(service.name, service.id);
  service.url = url_of(service.id);
  service.created_at = service.updated_at = around_.scheduler.wall_now();
  held_.push_back(std::make_unique<Held>(*this, std::move(service), std::move(made), hosted));
  return *held_.back();
}

const Services::Held* Services::find(std::string_view arn) const {
  const auto found =
      std::ranges::find(held_, arn, [](const auto& held) -> const std::string& { return held->service.arn; });
  return found == held_.end() ? nullptr : found->get();
}

Services::Held* Services::find(std::string_view arn) {
  return const_cast<Held*>(std::as_const(*this).find(arn));
}

Answer<Services::Held*> Services::ready(const std::string& arn, std::initializer_list<ServiceStatus> from) {
  Held* held = find(arn);
  if (held == nullptr || held->service.status == ServiceStatus::Deleted)
    return std::unexpected(not_found(arn));
  if (std::ranges::find(from, held->service.status) == from.end())
    return std::unexpected(bad_state("Service cannot be changed in the current state: " +
                                     std::string(to_text(held->service.status))));
  return held;
}

Answer<Scaling> Services::scaling_for(const std::string& arn) const {
  auto scaling = arn.empty() ? Answer<Scaling>(scalings_.default_one()) : scalings_.describe(arn);
  if (scaling && scaling->deleted_at)
    return std::unexpected(invalid("The auto scaling configuration " + scaling->arn + " is inactive"));
  return scaling;
}

Answer<Begun> Services::create(CreateRequest request) {
  if (!is_name(request.name, 40))
    return std::unexpected(invalid("The service name " + request.name + " is not valid"));
  const bool is_taken = std::ranges::any_of(held_, [&request](const auto& held) {
    return held->service.name == request.name && held->service.status != ServiceStatus::Deleted;
  });
  if (is_taken)
    return std::unexpected(invalid("Service with the provided name already exists: " + request.name));
  if (!is_own_image(request.source.image)) {
    return std::unexpected(access::Refusal{
        "NotImplemented", "App Runner CreateService with the image " + request.source.image +
                              " is not emulated: a rig runs no images, and its own middleware is " + kImage});
  }
  auto scaling = scaling_for(request.scaling_arn);
  if (!scaling) return std::unexpected(scaling.error());
  const compute::HealthConfig health = request.health.value_or(compute::HealthConfig{});
  if (auto wrong = wrong_with(health)) return std::unexpected(*wrong);

  Service service{.name = request.name, .id = hex_id(ids_)};
  service.source = std::move(request.source);
  service.machine = std::move(request.machine);
  service.health = health;
  service.scaling_arn = scaling->arn;
  auto made = around_.host.host(service.name);
  compute::HostedService& hosted = *made;
  Held& held = add(std::move(service), std::move(made), hosted);
  if (!request.tags.empty()) tags_[held.service.arn] = std::move(request.tags);
  std::string operation = begin(held, OperationType::Create);
  Service otherwise = held.service;
  otherwise.status = ServiceStatus::CreateFailed;
  tasks_.spawn(bring_up(held, {.limits = scaling->limits, .health = request.health}, std::move(otherwise)));
  return Begun{held.service, std::move(operation)};
}

Answer<Begun> Services::update(const UpdateRequest& request) {
  auto held = ready(request.arn, {ServiceStatus::Running});
  if (!held) return std::unexpected(held.error());
  Service& service = (*held)->service;
  Service before = service;
  auto scaling = scaling_for(request.scaling_arn.empty() ? service.scaling_arn : request.scaling_arn);
  if (!scaling) return std::unexpected(scaling.error());
  compute::Release release = (*held)->hosted.release();
  if (request.health) {
    if (auto wrong = wrong_with(*request.health)) return std::unexpected(*wrong);
    service.health = *request.health;
    release.health = request.health;
  }
  service.scaling_arn = scaling->arn;
  release.limits = scaling->limits;
  std::string operation = begin(**held, OperationType::Update);
  tasks_.spawn(bring_up(**held, release, std::move(before)));
  return Begun{service, std::move(operation)};
}

Answer<std::string> Services::deploy(const std::string& arn) { return deploy(arn, true); }

Answer<std::string> Services::deploy_own(bool listens) { return deploy(held_.front()->service.arn, listens); }

Answer<std::string> Services::deploy(const std::string& arn, bool listens) {
  auto held = ready(arn, {ServiceStatus::Running});
  if (!held) return std::unexpected(held.error());
  compute::Release release = (*held)->hosted.release();
  release.listens = listens;
  Service before = (*held)->service;
  std::string operation = begin(**held, OperationType::Deployment);
  tasks_.spawn(bring_up(**held, release, std::move(before)));
  return operation;
}

Answer<Begun> Services::pause(const std::string& arn) {
  auto held = ready(arn, {ServiceStatus::Running});
  if (!held) return std::unexpected(held.error());
  std::string operation = begin(**held, OperationType::Pause);
  tasks_.spawn(put_to_rest(**held, ServiceStatus::Paused));
  return Begun{(*held)->service, std::move(operation)};
}

Answer<Begun> Services::resume(const std::string& arn) {
  auto held = ready(arn, {ServiceStatus::Paused});
  if (!held) return std::unexpected(held.error());
  std::string operation = begin(**held, OperationType::Resume);
  tasks_.spawn(wake_up(**held));
  return Begun{(*held)->service, std::move(operation)};
}

Answer<Begun> Services::remove(const std::string& arn) {
  auto held = ready(arn, {ServiceStatus::Running, ServiceStatus::Paused, ServiceStatus::CreateFailed});
  if (!held) return std::unexpected(held.error());
  std::string operation = begin(**held, OperationType::Delete);
  tasks_.spawn(put_to_rest(**held, ServiceStatus::Deleted));
  return Begun{(*held)->service, std::move(operation)};
}

Answer<Service> Services::describe(const std::string& arn) const {
  const Held* held = find(arn);
  if (held == nullptr) return std::unexpected(not_found(arn));
  return held->service;
}

// ASSUMPTION: a deleted service is described by its ARN and no longer listed.
std::vector<Service> Services::list() const {
  std::vector<Service> result;
  for (const auto& held : held_) {
    if (held->service.status != ServiceStatus::Deleted) result.push_back(held->service);
  }
  return result;
}

Answer<std::vector<Operation>> Services::operations(const std::string& arn) const {
  const Held* held = find(arn);
  if (held == nullptr) return std::unexpected(not_found(arn));
  return std::vector<Operation>(held->operations.rbegin(), held->operations.rend());
}

Answer<Scaling> Services::create_scaling(const ScalingRequest& request) {
  auto scaling = scalings_.create(request);
  if (scaling && !request.tags.empty()) tags_[scaling->arn] = request.tags;
  return scaling;
}

bool Services::is_taggable(const std::string& arn) const {
  return find(arn) != nullptr || scalings_.describe(arn).has_value();
}

Answer<> Services::tag(const std::string& arn, const Tags& tags) {
  if (!is_taggable(arn)) return std::unexpected(not_found(arn));
  Tags after = access::with_tags(tags_[arn], tags);
  if (after.size() > kTagsMax) return std::unexpected(invalid("A resource has 50 tags at most"));
  tags_[arn] = std::move(after);
  return {};
}

Answer<> Services::untag(const std::string& arn, const std::vector<std::string>& keys) {
  if (!is_taggable(arn)) return std::unexpected(not_found(arn));
  access::erase_tags(tags_[arn], keys);
  return {};
}

Answer<Tags> Services::tags(const std::string& arn) const {
  if (!is_taggable(arn)) return std::unexpected(not_found(arn));
  const auto found = tags_.find(arn);
  return found == tags_.end() ? Tags{} : found->second;
}

kernel::Task<kernel::HttpReply> Services::handle(kernel::HttpRequest request) {
  const std::string host = request.host.substr(0, request.host.find(':'));
  for (const auto& held : held_) {
    const bool is_there = held->service.status != ServiceStatus::Deleted;
    if (is_there && held->service.url == host) return held->hosted.door().handle(std::move(request));
  }
  return kernel::answered({.response = {404, {{"server", "envoy"}}, {}}});
}

}  // namespace emulator::services
