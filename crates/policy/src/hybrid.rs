//! An organization with a mail server of its own beside this one: what `causeway hybrid setup` writes,
//! and what has to be set on the other side.
//!
//! **What it promises.** [`HybridSite::write`] edits `mailflow.toml` so that both servers share the
//! domains: they are internal relay, one connector leads to the own server, one recognises it. It may be
//! run again: entries of its names are changed, never doubled, and keys that are not its business (notes,
//! credentials, `enabled`) stay. [`HybridSite::other_side`] says what belongs on the own server, in the
//! DNS and in firewalls, as values; sentences are made of them elsewhere.
//!
//! **What it refuses.** It judges nothing: what it wrote goes through the same check and plan as any
//! other change.

use std::net::IpAddr;

use causeway_model::Domain;
use causeway_model::config::edit::{EditError, Field, Fields, FlowEditor};
use causeway_model::config::{
    Connector, DomainPattern, DomainType, InboundConnector, InternetRoute, MailFlow,
    OutboundConnector, OutboundRoute, TlsLevel,
};

use crate::route::smart_host_text;

/// The connector to the own server.
pub const OUTBOUND: &str = "to on-premises";
/// The connector from the own server.
pub const INBOUND: &str = "from on-premises";

/// Where mail for the internet leaves the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InternetExit {
    /// From here, to the MX hosts.
    Here,
    /// Through the own server (centralized transport).
    OwnServer,
}

/// Where mail from the internet comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailExchange {
    /// The MX records point here.
    Here,
    /// They point to the own server.
    OwnServer,
}

/// What is known of the organization's own server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HybridSite {
    /// The domains whose mailboxes are on both sides; not empty.
    pub domains: Vec<Domain>,
    /// The own server, `HOST` or `HOST:PORT`, first choice first; not empty.
    pub smart_hosts: Vec<String>,
    /// The name on its certificate.
    pub certificate_name: Option<Domain>,
    /// The addresses and networks it sends from.
    pub source_addresses: Vec<String>,
    /// What is demanded of the way there.
    pub tls: TlsLevel,
    /// Where mail for the internet leaves.
    pub internet: InternetExit,
    /// Where mail from the internet comes in.
    pub mail_exchange: MailExchange,
}

/// Something to set that is not ours to set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherSide {
    /// The own server's domains: shared, not its alone; what it does not know goes to us.
    ShareDomains {
        /// The domains.
        domains: Vec<Domain>,
    },
    /// The own server's send connector for mailboxes that are here.
    SendConnector {
        /// Our host name, which is on our certificate.
        host: String,
        /// Our port.
        port: u16,
        /// It must use TLS, as we demand it.
        with_tls: bool,
    },
    /// The own server must take mail from these addresses, for its mailboxes and, with centralized
    /// transport, for the internet.
    ReceiveConnector {
        /// The addresses we send from.
        sources: Vec<IpAddr>,
        /// It must relay to the internet for us.
        relays_for_us: bool,
    },
    /// The own server needs a certificate with this name, from an issuer we trust.
    Certificate {
        /// The name that we demand.
        name: String,
    },
    /// The MX records of the domains.
    MxRecords {
        /// The domains.
        domains: Vec<Domain>,
        /// Where they are to point; `None`: to the own server, by a name that we do not know.
        host: Option<String>,
    },
    /// Who may send for the domains (RFC 7208): the addresses that mail for the internet comes from.
    SpfRecords {
        /// The domains.
        domains: Vec<Domain>,
        /// Our addresses; empty: the own server's, which is there already.
        sources: Vec<IpAddr>,
    },
}

impl HybridSite {
    /// The site as an earlier run left it: what a later run does not name stays so. `None` where there
    /// is no connector to the own server. Where the MX records point is not in the file: here.
    #[must_use]
    pub fn in_force(flow: &MailFlow) -> Option<Self> {
        let outbound = outbound(flow)?;
        let inbound = flow.connectors.iter().find_map(|connector| match connector {
            Connector::Inbound(inbound) if inbound.name == INBOUND => Some(inbound),
            _ => None,
        });
        let shown = inbound.and_then(|inbound| inbound.tls_certificate_name.clone());
        let name = shown.or_else(|| outbound.tls_domain.clone());
        let addresses = |inbound: &InboundConnector| {
            inbound.source_addresses.iter().map(ToString::to_string).collect()
        };
        let central = goes_via(flow, OUTBOUND);
        Some(Self {
            domains: exact_domains(outbound),
            smart_hosts: smart_hosts(outbound),
            certificate_name: name.and_then(|name| Domain::parse(&name).ok()),
            source_addresses: inbound.map(addresses).unwrap_or_default(),
            tls: outbound.tls,
            internet: if central { InternetExit::OwnServer } else { InternetExit::Here },
            mail_exchange: MailExchange::Here,
        })
    }

