//! Ways out that this server can go by itself: which of them fit what was found, and what they change.
//!
//! [`offers`] takes a diagnosis and the configuration in force and gives the remedies that can be gone now,
//! the best first, each with its values ("correct the port to 25"). [`edited`] makes the text of
//! `mailflow.toml` that a remedy stands for; it is then planned and applied like any other change.
//!
//! **What it promises.** Pure. A value is offered only from evidence: a host that mail went to before, a
//! port that greets, a name that the certificate carries. What weakens security is never the first, and
//! is marked ([`Remedy::weakens`], [`Offer::risky`]); nothing of the kind is done without being named.

use causeway_catalog::Texts;
use causeway_catalog::causes::remedy::Remedy;
use causeway_catalog::texts::Value;
use causeway_model::config::edit::{EditError, Field, FlowEditor};
use causeway_model::config::{
    Connector, DomainPattern, DomainType, MailFlow, OutboundConnector, TlsLevel,
};
use causeway_model::{Domain, Failure, Stage};
use serde::{Deserialize, Serialize};

use crate::diagnose::{Aspect, ConfigurationChange, Diagnosis, Facts, Standing};
use crate::finding::{Fact, Finding};

/// A remedy with its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Which: [`Remedy::id`].
    pub id: String,
    /// The connector that it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
    /// The domain that it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// What is to be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The revision that is to be in force again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// The connector is switched off with it: nothing else goes that way.
    #[serde(default)]
    pub with_connector: bool,
    /// Here it makes mail less safe, or rests on what a stranger shows; [`Self::warning`] says how.
    #[serde(default)]
    pub risky: bool,
}

impl Offer {
    /// A remedy that needs no values.
    #[must_use]
    pub fn of(remedy: Remedy) -> Self {
        Self {
            id: remedy.id().to_owned(),
            connector: None,
            domain: None,
            value: None,
            revision: None,
            with_connector: false,
            risky: false,
        }
    }

    /// True when somebody has to think before it is done: it is never done without being named.
    #[must_use]
    pub fn needs_naming(&self) -> bool {
        self.risky || self.remedy().is_none_or(Remedy::has_warning)
    }

    /// The remedy; `None` for one that this version does not know.
    #[must_use]
    pub fn remedy(&self) -> Option<Remedy> {
        Remedy::by_id(&self.id)
    }

    /// The remedy as a sentence.
    #[must_use]
    pub fn title(&self, texts: &Texts) -> String {
        let Some(remedy) = self.remedy() else { return self.id.clone() };
        texts.format(&remedy.title_key(), &self.values())
    }

    /// What its texts can name.
    fn values(&self) -> [(&'static str, Value<'_>); 4] {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        [
            ("connector", text(&self.connector).into()),
            ("domain", text(&self.domain).into()),
            ("value", text(&self.value).into()),
            ("number", Value::from(self.revision.unwrap_or(0))),
        ]
    }

    /// What has to be thought of first: what is less safe afterwards, what else changes.
    #[must_use]
    pub fn warning(&self, texts: &Texts) -> Option<String> {
        let remedy = self.remedy().filter(|_| self.needs_naming())?;
        Some(texts.format(&remedy.warning_key(), &self.values()))
    }
}

