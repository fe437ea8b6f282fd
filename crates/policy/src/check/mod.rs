//! Does a configuration make sense?
//!
//! [`check`] looks at both files together and reports what would not work, what is probably not
//! meant, and what would let strangers in. Of files with errors it judges what could be read
//! ([`Places::without`]), and concludes nothing from what could not: the absence of something counts
//! only where everything was read that could be it. Errors must keep a configuration from being used;
//! warnings are shown. [`check_readers`] looks, where the mailboxes are known, whether somebody reads
//! what is sent to the postmaster and to the alert recipients.
//!
//! **Networks that may relay** ([`networks`]): an error is a network wider than /8 (IPv4) or /16
//! (IPv6), one that holds a whole private range among other addresses, and any set that
//! together holds a quarter of all IPv4 addresses. A warning is a whole private range, and
//! whatever holds the gateway of a container network, behind which every outside client looks
//! like the gateway itself; an entry whose time is over; and an entry that changes nothing because
//! another one holds the same addresses.
//!
//! **Rules that are never used**: an outbound connector whose domains are all delivered here, an inbound
//! one before which another one always comes.
//!
//! Every finding is a [`Said`]: its texts are in `locales/*/check.ftl`.

mod connectors;
mod domains;
mod inbound;
mod machine;
pub mod networks;

use causeway_model::config::{Machine, MailFlow, Places, Problem, Severity};
use causeway_model::{Said, Timestamp, said};

use crate::{MailPolicy, MailboxLookup, RecipientDecision};

/// The problems found so far, and where entries stand.
struct Findings<'p> {
    places: &'p Places,
    problems: Vec<Problem>,
}

impl Findings<'_> {
    fn error(&mut self, path: &str, what: Said, instead: Said) {
        self.problems.push(self.places.problem(Severity::Error, path, what, instead));
    }

    fn warning(&mut self, path: &str, what: Said, instead: Said) {
        self.problems.push(self.places.problem(Severity::Warning, path, what, instead));
    }
}

/// Everything that is wrong or doubtful in what was read of two files. The places are those of the same
/// texts, and know what could not be read; [`Places::none`] gives problems that only name the file. `now`
/// is for rights that end.
#[must_use]
pub fn check(
    flow: &MailFlow,
    machine: &Machine,
    flow_places: &Places,
    machine_places: &Places,
    now: Timestamp,
) -> Vec<Problem> {
    let mut findings = Findings { places: machine_places, problems: Vec::new() };
    machine::check(machine, flow, flow_places, &mut findings);
    let mut problems = findings.problems;
    let mut findings = Findings { places: flow_places, problems: Vec::new() };
    domains::check(flow, &mut findings);
    connectors::check(flow, machine, machine_places, &mut findings);
    inbound::check(flow, &mut findings);
    networks::check(flow, now, &mut findings);
    findings.problems.sort_by_key(|problem| (problem.line, problem.column));
    problems.sort_by_key(|problem| (problem.line, problem.column));
    problems.append(&mut findings.problems);
    problems
}

/// Whether somebody reads what is sent to the postmaster and the alert recipients.
#[must_use]
pub fn check_readers(
    policy: &MailPolicy,
    mailboxes: &dyn MailboxLookup,
    flow_places: &Places,
) -> Vec<Problem> {
    let mut findings = Findings { places: flow_places, problems: Vec::new() };
    if let Some(postmaster) = policy.bare_postmaster()
        && let RecipientDecision::Local { mailbox } = policy.recipient(&postmaster, mailboxes)
        && mailboxes.find(&mailbox.mailbox_key()).is_none()
    {
        findings.warning(
            "organization.postmaster",
            said!(
                "check-unread-postmaster",
                "nobody reads mail to {postmaster}; it is kept in the mailbox {mailbox}",
                postmaster = postmaster,
                mailbox = mailbox
            ),
            said!(
                "check-unread-postmaster.do",
                "run causeway mailbox add {mailbox}, or set [organization].postmaster",
                mailbox = mailbox
            ),
        );
    }
    let organization = &policy.flow().organization;
    let named = organization.postmaster.iter().map(|p| ("organization.postmaster".to_owned(), p));
    let alerts = organization.alert_recipients.iter().enumerate();
    let alerts =
        alerts.map(|(i, address)| (format!("organization.alert_recipients[{i}]"), address));
    for (path, address) in named.chain(alerts) {
        if matches!(policy.recipient(address, mailboxes), RecipientDecision::Unknown(_)) {
            findings.warning(
                &path,
                said!("check-no-mailbox", "there is no mailbox {address}", address = address),
                said!(
                    "check-no-mailbox.do",
                    "run causeway mailbox add {address}, or name an address that exists",
                    address = address
                ),
            );
        }
    }
    findings.problems
}
