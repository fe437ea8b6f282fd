//! Everything that mail for an accepted domain depends on, and what to change where.

use causeway_model::Failure;
use causeway_model::config::DomainType;

use super::alerts::alerts;
use super::{DomainFacts, OwnKey, Teller, names, paths, spf};
use causeway_model::StepStatus::{Failed, Passed, Warning};

/// Where DKIM keys usually are.
const SELECTORS: &[&str] = &[
    "default",
    "mail",
    "dkim",
    "selector1",
    "selector2",
    "google",
    "s1",
    "s2",
    "k1",
    "key1",
    "smtp",
];

/// `domain troubleshoot`.
pub(super) async fn troubleshoot(domain: &str, selectors: &[String], teller: &mut Teller<'_>) {
    paths::domain_type(domain, teller);
    connectors(domain, teller);
    alerts(domain, teller);
    names::summary(domain, teller).await;
    let hosts = paths::mx(domain, teller).await;
    if exists(domain, teller).await {
        spf::spf(domain, teller).await;
        dkim(domain, selectors, teller).await;
        dmarc(domain, teller).await;
    } else {
        teller.skipped(&["spf", "dkim", "dmarc"]);
    }
    if let Some((host, ip)) =
        hosts.iter().find_map(|host| host.addresses.first().map(|ip| (host, *ip)))
    {
        let address = std::net::SocketAddr::new(ip, teller.about.mx_port);
        let level = causeway_model::config::TlsLevel::Opportunistic;
        let demand = teller.demand_of(level, &host.name, domain);
        teller.session(address, &host.name, demand).await;
    }
    // Recipients that are not here depend on the connector's way as well.
    let relayed = |facts: &DomainFacts| facts.kind == DomainType::InternalRelay;
    let facts = teller.about.domain.clone().filter(relayed);
    if let Some(way) = facts.and_then(|facts| facts.way) {
        paths::outbound(&way, teller).await;
    }
}

/// False when DNS says that there is no such domain: nothing about its records is worth a word then.
async fn exists(domain: &str, teller: &Teller<'_>) -> bool {
    let resolver = teller.prober.resolver();
    resolver.flush(domain);
    !matches!(resolver.texts(domain).await, Err(Failure::DomainNotFound { .. }))
}

/// Whether the domain's type has the connector that it needs.
fn connectors(domain: &str, teller: &mut Teller<'_>) {
    let Some(facts) = teller.about.domain.clone() else { return };
    let arguments = |connector: &Option<String>| {
        let connector = connector.clone().unwrap_or_default();
        [("domain", domain.to_owned().into()), ("connector", connector.into())]
    };
    match (facts.kind, &facts.connector, &facts.disabled_connector) {
        (DomainType::InternalRelay, None, None) => {
            let said = teller.say("test-connector-missing", &arguments(&None));
            let cure = teller.advice("advice-connector-missing", &arguments(&None));
            teller.tell("connectors", Failed, said, cure);
        }
        (DomainType::InternalRelay, None, disabled) => {
            let said = teller.say("test-connector-disabled", &arguments(disabled));
            let cure = teller.advice("advice-connector-disabled", &arguments(disabled));
            teller.tell("connectors", Failed, said, cure);
        }
        (DomainType::InternalRelay, connector, _) => {
            let said = teller.say("test-connector-found", &arguments(connector));
            teller.passed("connectors", said);
        }
        (DomainType::Authoritative, ..) => {
            let said = teller.say("test-connector-not-needed", &arguments(&None));
            teller.passed("connectors", said);
        }
    }
}

/// The texts of a name that begin with a version tag (`v=spf1`), or why they are not known.
pub(super) async fn tagged(
    name: &str,
    tag: &str,
    teller: &Teller<'_>,
) -> Result<Vec<String>, Failure> {
    let resolver = teller.prober.resolver();
    resolver.flush(name);
    match resolver.texts(name).await {
        Ok(texts) => Ok(texts.into_iter().filter(|text| has_tag(text, tag)).collect()),
        Err(Failure::DomainNotFound { .. } | Failure::NoAddress { .. }) => Ok(Vec::new()),
        Err(failure) => Err(failure),
    }
}

/// `v=spf1 …`, `v=DMARC1; …`; in any case, and nothing longer (`v=spf10`).
fn has_tag(text: &str, tag: &str) -> bool {
    text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
        && matches!(text.as_bytes().get(tag.len()), None | Some(b' ' | b';'))
}