/// The remedies that can be gone now, the best first. Those of the cause that stands first come first, then
/// those of other causes that are not ruled out; at the end those that are always possible.
#[must_use]
pub fn offers(
    diagnosis: &Diagnosis,
    facts: &Facts,
    findings: &[Finding],
    flow: &MailFlow,
) -> Vec<Offer> {
    let connector = facts.attempt.connector.as_deref().and_then(|name| outbound(flow, name));
    let evidence = Evidence { diagnosis, facts, findings, connector };
    let mut wanted: Vec<Remedy> = Vec::new();
    let confirmed = diagnosis.causes.confirmed().next().is_some();
    for judged in diagnosis.causes.open() {
        let counts = match judged.standing {
            Standing::Confirmed => true,
            Standing::Likely => !confirmed,
            // Nothing speaks for these: what they call for would be a guess.
            Standing::Possible | Standing::RuledOut => false,
        };
        if let Some(cause) = judged.catalog().filter(|_| counts) {
            wanted.extend(cause.remedies());
        }
    }
    // Whatever the other end is like by now: it worked before something was changed here.
    let is_theirs = diagnosis.causes.confirmed().any(|judged| {
        judged.catalog().is_some_and(|cause| !cause.remedies().contains(&Remedy::Revert))
    });
    let change = diagnosis.story.change();
    // What is confirmed is a fault of the server that mail is sent to since then; the one before need not have it.
    let leads_elsewhere = |change: &ConfigurationChange| {
        change.aspects.iter().any(|aspect| matches!(aspect, Aspect::Route | Aspect::Port))
    };
    if change.is_some_and(|change| !is_theirs || leads_elsewhere(change)) {
        wanted.insert(0, Remedy::Revert);
    }
    // What takes other revisions back, too, comes after what mends this path alone.
    if change.is_some_and(|change| change.superseded) && wanted.contains(&Remedy::Revert) {
        wanted.retain(|remedy| *remedy != Remedy::Revert);
        let after = wanted.iter().rposition(|remedy| remedy.corrects());
        wanted.insert(after.map_or(0, |place| place + 1), Remedy::Revert);
    }
    // Whatever made a look-up fail, an answer of before is held here.
    if facts.attempt.stage == Stage::Resolve {
        wanted.push(Remedy::FlushDns);
    }
    wanted.push(Remedy::Retry);
    if connector.is_some() {
        wanted.push(Remedy::DisableConnector);
    }
    let mut offers: Vec<Offer> = Vec::new();
    for offer in wanted.into_iter().filter_map(|remedy| evidence.offer(remedy)) {
        if !offers.iter().any(|known| known.id == offer.id) {
            offers.push(offer);
        }
    }
    // What weakens comes after everything that does not.
    let weakens = |offer: &Offer| (offer.remedy().is_some_and(Remedy::weakens), offer.risky);
    offers.sort_by_key(weakens);
    offers
}

fn outbound<'a>(flow: &'a MailFlow, name: &str) -> Option<&'a OutboundConnector> {
    flow.connectors.iter().find_map(|connector| match connector {
        Connector::Outbound(outbound) if outbound.name == name => Some(outbound),
        _ => None,
    })
}

/// What offers rest on.
struct Evidence<'a> {
    diagnosis: &'a Diagnosis,
    facts: &'a Facts,
    findings: &'a [Finding],
    connector: Option<&'a OutboundConnector>,
}

