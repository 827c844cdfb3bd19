#include "issue-certificate/issue_certificate.h"

using certificate::IssueCertificate;

// clang-format off
FIELDHOOK_PLUGIN(IssueCertificate, {
    .name = "issue-certificate",
    .version = "1.0.0",
    .watches = {fieldhook::contact("level2_review_status").becomes("Passed")},
    .max_attempts = 3,
    .description = "mails a certificate to a contact whose level 2 review is passed",
});