    /// Writes the domains, both connectors and the way to the internet.
    ///
    /// `flow` is what `editor` has the text of.
    ///
    /// # Errors
    /// [`EditError::NotTables`] where the file has something else under a key.
    pub fn write(&self, flow: &MailFlow, editor: &mut FlowEditor) -> Result<(), EditError> {
        for name in &self.domains {
            match flow.domains.iter().find(|domain| domain.name == *name) {
                Some(domain) if domain.domain_type == DomainType::InternalRelay => {}
                Some(_) => editor.set_domain(name, Some(DomainType::InternalRelay), None)?,
                None => editor.add_domain(name, DomainType::InternalRelay, false)?,
            }
        }
        put_connector(editor, OUTBOUND, "outbound", self.outbound_fields(outbound(flow)))?;
        let is_new = !flow.connectors.iter().any(|connector| connector.name() == INBOUND);
        put_connector(editor, INBOUND, "inbound", self.inbound_fields(is_new))?;
        match self.internet {
            InternetExit::OwnServer => editor.set_internet(Some(OUTBOUND)),
            // Somebody else's choice of a way is left alone; ours is taken back.
            InternetExit::Here if goes_via(flow, OUTBOUND) => editor.set_internet(None),
            InternetExit::Here => Ok(()),
        }
    }

    /// The keys of the connector to the own server. What says the same as before in other words (groups
    /// of equal smart hosts, domains by wildcard) is left as it is written.
    fn outbound_fields(&self, before: Option<&OutboundConnector>) -> Fields {
        let domains = self.domains.iter().map(ToString::to_string).collect();
        let name = match self.tls {
            TlsLevel::DomainValidation => {
                self.certificate_name.as_ref().map_or(Field::Absent, |n| Field::Text(n.to_string()))
            }
            _ => Field::Absent,
        };
        let mut fields: Fields = Vec::new();
        if before.is_none_or(|before| exact_domains(before) != self.domains) {
            fields.push(("recipient_domains", Field::List(domains)));
        }
        if before.is_none_or(|before| smart_hosts(before) != self.smart_hosts) {
            fields.push(("use_mx", Field::Absent));
            fields.push(("smart_hosts", Field::List(self.smart_hosts.clone())));
        }
        fields.push(("tls", Field::Text(self.tls.word().to_owned())));
        fields.push(("tls_domain", name));
        fields
    }

    fn inbound_fields(&self, is_new: bool) -> Fields {
        let addresses = match self.source_addresses.as_slice() {
            [] => Field::Absent,
            some => Field::List(some.to_vec()),
        };
        let name = self.certificate_name.as_ref().map(ToString::to_string);
        let mut fields: Fields = Vec::new();
        if is_new {
            fields.push(("sender_domains", Field::List(vec!["*".to_owned()])));
        }
        fields.push(("source_addresses", addresses));
        fields.push(("tls_certificate_name", name.map_or(Field::Absent, Field::Text)));
        fields.push(("require_tls", Field::Flag(self.demands_tls())));
        fields
    }

    /// Whether mail from the own server must come encrypted: when mail to it must go so.
    fn demands_tls(&self) -> bool {
        self.tls != TlsLevel::Opportunistic
    }

    /// What to set elsewhere, in the order in which to do it. `host` and `port` are where this server
    /// takes mail, `sources` the addresses that it sends from.
    #[must_use]
    pub fn other_side(&self, host: &str, port: u16, sources: &[IpAddr]) -> Vec<OtherSide> {
        let is_central = self.internet == InternetExit::OwnServer;
        let domains = || self.domains.clone();
        let mut list = Vec::new();
        if let (TlsLevel::DomainValidation, Some(name)) = (self.tls, &self.certificate_name) {
            list.push(OtherSide::Certificate { name: name.to_string() });
        }
        list.push(OtherSide::ReceiveConnector {
            sources: sources.to_vec(),
            relays_for_us: is_central,
        });
        list.push(OtherSide::ShareDomains { domains: domains() });
        let with_tls = self.demands_tls();
        list.push(OtherSide::SendConnector { host: host.to_owned(), port, with_tls });
        let exchange = match self.mail_exchange {
            MailExchange::Here => Some(host.to_owned()),
            // An MX record names a host, never an address (RFC 5321, section 5.1).
            MailExchange::OwnServer => {
                self.own_name().or(self.certificate_name.clone()).map(|name| name.to_string())
            }
        };
        list.push(OtherSide::MxRecords { domains: domains(), host: exchange });
        let sources = if is_central { Vec::new() } else { sources.to_vec() };
        list.push(OtherSide::SpfRecords { domains: domains(), sources });
        list
    }