impl Evidence<'_> {
    fn offer(&self, remedy: Remedy) -> Option<Offer> {
        let mut offer = Offer::of(remedy);
        offer.connector = self.connector.map(|connector| connector.name.clone());
        match remedy {
            Remedy::Retry | Remedy::FlushDns => {}
            // Only notices have them.
            Remedy::AcceptDomain | Remedy::LookAgain => return None,
            Remedy::DisableConnector | Remedy::RemoveConnector => {
                offer.connector.as_ref()?;
                // Mail for an internal relay domain has no other way out.
                if !self.facts.path.internal_relay.is_empty() {
                    return None;
                }
                // Its mail goes another way then, which demands nothing; and anybody can write Received fields.
                offer.risky =
                    self.facts.path.tls > TlsLevel::Opportunistic || self.facts.came_back.is_some();
            }
            Remedy::Revert => {
                let change = self.diagnosis.story.change().filter(|change| change.revertible)?;
                offer.revision = Some(change.revision.checked_sub(1).filter(|n| *n > 0)?);
                offer.risky = change.loosening;
            }
            Remedy::CorrectSmartHost => {
                let (host, worked) = self.smart_host()?;
                // A name that only looks like it may be somebody else's.
                (offer.value, offer.risky) = (Some(host), !worked);
            }
            Remedy::CorrectPort => offer.value = Some(self.port()?),
            Remedy::CorrectTlsName => {
                let name = self.tls_name()?;
                // Any other name is what a stranger would show, too.
                offer.risky = !self.is_smart_host(&name);
                offer.value = Some(name);
            }
            Remedy::MakeAuthoritative => {
                let domain = self.internal_relay()?;
                offer.with_connector = self.serves_only(&domain);
                offer.domain = Some(domain.to_string());
            }
            Remedy::RaiseTls => offer.value = Some(self.provable_name()?),
            Remedy::LowerTls => offer.value = Some(self.lower_tls()?.to_owned()),
            Remedy::RemoveCredentials => {
                self.connector.filter(|connector| connector.credentials.is_some())?;
            }
        }
        Some(offer)
    }

    /// The one smart host of the connector; corrections of longer lists are for people.
    fn one_smart_host(&self) -> Option<(String, u16)> {
        let [only] = self.facts.path.smart_hosts.as_slice() else { return None };
        self.connector.map(|_| only.clone())
    }

    /// Whether the connector names this host itself.
    fn is_smart_host(&self, name: &str) -> bool {
        self.facts.path.smart_hosts.iter().any(|(host, _)| host.eq_ignore_ascii_case(name))
    }

    /// Where mail went before (true), or the name that was probably meant.
    fn smart_host(&self) -> Option<(String, bool)> {
        let (now, port) = self.one_smart_host()?;
        if let Some(success) = &self.facts.last_success
            && let Some(address) = success.address
        {
            let host = success.host.clone().unwrap_or_else(|| address.ip().to_string());
            let before = host_and_port(&host, address.port());
            let takes_connections = self.findings.iter().any(|finding| {
                matches!(&finding.fact, Fact::Connected { address: found, .. } if *found == address)
            });
            if before != host_and_port(&now, port) && takes_connections {
                return Some((before, true));
            }
        }
        self.findings.iter().find_map(|finding| match &finding.fact {
            Fact::Resembles { name, known, .. } if *name == now => {
                Some((host_and_port(known, port), false))
            }
            _ => None,
        })
    }

    /// The same host with the port that it greets on.
    fn port(&self) -> Option<String> {
        let (host, port) = self.one_smart_host()?;
        let tried = self.facts.attempt.address?;
        let before = self.facts.last_success.as_ref().and_then(|success| success.address);
        if let Some(before) =
            before.filter(|before| before.ip() == tried.ip() && before.port() != port)
        {
            return Some(host_and_port(&host, before.port()));
        }
        let greets = self.findings.iter().find_map(|finding| match &finding.fact {
            Fact::Greeting { address, .. }
                if address.ip() == tried.ip() && address.port() != tried.port() =>
            {
                Some(address.port())
            }
            _ => None,
        })?;
        Some(host_and_port(&host, greets))
    }

    /// A name that the certificate carries: the smart host's own, else the only one.
    fn tls_name(&self) -> Option<String> {
        let names = self.findings.iter().find_map(|finding| match &finding.fact {
            Fact::CertificateShown { certificate, .. } => Some(&certificate.names),
            _ => None,
        })?;
        let host = self.facts.attempt.host.as_deref().unwrap_or_default();
        let own = names.iter().find(|name| name.eq_ignore_ascii_case(host));
        let usable = |name: &&String| Domain::parse(name).is_ok();
        own.or(match names.as_slice() {
            [only] => Some(only),
            _ => None,
        })
        .filter(usable)
        .cloned()
    }

    /// The name to demand where nothing but the name keeps the certificate from proving whose it is.
    fn provable_name(&self) -> Option<String> {
        let level = self.connector?.tls;
        let only_the_name = self.findings.iter().any(|finding| {
            matches!(
                &finding.fact,
                Fact::CertificateBad { failure: Failure::CertificateNameMismatch { .. }, .. }
            )
        });
        (only_the_name && level < TlsLevel::DomainValidation).then(|| self.tls_name())?
    }

    /// The internal relay domain that the connector serves.
    fn internal_relay(&self) -> Option<Domain> {
        let domains = &self.facts.path.internal_relay;
        // With mailboxes here it is the one whose other mailboxes have moved; without any, setting it to
        // authoritative would refuse everybody.
        let (domain, _) = domains.iter().find(|(_, count)| *count > 0)?;
        Domain::parse(domain).ok()
    }

    fn serves_only(&self, domain: &Domain) -> bool {
        self.connector.is_some_and(|connector| {
            connector
                .recipient_domains
                .iter()
                .all(|pattern| matches!(pattern, DomainPattern::Exact(name) if name == domain))
        })
    }

    /// The level at which mail would pass.
    fn lower_tls(&self) -> Option<&'static str> {
        let level = self.connector?.tls;
        let missing = self.findings.iter().any(|finding| {
            matches!(finding.fact, Fact::StarttlsMissing { .. } | Fact::StarttlsRefused { .. })
        });
        match (missing, level) {
            (_, TlsLevel::Opportunistic) => None,
            (true, _) => Some("opportunistic"),
            (false, TlsLevel::EncryptionOnly) => None,
            (false, TlsLevel::DomainValidation)
                if matches!(
                    self.facts.failure(),
                    Some(Failure::CertificateNameMismatch { .. })
                ) =>
            {
                Some("certificate_validation")
            }
            (false, _) => Some("encryption_only"),
        }
    }
}

