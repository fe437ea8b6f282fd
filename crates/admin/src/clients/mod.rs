//! What mail programs need to know to use this server, in every form they ask for it.
//!
//! **What it is for.** [`ClientSettings`] are the settings of one accepted domain: server, ports, encryption,
//! user name. From them come Thunderbird's configuration file ([`autoconfig`]), Outlook's answer ([`autodiscover`]),
//! Apple's profile ([`mobileconfig`]), the DNS records to publish ([`records`], RFC 6186 and RFC 8314), and a page for
//! people ([`page`]).
//!
//! **What it promises.** Everything here is a pure function of the listeners and the accepted domains. Nothing
//! tells whether a mailbox exists: every address of an accepted domain gets the same answer. Whatever a
//! client sent is escaped where it is shown.
//!
//! **What it refuses.** Settings for domains that are not accepted here: there are none.
//!
//! In which order to read: this file, [`records`], then the forms.

pub mod autoconfig;
pub mod autodiscover;
pub mod mobileconfig;
pub mod page;
pub mod records;

use std::borrow::Cow;

use causeway_model::Domain;
use causeway_model::config::MailFlow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use records::Record;

/// What a service is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailProtocol {
    /// Fetching mail.
    Pop3,
    /// Handing in mail.
    Submission,
}

/// How a connection becomes secure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// From the first octet; programs call it SSL/TLS.
    Tls,
    /// By a command after the beginning (STARTTLS, STLS).
    StartTls,
}

/// Something that mail programs connect to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailService {
    /// What for.
    pub protocol: MailProtocol,
    /// How it becomes secure.
    pub security: Security,
    /// Its port.
    pub port: u16,
}

/// What will make mail programs complain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettingsWarning {
    /// The certificate is one that we made ourselves.
    SelfSigned,
    /// The certificate is not for the name that they connect to.
    WrongName,
    /// Every listener is on a loopback address.
    ThisMachineOnly,
}

impl SettingsWarning {
    /// The key of its sentence.
    #[must_use]
    pub const fn text_key(self) -> &'static str {
        match self {
            Self::SelfSigned => "clients-self-signed",
            Self::WrongName => "clients-wrong-name",
            Self::ThisMachineOnly => "clients-this-machine-only",
        }
    }
}

/// What this server offers to mail programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailServices {
    /// The name to connect to.
    pub hostname: String,
    /// The services that other machines can reach (or, where there are none, those for this machine).
    pub services: Vec<MailService>,
    /// What will make mail programs complain.
    pub warnings: Vec<SettingsWarning>,
}

/// The settings for the mailboxes of one domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClientSettings {
    /// The domain.
    pub domain: Domain,
    /// The organization's name.
    pub organization: String,
    /// The name to connect to.
    pub hostname: String,
    /// The services, those to prefer first.
    pub services: Vec<MailService>,
    /// The DNS records by which programs find them.
    pub records: Vec<Record>,
    /// What will make mail programs complain.
    pub warnings: Vec<SettingsWarning>,
}

impl ClientSettings {
    /// The settings for a domain; `None` when it is not accepted here.
    #[must_use]
    pub fn of(domain: &Domain, flow: &MailFlow, offered: &MailServices) -> Option<Self> {
        let is_ours = flow.domains.iter().any(|accepted| {
            accepted.name == *domain
                || accepted.match_subdomains && domain.is_within(&accepted.name)
        });
        if !is_ours {
            return None;
        }
        let mut services = offered.services.clone();
        services.sort_by_key(|service| (service.protocol as u8, service.security, service.port));
        Some(Self {
            domain: domain.clone(),
            organization: match &flow.organization.name {
                name if name.is_empty() => domain.to_unicode(),
                name => name.clone(),
            },
            hostname: offered.hostname.clone(),
            records: records::records(domain, &offered.hostname, &services),
            services,
            warnings: offered.warnings.clone(),
        })
    }

    /// The services for this purpose, the best first.
    pub fn services_for(&self, protocol: MailProtocol) -> impl Iterator<Item = &MailService> {
        self.services.iter().filter(move |service| service.protocol == protocol)
    }
}

