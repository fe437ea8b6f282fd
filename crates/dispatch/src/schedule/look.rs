//! What others may know of the schedule: who waits where, and what fails. Nothing here changes it.

use std::collections::HashSet;

use causeway_model::{Domain, QueueId, RecipientKey, Timestamp};

use super::{Glimpse, Place, Schedule, SiteIndex, Wake};
use crate::site::{Health, Site, SiteKey};

impl Schedule {
    /// All sites, for the service's health.
    pub(crate) fn sites(&self) -> impl Iterator<Item = &Site> {
        self.sites.iter()
    }

    /// The site with this name, as in [`Attempt::site`](causeway_model::Attempt::site). MX hosts and
    /// domains, of which there are many, are found at once.
    pub(crate) fn site_named(&self, name: &str) -> Option<SiteIndex> {
        let likely = match name.strip_prefix("MX ") {
            Some(hosts) => Some(SiteKey::Hosts(hosts.into())),
            None => Domain::parse(name).ok().map(SiteKey::Domain),
        };
        let likely = likely.and_then(|key| self.site_by_key.get(&key).copied());
        likely.or_else(|| {
            let others = self
                .site_by_key
                .iter()
                .filter(|(key, _)| !matches!(key, SiteKey::Hosts(_) | SiteKey::Domain(_)));
            let named = others.filter(|(key, _)| key.to_string() == name);
            named.map(|(_, index)| *index).min()
        })
    }

    /// The messages with a recipient of this domain.
    pub(crate) fn messages_for(&self, domain: &str) -> Vec<QueueId> {
        let of_domain = self.entries.iter().filter(|(_, entry)| entry.domain.as_str() == domain);
        of_domain.map(|(key, _)| key.message).collect()
    }

    /// The domain of the first recipient that waits at a site.
    pub(crate) fn first_domain(&self, site: &Site) -> Option<&Domain> {
        site.waiting.iter().find_map(|key| self.domain(*key))
    }

    /// The last attempt and the next one at a site that fails, while anybody waits for it.
    pub(crate) fn failing(&self, key: &SiteKey) -> Option<(Timestamp, Timestamp)> {
        let site = self.site(*self.site_by_key.get(key)?);
        match &site.health {
            Health::Failing { until, last, .. } if site.present > 0 => Some((last.at, *until)),
            _ => None,
        }
    }

    /// Nobody has anything to do before the next timer.
    pub(crate) fn is_quiet(&self) -> bool {
        self.busy == 0 && self.sites.iter().all(|site| site.present == 0 || !site.may_begin())
    }

    /// The domains of everybody who waits at a site or for a time of their own, each once.
    pub(crate) fn waiting_domains(&self) -> HashSet<Domain> {
        let mut domains = HashSet::new();
        let mut note = |domain: &Domain| {
            if !domains.contains(domain) {
                domains.insert(domain.clone());
            }
        };
        for (index, site) in self.sites.iter().enumerate() {
            let entries = site.waiting.iter().filter_map(|key| self.entries.get(key));
            for entry in entries.filter(|e| e.place == Place::Site(index as SiteIndex)) {
                note(&entry.domain);
            }
        }
        self.waiting_alone().filter_map(|key| self.domain(key)).for_each(note);
        domains
    }

    /// The domains of those who wait for a time of their own: it is not known yet at which site they will be.
    pub(crate) fn domains_alone(&self) -> HashSet<Domain> {
        let mut domains = HashSet::new();
        for domain in self.waiting_alone().filter_map(|key| self.domain(key)) {
            if !domains.contains(domain) {
                domains.insert(domain.clone());
            }
        }
        domains
    }

    /// Who waits for a time of their own.
    pub(super) fn waiting_alone(&self) -> impl Iterator<Item = RecipientKey> {
        self.timers.iter().filter_map(|(_, wake)| match wake {
            Wake::Recipient(key) => Some(*key),
            Wake::Site(_) | Wake::Pause(_) => None,
        })
    }

    /// Indexes of all sites that anybody waits for, or that are failing.
    pub(crate) fn sites_in_use(&self) -> Vec<SiteIndex> {
        (0..self.sites.len() as SiteIndex)
            .filter(|&index| {
                let site = self.site(index);
                site.present > 0 || site.health != Health::Well
            })
            .collect()
    }

    /// True when a recipient waits for a site that is not tried now.
    pub(crate) fn waits_in_vain(&self, key: RecipientKey) -> bool {
        self.waits_at(key).is_some_and(|index| !self.site(index).is_open())
    }

    /// The site that a recipient waits at.
    pub(crate) fn waits_at(&self, key: RecipientKey) -> Option<SiteIndex> {
        match self.entries.get(&key)?.place {
            Place::Site(index) => Some(index),
            _ => None,
        }
    }

    /// When a recipient is due, where that is known; `None` for one that has ended.
    pub(crate) fn waits_until(&self, key: RecipientKey) -> Option<Option<Timestamp>> {
        Some(match self.entries.get(&key)?.place {
            Place::Timer(until) => Some(until),
            Place::Site(index) => match &self.site(index).health {
                Health::Failing { until, .. } => Some(*until),
                Health::Well => self.site(index).paused_until,
            },
            Place::Flying(_) | Place::Claimed | Place::Held => None,
        })
    }

    /// What is known about a recipient.
    pub(crate) fn glimpse(&self, key: RecipientKey) -> Option<Glimpse> {
        let entry = self.entries.get(&key)?;
        let mut glimpse = Glimpse {
            flying: false,
            held: false,
            next_attempt_at: None,
            attempts: entry.attempts,
            last: None,
            connector: None,
            paused: false,
        };
        match entry.place {
            Place::Timer(until) => glimpse.next_attempt_at = Some(until),
            Place::Flying(_) => glimpse.flying = true,
            Place::Claimed => {}
            Place::Held => glimpse.held = true,
            Place::Site(index) => {
                let site = self.site(index);
                glimpse.attempts += site.attempts.wrapping_sub(entry.joined);
                glimpse.next_attempt_at = site.paused_until;
                glimpse.paused = site.paused_until.is_some();
                glimpse.connector = site.connector().cloned();
                if let Health::Failing { until, last, .. } = &site.health {
                    glimpse.next_attempt_at = Some(*until);
                    glimpse.last = Some(last.as_ref().clone());
                }
            }
        }
        Some(glimpse)
    }
}