/// As in `smart_hosts`.
fn host_and_port(host: &str, port: u16) -> String {
    match (host.parse::<std::net::Ipv6Addr>().is_ok(), port) {
        (false, 25) => host.to_owned(),
        (false, port) => format!("{host}:{port}"),
        (true, 25) => host.to_owned(),
        (true, port) => format!("[{host}]:{port}"),
    }
}

/// Why a remedy cannot be made into a change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemedyError {
    /// The text is not as it was when the remedy was offered.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// It changes no configuration, or lacks what it needs.
    #[error("the remedy {0:?} changes nothing in mailflow.toml")]
    NoChange(String),
}

/// The text of `mailflow.toml` with the remedy in it. Reverting is not an edit: its text is that of the
/// revision.
///
/// # Errors
/// [`RemedyError`].
pub fn edited(offer: &Offer, text: &str) -> Result<String, RemedyError> {
    let nothing = || RemedyError::NoChange(offer.id.clone());
    let mut editor = FlowEditor::new(text)?;
    let connector = || offer.connector.as_deref().ok_or_else(nothing);
    let value = || offer.value.clone().ok_or_else(nothing);
    let off = vec![("enabled", Field::Flag(false))];
    match offer.remedy().ok_or_else(nothing)? {
        Remedy::DisableConnector => editor.set_connector(connector()?, &off)?,
        Remedy::RemoveConnector => editor.remove_connector(connector()?)?,
        Remedy::CorrectSmartHost | Remedy::CorrectPort => {
            editor
                .set_connector(connector()?, &vec![("smart_hosts", Field::List(vec![value()?]))])?;
        }
        Remedy::CorrectTlsName => {
            editor.set_connector(connector()?, &vec![("tls_domain", Field::Text(value()?))])?;
        }
        Remedy::RaiseTls => {
            let level = Field::Text("domain_validation".to_owned());
            let fields = vec![("tls", level), ("tls_domain", Field::Text(value()?))];
            editor.set_connector(connector()?, &fields)?;
        }
        Remedy::RemoveCredentials => {
            editor.set_connector(connector()?, &vec![("credentials", Field::Absent)])?;
        }
        Remedy::LowerTls => {
            editor.set_connector(connector()?, &vec![("tls", Field::Text(value()?))])?;
        }
        Remedy::MakeAuthoritative => {
            let name = offer.domain.as_deref().ok_or_else(nothing)?;
            let name = Domain::parse(name).map_err(|_| nothing())?;
            editor.set_domain(&name, Some(DomainType::Authoritative), None)?;
            if offer.with_connector {
                editor.set_connector(connector()?, &off)?;
            }
        }
        Remedy::AcceptDomain => {
            let name = offer.domain.as_deref().ok_or_else(nothing)?;
            let name = Domain::parse(name).map_err(|_| nothing())?;
            editor.add_domain(&name, DomainType::Authoritative, false)?;
        }
        Remedy::Revert | Remedy::FlushDns | Remedy::Retry | Remedy::LookAgain => {
            return Err(nothing());
        }
    }
    Ok(editor.text())
}

#[cfg(test)]
mod tests;