/// Whether the keys that this server signs with are published: receivers find no valid signature otherwise.
async fn own_keys(teller: &mut Teller<'_>) {
    for OwnKey { name, value } in &teller.about.signing_keys {
        let resolver = teller.prober.resolver();
        resolver.flush(name);
        let found = match resolver.texts(name).await {
            Ok(found) => found,
            Err(Failure::DomainNotFound { .. } | Failure::NoAddress { .. }) => Vec::new(),
            Err(failure) => {
                unknown("dkim", &failure, teller);
                continue;
            }
        };
        let arguments = [("name", name.into()), ("value", value.into())];
        if found.iter().any(|text| causeway_dkim::is_same_record(text, value)) {
            let said = teller.say("test-dkim-own", &arguments[..1]);
            teller.passed("dkim", said);
            continue;
        }
        let key = match found.is_empty() {
            true => "test-dkim-own-missing",
            false => "test-dkim-own-different",
        };
        let said = teller.say(key, &arguments[..1]);
        let cure = teller.advice("advice-dkim-own", &arguments);
        teller.tell("dkim", Failed, said, cure);
    }
}

async fn dkim(domain: &str, selectors: &[String], teller: &mut Teller<'_>) {
    if !teller.about.signing_keys.is_empty() {
        return own_keys(teller).await;
    }
    let own = selectors.iter().map(String::as_str);
    let mut found: Vec<String> = Vec::new();
    for selector in own.chain(SELECTORS.iter().copied()) {
        let name = format!("{selector}._domainkey.{domain}");
        let Ok(texts) = teller.prober.resolver().texts(&name).await else { continue };
        // A key without content is a key that was withdrawn (RFC 6376 section 3.6.1).
        let is_key = |text: &String| {
            text.split(';').any(|part| {
                part.trim().strip_prefix("p=").is_some_and(|key| !key.trim().is_empty())
            })
        };
        if texts.iter().any(is_key) && !found.contains(&selector.to_owned()) {
            found.push(selector.to_owned());
        }
    }
    if found.is_empty() {
        let arguments = [("domain", domain.into())];
        let said = teller.say("test-dkim-none", &arguments);
        let cure = teller.advice("advice-dkim-none", &arguments);
        teller.tell("dkim", Warning, said, cure);
    } else {
        let said = teller.say("test-dkim-found", &[("selectors", found.join(", ").into())]);
        teller.passed("dkim", said);
    }
}

async fn dmarc(domain: &str, teller: &mut Teller<'_>) {
    let found = match tagged(&format!("_dmarc.{domain}"), "v=DMARC1", teller).await {
        Ok(found) => found,
        Err(failure) => return unknown("dmarc", &failure, teller),
    };
    let arguments = [("domain", domain.into())];
    match found.as_slice() {
        [] => {
            let said = teller.say("test-dmarc-none", &arguments);
            let cure = teller.advice("advice-dmarc-none", &arguments);
            teller.tell("dmarc", Warning, said, cure);
        }
        [one] => {
            let said = teller.say("test-record", &[("record", clean(one).into())]);
            teller.tell("dmarc", Passed, said, None);
        }
        many => {
            let arguments = [("domain", domain.into()), ("count", many.len().into())];
            let said = teller.say("test-dmarc-many", &arguments);
            let cure = teller.advice("advice-dmarc-many", &arguments);
            teller.tell("dmarc", Failed, said, cure);
        }
    }
}

pub(super) fn unknown(step: &'static str, failure: &Failure, teller: &mut Teller<'_>) {
    let stage = causeway_model::Stage::Resolve;
    let said = crate::finding::failure_words(failure, stage, teller.texts);
    let cure = teller.cure(failure, stage);
    teller.tell(step, Failed, said, cure);
}

pub(super) fn clean(text: &str) -> String {
    causeway_catalog::status::clean(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_told_by_their_tag() {
        assert!(has_tag("v=spf1 -all", "v=spf1") && has_tag("V=SPF1", "v=spf1"));
        assert!(has_tag("v=DMARC1; p=none", "v=DMARC1"));
        assert!(!has_tag("v=spf10 -all", "v=spf1") && !has_tag("spf", "v=spf1"));
        assert!(!has_tag("vä=spf1", "v=spf1"));
    }
}