    /// The own server's name; `None` when it is given by its address.
    #[must_use]
    pub fn own_name(&self) -> Option<Domain> {
        let host = self.own_host();
        let is_address = host.starts_with('[') || host.parse::<IpAddr>().is_ok();
        if is_address { None } else { Domain::parse(host).ok() }
    }

    /// The own server's name or address, without the port.
    fn own_host(&self) -> &str {
        let first = self.smart_hosts.first().map_or("", String::as_str);
        match first.rsplit_once(':') {
            // Several colons: an address of version 6, bare or in brackets.
            Some((host, _)) if !host.contains(':') || host.ends_with(']') => host,
            _ => first,
        }
    }
}

/// The connector to the own server.
fn outbound(flow: &MailFlow) -> Option<&OutboundConnector> {
    flow.connectors.iter().find_map(|connector| match connector {
        Connector::Outbound(outbound) if outbound.name == OUTBOUND => Some(outbound),
        _ => None,
    })
}

/// The domains that a connector names one by one.
fn exact_domains(connector: &OutboundConnector) -> Vec<Domain> {
    let exact = |pattern: &DomainPattern| match pattern {
        DomainPattern::Exact(domain) => Some(domain.clone()),
        DomainPattern::Everything | DomainPattern::Accepted | DomainPattern::Below(_) => None,
    };
    connector.recipient_domains.iter().filter_map(exact).collect()
}

/// The smart hosts of a connector as they are written, one after the other.
fn smart_hosts(connector: &OutboundConnector) -> Vec<String> {
    let OutboundRoute::SmartHosts(groups) = &connector.route else { return Vec::new() };
    let text = |host| {
        let text = smart_host_text(host);
        text.strip_suffix(":25").map_or(text.clone(), str::to_owned)
    };
    groups.iter().flatten().map(text).collect()
}

/// Whether mail for the internet goes through the connector of this name.
fn goes_via(flow: &MailFlow, name: &str) -> bool {
    matches!(&flow.internet, InternetRoute::Via(via) if via == name)
}

