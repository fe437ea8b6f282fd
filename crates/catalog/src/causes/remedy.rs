//! What can be done about a cause: what to look at to find out whether it holds, and the ways out
//! that this server can go by itself.
//!
//! Both are data. [`Cause::looks`] names the looks that can confirm the cause or rule it out;
//! [`Cause::remedies`] the ways out, the best first. A remedy that makes mail less safe is never
//! the first, and says so ([`Remedy::weakens`]). What somebody has to do by hand is the cause's own
//! action text.

use super::Cause;

/// Something to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Look {
    /// What is known already: the last success, the configuration since, other destinations.
    History,
    /// What our resolver answers.
    Resolver,
    /// What each authoritative name server answers.
    NameServers,
    /// Names that are spelt nearly like it and work.
    Spelling,
    /// Whether each address takes connections.
    Addresses,
    /// Whether other destinations take connections from here.
    Control,
    /// Whether the host takes connections on other mail ports.
    OtherPorts,
    /// The greeting, EHLO, and where the conversation breaks.
    Conversation,
    /// STARTTLS and the handshake.
    Handshake,
    /// The certificate, against what is demanded.
    Certificate,
    /// The other end's own words.
    Words,
}

/// A way out that this server can go by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Remedy {
    /// Put the configuration before the change that broke it in force again.
    Revert,
    /// Correct the smart host of the connector.
    CorrectSmartHost,
    /// Correct the port of the smart host.
    CorrectPort,
    /// Expect the name that the certificate carries.
    CorrectTlsName,
    /// Set an internal relay domain to authoritative.
    MakeAuthoritative,
    /// Switch the connector off.
    DisableConnector,
    /// Take the connector out.
    RemoveConnector,
    /// Forget the DNS answers held here, and try again.
    FlushDns,
    /// Try again now.
    Retry,
    /// Demand a certificate for the name that the one which was shown carries.
    RaiseTls,
    /// Demand less of TLS.
    LowerTls,
    /// Log in no more.
    RemoveCredentials,
    /// Accept a domain that our own networks send as.
    AcceptDomain,
    /// Look at what was noticed once more, now.
    LookAgain,
}

impl Remedy {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Revert,
        Self::CorrectSmartHost,
        Self::CorrectPort,
        Self::CorrectTlsName,
        Self::MakeAuthoritative,
        Self::DisableConnector,
        Self::RemoveConnector,
        Self::FlushDns,
        Self::Retry,
        Self::RaiseTls,
        Self::LowerTls,
        Self::RemoveCredentials,
        Self::AcceptDomain,
        Self::LookAgain,
    ];

    /// The name by which it is asked for, stable: `disable-connector`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Revert => "revert",
            Self::CorrectSmartHost => "correct-smart-host",
            Self::CorrectPort => "correct-port",
            Self::CorrectTlsName => "correct-tls-name",
            Self::MakeAuthoritative => "make-authoritative",
            Self::DisableConnector => "disable-connector",
            Self::RemoveConnector => "remove-connector",
            Self::FlushDns => "flush-dns",
            Self::Retry => "retry",
            Self::RaiseTls => "raise-tls",
            Self::LowerTls => "lower-tls",
            Self::RemoveCredentials => "remove-credentials",
            Self::AcceptDomain => "accept-domain",
            Self::LookAgain => "look-again",
        }
    }

    /// The remedy of this name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.iter().find(|remedy| remedy.id() == id).copied()
    }

    /// Key of the remedy as a sentence. Variables: `connector`, `domain`, `value` (what is to be set),
    /// `number` (of the revision).
    #[must_use]
    pub fn title_key(self) -> String {
        format!("remedy-{}", self.id())
    }

    /// True when mail is less safe afterwards; [`Self::warning_key`] says how.
    #[must_use]
    pub const fn weakens(self) -> bool {
        matches!(self, Self::LowerTls | Self::RemoveCredentials)
    }

    /// True when it sets one value of the path right.
    #[must_use]
    pub const fn corrects(self) -> bool {
        matches!(
            self,
            Self::CorrectSmartHost | Self::CorrectPort | Self::CorrectTlsName | Self::RaiseTls
        )
    }

    /// True when somebody has to think before it is done: it is never done without being named.
    #[must_use]
    pub const fn has_warning(self) -> bool {
        matches!(
            self,
            Self::RaiseTls | Self::LowerTls | Self::RemoveCredentials | Self::AcceptDomain
        )
    }

    /// Key of the warning of a remedy that [`Self::has_warning`]. Variables as in [`Self::title_key`].
    #[must_use]
    pub fn warning_key(self) -> String {
        format!("remedy-{}.warning", self.id())
    }

    /// True when it changes the configuration.
    #[must_use]
    pub const fn changes_configuration(self) -> bool {
        !matches!(self, Self::FlushDns | Self::Retry | Self::LookAgain)
    }
}

