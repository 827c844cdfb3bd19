// Runs when a contact's level2_review_status becomes "Passed". Change the watch and the work.
#include <fieldhook/plugin.hpp>

class MyPlugin final : public fieldhook::Command {
 public:
  fieldhook::Outcome execute(const fieldhook::Contact& contact,
                             fieldhook::Context& context) override {
    const auto name = contact.get<std::string>("first_name").value_or("someone");
    // Done once for this contact, however often this job or another one runs.
    context.once("welcome:" + contact.key(), [&] { context.log().info("welcome, " + name); });
    return fieldhook::Outcome::done();
  }
};

FIELDHOOK_PLUGIN(MyPlugin,
                 {
                     .name = "my-plugin",
                     .version = "1.0.0",
                     .watches = {fieldhook::contact("level2_review_status").becomes("Passed")},
                 });
