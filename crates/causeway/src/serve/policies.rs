//! What `health` says of MTA-STS: which policies mail goes by, and which cannot be had.
//!
//! A policy of somebody else that cannot be fetched is their trouble and no fault of this service; when none at
//! all can be, it is ours.

use causeway_admin::types::{ComponentHealth, ComponentStatus};
use causeway_dispatch::{Dispatch, PolicyStanding, PolicyTrouble};

/// Domains that are named.
const NAMED: usize = 5;

/// So many domains whose policy cannot be had, and none whose policy is known: the fault is here.
const NOBODYS: usize = 3;

/// The part `mta_sts`; `None` while mail has gone to no domain with a policy.
pub(super) fn health(dispatch: &Dispatch) -> Option<ComponentHealth> {
    part(&dispatch.policy_standing())
}

fn part(standing: &PolicyStanding) -> Option<ComponentHealth> {
    let known = standing.enforced + standing.testing + standing.withdrawn;
    if known == 0 && standing.failing.is_empty() {
        return None;
    }
    let mut detail = format!(
        "policies that are known: {} enforced, {} under test (what does not meet them is sent all the same), {} withdrawn",
        standing.enforced, standing.testing, standing.withdrawn
    );
    let is_ours = known == 0 && standing.failing.len() >= NOBODYS;
    if is_ours {
        detail.push_str(
            "; none can be fetched from anybody: check that this server may connect to port 443 outside",
        );
    }
    for trouble in standing.failing.iter().take(NAMED) {
        detail.push_str(&format!("; {}", told(trouble)));
    }
    if standing.failing.len() > NAMED {
        detail.push_str(&format!("; and {} more", standing.failing.len() - NAMED));
    }
    let since = standing.failing.iter().map(|trouble| trouble.since).min().filter(|_| is_ours);
    let status = if is_ours { ComponentStatus::Degraded } else { ComponentStatus::Ok };
    Some(ComponentHealth { name: "mta_sts".into(), status, since, detail: Some(detail) })
}

fn told(trouble: &PolicyTrouble) -> String {
    let PolicyTrouble { domain, since, why, held_until } = trouble;
    match held_until {
        Some(end) => format!(
            "that of {domain} cannot be renewed since {since} ({why}); the one that is kept holds until {end}"
        ),
        None => format!(
            "that of {domain} cannot be had since {since} ({why}); mail to it goes without the policy"
        ),
    }
}

#[cfg(test)]
mod tests {
    use causeway_model::{Domain, Timestamp};

    use super::*;

    fn trouble(name: &str, held_until: Option<i64>) -> PolicyTrouble {
        PolicyTrouble {
            domain: Domain::parse(name).unwrap(),
            since: Timestamp::from_millis(0),
            why: "it answers 404".into(),
            held_until: held_until.map(|seconds| Timestamp::from_millis(seconds * 1000)),
        }
    }

    #[test]
    fn somebody_elses_policy_does_not_make_this_service_ill_and_is_told() {
        assert_eq!(part(&PolicyStanding::default()), None);
        let failing = vec![trouble("a.test", Some(86_400)), trouble("b.test", None)];
        let standing = PolicyStanding { enforced: 1, testing: 2, withdrawn: 0, failing };
        let part = part(&standing).unwrap();
        assert_eq!((part.name.as_str(), part.status), ("mta_sts", ComponentStatus::Ok));
        let detail = part.detail.unwrap();
        for words in
            ["1 enforced, 2 under test", "a.test", "holds until 1970-01-02T00:00:00", "404"]
        {
            assert!(detail.contains(words), "{words}: {detail}");
        }
    }

    #[test]
    fn when_no_policy_of_anybody_can_be_had_the_fault_is_here() {
        let failing: Vec<_> = (0..7).map(|n| trouble(&format!("{n}.test"), None)).collect();
        let part = part(&PolicyStanding { failing, ..PolicyStanding::default() }).unwrap();
        assert_eq!(part.status, ComponentStatus::Degraded);
        let detail = part.detail.unwrap();
        assert!(detail.contains("port 443") && detail.ends_with("; and 2 more"), "{detail}");
    }
}
