//! From policy's route to a site.

use causeway_model::config::OutboundRoute;
use causeway_model::{Address, Domain};
use causeway_policy::{MailPolicy, MailboxLookup, RouteTarget};

use crate::site::SiteKey;

/// The site for a recipient whose whole address is known.
pub(crate) fn site_for(
    policy: &MailPolicy,
    mailboxes: &dyn MailboxLookup,
    recipient: &Address,
    origin_connector: Option<&str>,
) -> SiteKey {
    let route = policy.route(recipient, origin_connector, mailboxes);
    match route.target {
        RouteTarget::Local { .. } => SiteKey::Local,
        RouteTarget::Nowhere(_) => SiteKey::Nowhere,
        RouteTarget::Mx(domain) => SiteKey::Domain(domain),
        RouteTarget::Connector(connector) => match connector.route {
            OutboundRoute::SmartHosts(_) => SiteKey::Connector(connector.name.as_str().into()),
            OutboundRoute::Mx => SiteKey::ConnectorMx(
                connector.name.as_str().into(),
                route.recipient.domain().clone(),
            ),
        },
    }
}

/// The site for a recipient of which only the domain is known; [`SiteKey::Unrouted`] where the
/// route depends on more than that.
pub(crate) fn site_for_domain(
    policy: &MailPolicy,
    mailboxes: &dyn MailboxLookup,
    domain: &Domain,
) -> SiteKey {
    let depends_on_more =
        policy.accepted_domain(domain).is_some()
            || policy.hostname() == Some(domain)
            || domain.literal().is_some()
            || policy.flow().connectors.iter().any(|connector| {
                matches!(connector, causeway_model::config::Connector::Inbound(_))
            });
    if depends_on_more {
        return SiteKey::Unrouted;
    }
    match Address::new("anybody", domain) {
        Ok(address) => site_for(policy, mailboxes, &address, None),
        Err(_) => SiteKey::Unrouted,
    }
}
