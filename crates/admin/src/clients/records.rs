//! The DNS records by which mail programs find their server: SRV of RFC 6186 and RFC 8314, and the names that
//! Thunderbird and Outlook look for.

use causeway_model::Domain;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MailProtocol, MailService, Security};

/// One record of the domain's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// Its name, with the final dot.
    pub name: String,
    /// `SRV` or `CNAME`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What stands behind the type in a zone file.
    pub value: String,
    /// False: only with a web server that passes HTTPS requests on to the admin listener.
    pub by_itself: bool,
}

/// The records to publish. What is not offered is said to be not offered (RFC 6186 section 3.4), so
/// that programs do not guess.
pub(super) fn records(domain: &Domain, hostname: &str, services: &[MailService]) -> Vec<Record> {
    let record = |name: &str, kind: &str, value: String, by_itself| Record {
        name: format!("{name}.{domain}."),
        kind: kind.to_owned(),
        value,
        by_itself,
    };
    let mut records: Vec<Record> = [
        ("_pop3s._tcp", Some((MailProtocol::Pop3, Security::Tls)), 0),
        ("_pop3._tcp", Some((MailProtocol::Pop3, Security::StartTls)), 10),
        ("_submissions._tcp", Some((MailProtocol::Submission, Security::Tls)), 0),
        ("_submission._tcp", Some((MailProtocol::Submission, Security::StartTls)), 10),
        ("_imaps._tcp", None, 0),
        ("_imap._tcp", None, 0),
    ]
    .into_iter()
    .map(|(name, kind, priority)| {
        let service =
            services.iter().find(|service| kind == Some((service.protocol, service.security)));
        let value = match service {
            Some(service) => format!("{priority} 1 {} {hostname}.", service.port),
            None => "0 0 0 .".to_owned(),
        };
        record(name, "SRV", value, true)
    })
    .collect();
    records.push(record("_autodiscover._tcp", "SRV", format!("0 1 443 {hostname}."), false));
    records.push(record("autoconfig", "CNAME", format!("{hostname}."), false));
    records
}

#[cfg(test)]
mod tests {
    use super::super::tests::{offered, settings};
    use super::*;

    #[test]
    fn records_name_what_is_offered_and_deny_the_rest() {
        let lines: Vec<String> = settings()
            .records
            .iter()
            .map(|record| format!("{} {} {}", record.name, record.kind, record.value))
            .collect();
        assert_eq!(
            lines,
            [
                "_pop3s._tcp.ours.test. SRV 0 1 995 mx.ours.test.",
                "_pop3._tcp.ours.test. SRV 10 1 110 mx.ours.test.",
                "_submissions._tcp.ours.test. SRV 0 1 465 mx.ours.test.",
                "_submission._tcp.ours.test. SRV 10 1 587 mx.ours.test.",
                "_imaps._tcp.ours.test. SRV 0 0 0 .",
                "_imap._tcp.ours.test. SRV 0 0 0 .",
                "_autodiscover._tcp.ours.test. SRV 0 1 443 mx.ours.test.",
                "autoconfig.ours.test. CNAME mx.ours.test.",
            ]
        );
        let domain = Domain::parse("ours.test").unwrap();
        let without_pop3: Vec<MailService> = offered()
            .services
            .into_iter()
            .filter(|service| service.protocol == MailProtocol::Submission)
            .collect();
        let records = records(&domain, "mx.ours.test", &without_pop3);
        assert_eq!((records[0].value.as_str(), records[1].value.as_str()), ("0 0 0 .", "0 0 0 ."));
    }
}