impl Cause {
    /// What to look at to find out whether it holds; never empty.
    #[must_use]
    pub fn looks(&self) -> &'static [Look] {
        use Look::*;
        match self.id {
            "name-servers-fail"
            | "domain-expired"
            | "dnssec-broken"
            | "record-cached"
            | "no-mail-records"
            | "dns-change-spreading" => &[History, Resolver, NameServers],
            "resolver-broken" => &[History, Resolver, NameServers, Control],
            "smart-host-misspelt" | "domain-misspelt" => {
                &[History, Resolver, NameServers, Spelling]
            }
            "takes-no-mail" => &[Resolver, Words],
            "server-down" | "port-blocked-here" => {
                &[History, Resolver, Addresses, Control, OtherPorts]
            }
            "address-changed" => &[History, Resolver, NameServers, Addresses],
            "smart-host-wrong" | "firewall-refuses" | "server-retired" | "port-wrong" => {
                &[History, Addresses, OtherPorts, Control]
            }
            "firewall-rewrites"
            | "server-crashes"
            | "network-between"
            | "not-a-mail-server"
            | "service-not-available"
            | "server-in-trouble"
            | "server-misunderstood" => &[History, Addresses, Conversation],
            "tls-not-offered" | "tls-demanded-in-vain" | "tls-required-there" => {
                &[History, Conversation, Handshake]
            }
            "handshake-incompatible" => &[History, Handshake],
            "certificate-expired"
            | "certificate-not-yet-valid"
            | "clock-wrong"
            | "certificate-for-other-name"
            | "expected-name-wrong"
            | "chain-incomplete"
            | "issuer-not-trusted"
            | "certificate-self-signed"
            | "certificate-revoked"
            | "certificate-damaged" => &[History, Certificate],
            "policy-without-tls"
            | "dane-records-outdated"
            | "certificate-not-for-host"
            | "sts-policy-outdated"
            | "traffic-intercepted"
            | "credentials-unprotected" => &[History, Handshake, Certificate],
            "credentials-wrong" | "login-not-offered" | "credentials-unreadable" => {
                &[History, Conversation, Words]
            }
            "mx-not-this-server"
            | "domain-not-active-there"
            | "domain-type-wrong-there"
            | "hybrid-connector-wrong"
            | "not-allowed-to-relay" => &[History, Words, Resolver, NameServers],
            "connector-missing"
            | "domain-type-wrong-here"
            | "domain-not-accepted-here"
            | "connector-points-back"
            | "source-address-unusable" => &[History],
            _ => &[Words],
        }
    }

    /// The ways out that this server can go by itself when the cause holds, the best first. Which of them
    /// can be gone at a given moment depends on what was found.
    #[must_use]
    pub fn remedies(&self) -> &'static [Remedy] {
        use Remedy::*;
        match self.id {
            "smart-host-misspelt" | "smart-host-wrong" => {
                &[Revert, CorrectSmartHost, DisableConnector, Retry]
            }
            "port-wrong" => &[Revert, CorrectPort, DisableConnector, Retry],
            "server-retired" => &[MakeAuthoritative, DisableConnector, RemoveConnector, Retry],
            "connector-points-back" => &[Revert, DisableConnector, Retry],
            "connector-missing" | "domain-type-wrong-here" => &[Revert, MakeAuthoritative, Retry],
            "expected-name-wrong" => &[Revert, CorrectTlsName, Retry],
            "credentials-unprotected" => &[Revert, RaiseTls, Retry, RemoveCredentials],
            "tls-demanded-in-vain" | "issuer-not-trusted" | "certificate-self-signed" => {
                &[Revert, Retry, LowerTls]
            }
            "tls-not-offered"
            | "certificate-expired"
            | "certificate-for-other-name"
            | "chain-incomplete" => &[Retry, LowerTls],
            "record-cached"
            | "address-changed"
            | "dns-change-spreading"
            | "resolver-broken"
            | "name-servers-fail"
            | "domain-expired"
            | "dnssec-broken"
            | "no-mail-records" => &[FlushDns],
            "credentials-wrong"
            | "login-not-offered"
            | "hybrid-connector-wrong"
            | "not-allowed-to-relay"
            | "domain-not-accepted-here"
            | "credentials-unreadable"
            | "source-address-unusable" => &[Revert, Retry],
            _ => &[Retry],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::ALL;

    #[test]
    fn what_makes_mail_less_safe_is_never_the_first_way_out() {
        for cause in ALL {
            let remedies = cause.remedies();
            assert!(!cause.looks().is_empty() && !remedies.is_empty(), "{}", cause.id);
            assert!(!remedies[0].weakens(), "{}", cause.id);
            let first_weak = remedies.iter().position(|remedy| remedy.weakens());
            let safe_after =
                first_weak.is_some_and(|at| remedies[at..].iter().any(|r| !r.weakens()));
            assert!(!safe_after, "{}: what weakens comes last", cause.id);
        }
    }

    #[test]
    fn every_remedy_has_a_name_of_its_own_and_texts() {
        for remedy in Remedy::ALL {
            assert_eq!(Remedy::by_id(remedy.id()), Some(*remedy));
            for language in causeway_model::config::Language::ALL {
                let texts = crate::Texts::get(language);
                assert!(texts.has(&remedy.title_key()), "{language:?} {remedy:?}");
                assert!(!remedy.weakens() || remedy.has_warning(), "{remedy:?}");
                assert!(!remedy.has_warning() || texts.has(&remedy.warning_key()), "{remedy:?}");
            }
        }
        assert_eq!(Remedy::by_id("nothing"), None);
    }
}