/// Changes the connector of that name, or adds it.
fn put_connector(
    editor: &mut FlowEditor,
    name: &str,
    direction: &str,
    fields: Fields,
) -> Result<(), EditError> {
    let mut all: Fields = vec![
        ("direction", Field::Text(direction.to_owned())),
        ("peer", Field::Text("on_premises".to_owned())),
    ];
    all.extend(fields);
    match editor.set_connector(name, &all) {
        Err(EditError::NotFound { .. }) => {
            all.retain(|(_, field)| *field != Field::Absent);
            editor.add_connector(name, &all)
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> HybridSite {
        HybridSite {
            domains: vec![Domain::parse("contoso.example").unwrap()],
            smart_hosts: vec!["mail.corp.example:2525".into()],
            certificate_name: Some(Domain::parse("mail.corp.example").unwrap()),
            source_addresses: vec!["203.0.113.0/28".into()],
            tls: TlsLevel::DomainValidation,
            internet: InternetExit::Here,
            mail_exchange: MailExchange::Here,
        }
    }

    fn flow(text: &str) -> MailFlow {
        match MailFlow::parse(text, "mailflow.toml") {
            Ok((flow, problems)) if problems.is_empty() => flow,
            wrong => panic!("{wrong:?}\n{text}"),
        }
    }

    fn written(site: &HybridSite, text: &str) -> String {
        let flow = flow(text);
        let mut editor = FlowEditor::new(text).unwrap();
        site.write(&flow, &mut editor).unwrap();
        editor.text()
    }

    #[test]
    fn an_empty_file_becomes_a_hybrid_site_that_check_has_no_complaint_about() {
        let text = written(&site(), "");
        let flow = flow(&text);
        assert_eq!(flow.domains[0].domain_type, DomainType::InternalRelay);
        let names: Vec<&str> = flow.connectors.iter().map(|connector| connector.name()).collect();
        assert_eq!(names, [OUTBOUND, INBOUND]);
    }

    #[test]
    fn a_second_run_changes_nothing() {
        let first = written(&site(), "# ours\n[organization]\nname = \"Contoso\"\n");
        assert_eq!(written(&site(), &first), first);
    }

    #[test]
    fn what_is_not_its_business_stays() {
        let before = "[[domain]]\nname = \"contoso.example\" # the first\n\
                      match_subdomains = true\n\n[[connector]]\nname = \"to on-premises\"\n\
                      direction = \"outbound\"\npeer = \"on_premises\"\nenabled = false\n\
                      recipient_domains = [\"contoso.example\"]\nsmart_hosts = [\"old.corp.example\"]\n\
                      note = \"ask Ann\"\n";
        let after = written(&site(), before);
        for kept in ["# the first", "match_subdomains = true", "enabled = false", "ask Ann"] {
            assert!(after.contains(kept), "{kept} is gone:\n{after}");
        }
        assert!(!after.contains("old.corp.example"), "{after}");
        assert!(after.contains("type = \"internal_relay\""), "{after}");
    }

    #[test]
    fn centralized_transport_goes_through_the_own_server_and_back() {
        let central = HybridSite { internet: InternetExit::OwnServer, ..site() };
        let text = written(&central, "");
        assert!(goes_via(&flow(&text), OUTBOUND), "{text}");
        let back = written(&site(), &text);
        assert!(!goes_via(&flow(&back), OUTBOUND), "{back}");
    }

    #[test]
    fn a_later_run_begins_with_what_is_in_force() {
        let text = written(&site(), "");
        let found = HybridSite::in_force(&flow(&text)).expect("a site");
        assert_eq!(found, site());
        assert_eq!(HybridSite::in_force(&flow("")), None);
        // Groups of equal hosts and narrower sender domains are not ours to undo.
        let grouped = text
            .replace("[\"mail.corp.example:2525\"]", "[[\"a.corp.example\", \"b.corp.example\"]]")
            .replace("sender_domains = [\"*\"]", "sender_domains = [\"contoso.example\"]");
        let found = HybridSite::in_force(&flow(&grouped)).expect("a site");
        assert_eq!(found.smart_hosts, ["a.corp.example", "b.corp.example"]);
        assert_eq!(written(&found, &grouped), grouped);
    }

    #[test]
    fn another_way_to_the_internet_is_left_alone() {
        let before = "[[connector]]\nname = \"provider\"\ndirection = \"outbound\"\n\
                      peer = \"partner\"\nrecipient_domains = [\"*\"]\n\
                      smart_hosts = [\"out.isp.example\"]\n\n[routing]\n\
                      internet = 'via connector \"provider\"'\n";
        let after = written(&site(), before);
        assert!(goes_via(&flow(&after), "provider"), "{after}");
    }

    #[test]
    fn the_other_side_is_told_what_follows_from_the_choices() {
        let sources = ["192.0.2.9".parse().unwrap()];
        let list = site().other_side("mx.contoso.example", 25, &sources);
        assert!(list.contains(&OtherSide::Certificate { name: "mail.corp.example".into() }));
        assert!(list.iter().any(|one| matches!(one,
            OtherSide::MxRecords { host: Some(host), .. } if host == "mx.contoso.example")));
        assert!(list.iter().any(|one| matches!(one,
            OtherSide::SpfRecords { sources, .. } if sources.len() == 1)));
        let central = HybridSite {
            internet: InternetExit::OwnServer,
            mail_exchange: MailExchange::OwnServer,
            tls: TlsLevel::Opportunistic,
            ..site()
        };
        let list = central.other_side("mx.contoso.example", 25, &sources);
        assert!(!list.iter().any(|one| matches!(one, OtherSide::Certificate { .. })));
        assert!(list.iter().any(|one| matches!(one,
            OtherSide::MxRecords { host: Some(host), .. } if host == "mail.corp.example")));
        assert!(
            list.iter()
                .any(|one| matches!(one, OtherSide::ReceiveConnector { relays_for_us: true, .. }))
        );
        assert!(
            list.iter().any(|one| matches!(one, OtherSide::SendConnector { with_tls: false, .. }))
        );
    }
}
