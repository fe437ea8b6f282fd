//! Accepted domains whose MX records lead elsewhere.

use causeway_catalog::WhoActs;
use causeway_catalog::causes::remedy::Remedy;
use causeway_model::Timestamp;

use super::{Noted, Notice, NoticeKind, Observation};
use crate::finding::{Fact, Finding};
use crate::remedy::Offer;

/// The notice of one domain, from what the probe of its mail hosts found. Only what DNS says clearly
/// counts: no answer says nothing.
#[must_use]
pub fn notice(domain: &str, findings: &[Finding], since: Timestamp) -> Option<Notice> {
    let leads_elsewhere =
        |finding: &&Finding| matches!(finding.fact, Fact::MxElsewhere { .. } | Fact::NullMx { .. });
    let finding = findings.iter().find(leads_elsewhere)?;
    let found = Observation::Found(Box::new(finding.clone()));
    Some(Notice {
        kind: NoticeKind::MxElsewhere,
        subject: domain.to_owned(),
        count: 0,
        since,
        last: finding.at,
        level: 0,
        who: WhoActs::Service,
        evidence: vec![Noted { at: finding.at, what: found }],
        offers: vec![Offer::of(Remedy::LookAgain)],
    })
}

/// What was found is clear enough to close an alert, too.
#[must_use]
pub fn is_certain(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| {
        matches!(
            finding.fact,
            Fact::MxElsewhere { .. }
                | Fact::NullMx { .. }
                | Fact::MxAsExpected { .. }
                | Fact::MxMixed { .. }
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Probe;

    fn finding(fact: Fact) -> Finding {
        let probe = Probe::MailHosts { domain: "ours.test".into(), expected: Vec::new() };
        Finding { probe, at: Timestamp::from_millis(7), elapsed_ms: 1, fact }
    }

    #[test]
    fn only_records_that_lead_elsewhere_are_told_of() {
        let domain = || "ours.test".to_owned();
        let since = Timestamp::from_millis(1);
        let elsewhere =
            finding(Fact::MxElsewhere { domain: domain(), found: vec!["mx.other.test".into()] });
        let told = notice("ours.test", &[elsewhere], since).unwrap();
        assert_eq!((told.since, told.last), (since, Timestamp::from_millis(7)));
        let here = finding(Fact::MxAsExpected { domain: domain(), count: 1 });
        assert_eq!(notice("ours.test", std::slice::from_ref(&here), since), None);
        assert!(is_certain(&[here]) && !is_certain(&[]));
    }
}