/// The domain that a request is about: of the address it names, or of the host it was sent to
/// (`autoconfig.contoso.example`), or else the first one that is accepted.
#[must_use]
pub fn domain_of(address: Option<&str>, host: Option<&str>, flow: &MailFlow) -> Option<Domain> {
    if let Some((_, domain)) = address.and_then(|address| address.rsplit_once('@')) {
        return Domain::parse(domain.trim()).ok();
    }
    let accepted = |domain: &Domain| flow.domains.iter().any(|known| known.name == *domain);
    let name = host.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    let named = name.and_then(|name| {
        let bare = ["autoconfig.", "autodiscover."].iter().find_map(|p| name.strip_prefix(p));
        Domain::parse(bare.unwrap_or(name)).ok().filter(accepted)
    });
    named.or_else(|| flow.domains.first().map(|domain| domain.name.clone()))
}

/// Text for XML and HTML, in elements and in quoted attributes. Control characters, which neither can
/// have, are left out.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !matches!(c, '&' | '<' | '>' | '"' | '\'') && !c.is_control();
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            control if control.is_control() => {}
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const FLOW: &str = "\
[organization]\nname = \"Tom & <Jerry>\"\n
[[domain]]\nname = \"ours.test\"\ntype = \"authoritative\"\n
[[domain]]\nname = \"wide.test\"\ntype = \"authoritative\"\nmatch_subdomains = true\n";

    pub(super) fn flow() -> MailFlow {
        MailFlow::parse(FLOW, "mailflow.toml").unwrap().0
    }

    pub(super) fn offered() -> MailServices {
        let service = |protocol, security, port| MailService { protocol, security, port };
        MailServices {
            hostname: "mx.ours.test".into(),
            services: vec![
                service(MailProtocol::Submission, Security::StartTls, 587),
                service(MailProtocol::Pop3, Security::StartTls, 110),
                service(MailProtocol::Pop3, Security::Tls, 995),
                service(MailProtocol::Submission, Security::Tls, 465),
            ],
            warnings: Vec::new(),
        }
    }

    pub(super) fn settings() -> ClientSettings {
        ClientSettings::of(&domain("ours.test"), &flow(), &offered()).unwrap()
    }

    fn domain(name: &str) -> Domain {
        Domain::parse(name).unwrap()
    }

    #[test]
    fn only_accepted_domains_have_settings() {
        let (flow, offered) = (flow(), offered());
        for (name, ours) in [
            ("ours.test", true),
            ("OURS.test", true),
            ("sub.ours.test", false),
            ("wide.test", true),
            ("a.b.wide.test", true),
            ("other.test", false),
        ] {
            let settings = ClientSettings::of(&domain(name), &flow, &offered);
            assert_eq!(settings.is_some(), ours, "{name}");
        }
        let ports: Vec<u16> = settings().services.iter().map(|service| service.port).collect();
        assert_eq!(ports, [995, 110, 465, 587]);
    }

    #[test]
    fn requests_name_their_domain_by_address_or_host() {
        let flow = flow();
        for (address, host, expected) in [
            (Some("a@wide.test"), Some("autoconfig.ours.test"), Some("wide.test")),
            (Some("a@b@other.test"), None, Some("other.test")),
            (Some("a@not a domain"), None, None),
            (None, Some("autoconfig.wide.test:8080"), Some("wide.test")),
            (None, Some("autodiscover.ours.test"), Some("ours.test")),
            (None, Some("wide.test"), Some("wide.test")),
            (None, Some("127.0.0.1:8025"), Some("ours.test")),
            (Some("no address"), None, Some("ours.test")),
        ] {
            let found = domain_of(address, host, &flow).map(|domain| domain.to_string());
            assert_eq!(found.as_deref(), expected, "{address:?} {host:?}");
        }
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escaped("a<b>&\"'\u{0}\r\nc"), "a&lt;b&gt;&amp;&quot;&#39;c");
        assert!(matches!(escaped("plain ü"), Cow::Borrowed(_)));
    }
}
